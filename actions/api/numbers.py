"""Numbers of versions in a text."""

import re
from collections.abc import Iterator


def numbers_in(text: str, pattern: re.Pattern[str]) -> Iterator[str]:
    """What *pattern* finds in *text*; where it has a group, what the first one holds."""
    return (match[1] if pattern.groups else match[0] for match in pattern.finditer(text))
