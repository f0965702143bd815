"""What a staging database is called before it is one, and after."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime


def new_name(name: str) -> str:
    """What the database is called that is not yet staging."""
    return f"{name}_new"


def kept_name(name: str, moment: datetime) -> str:
    """What a staging is called that was in use until *moment*.

    To the millisecond: a copy whose name is there already is taken for one that was swapped before a crash.
    """
    utc = moment.astimezone(UTC)
    return f"{name}_before_{utc:%Y%m%dt%H%M%S}{utc.microsecond // 1000:03}"


def kept_among(names: Iterable[str], of: str) -> list[str]:
    """The earlier stagings of *of*, the newest first."""
    pattern = re.compile(re.escape(of) + r"_before_\d{8}t\d{6}(\d{3})?")
    return sorted((name for name in names if pattern.fullmatch(name)), reverse=True)
