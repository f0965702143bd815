"""Moments as GitLab writes them."""

from datetime import UTC, datetime


def moment(written: str | None) -> datetime | None:
    """The moment, aware; None if GitLab does not say."""
    if not written:
        return None
    read = datetime.fromisoformat(written)
    return read if read.tzinfo else read.replace(tzinfo=UTC)
