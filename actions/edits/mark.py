"""A mark in a comment that people do not see, by which it is found again."""

import hashlib


def marked(key: str) -> str:
    """The mark for *key*."""
    return f"<!-- stackhand:{hashlib.sha256(key.encode()).hexdigest()[:16]} -->"
