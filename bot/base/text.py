"""Durations, nearest names and lists, as people write and read them."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

_UNITS_S = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_LONGEST_S = 3660 * 86400
#: Of many names so many are said.
_NAMED = 10
_BYTES = re.compile(r"(?P<amount>\d{1,6}(\.\d{1,3})?) ?(?P<unit>[KMG])B", re.IGNORECASE)
#: Nobody's form or call is nested like that, and reading it would end in the middle of something.
_DEEPEST = 60
_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def parse_duration(written: str) -> timedelta:
    """`90s`, `30m`, `1h30m`, `2d` as a timedelta.

    Raises ValueError with a sentence when *written* is anything else, a bare number for example, or longer than ten
    years: nothing that the program waits for is so far away.
    """
    match = _DURATION.fullmatch(written.strip())
    if not match or not written.strip():
        raise ValueError(f'"{written}" is no duration. Write it like 90s, 30m, 1h30m or 2d.')
    amounts = (int(amount or 0) for amount in match.groups())
    seconds = sum(amount * unit for amount, unit in zip(amounts, _UNITS_S.values(), strict=True))
    if seconds > _LONGEST_S:
        raise ValueError(f'"{cut(written.strip(), 30)}" is longer than ten years.')
    return timedelta(seconds=seconds)


def format_duration(length: timedelta) -> str:
    """The two largest units: `2d 3h`, `1h 30m`, `4m 10s`, `3.2s`; below ten seconds with one digit."""
    seconds = length.total_seconds()
    if seconds < 10:
        return f"{max(seconds, 0.0):.1f}s"
    left, parts = int(seconds), []
    for unit, size in _UNITS_S.items():
        amount, left = divmod(left, size)
        if amount:
            parts.append(f"{amount}{unit}")
    return " ".join(parts[:2])


def parse_moment(written: str, now: datetime) -> datetime:
    """`7d` (so long before *now*), `2026-11-24` or `2026-11-24T13:05` (UTC unless it says otherwise).

    Raises ValueError with a sentence.
    """
    try:
        return now - parse_duration(written)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        raise ValueError(f'"{cut(written, 30)}" is no moment. Write it like 7d or 2026-11-24.') from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def format_moment(at: datetime, *, beside: datetime | None = None) -> str:
    """*at* as a clock in its zone shows it: `Tue 24 Nov 2026 16:02 UTC`, without what is the same of *beside*."""
    then, zone = beside.astimezone(at.tzinfo) if beside else None, zone_of(at)
    if then and at.date() == then.date():
        return f"{at:%H:%M} {zone}"
    return f"{at:%a %d %b %H:%M} {zone}" if then and at.year == then.year else f"{at:%a %d %b %Y %H:%M} {zone}"


def zone_of(at: datetime) -> str:
    """What people call the time zone of *at*: `CET`, `UTC`, and `UTC-3` or `UTC+5:45` where it has no letters."""
    name = at.tzname() or ""
    offset = re.fullmatch(r"(?:UTC)?(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})?", name)
    if offset is None:
        return name
    minutes = offset["minutes"] if offset["minutes"] and int(offset["minutes"]) else ""
    return f"UTC{offset['sign']}{int(offset['hours'])}{f':{minutes}' if minutes else ''}"


def nearest(wrong: str, known: Iterable[str], *, most: int = 3) -> list[str]:
    """Names of *known* that *wrong* may have meant, best first; empty when none is near."""
    by_lower = {name.lower(): name for name in known}
    return [by_lower[name] for name in difflib.get_close_matches(wrong.lower(), by_lower, n=most, cutoff=0.5)]


def did_you_mean(wrong: str, known: Sequence[str]) -> str:
    """`Did you mean "x"?` when a name is near, else what there is, else the empty string."""
    near = nearest(wrong, known, most=1)
    if near:
        return f'Did you mean "{near[0]}"?'
    first, more = sorted(known)[:_NAMED], len(known) - _NAMED
    return f"There is {join_words([*first, f'{more} more'] if more > 0 else first)}." if known else ""


def join_words(words: Sequence[str], *, last: str = "and") -> str:
    """`a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def parse_bytes(written: str) -> int:
    """`500 KB`, `10MB`, `1 GB` as bytes, a thousand of each in the next. Raises ValueError with a sentence."""
    match = _BYTES.fullmatch(written.strip())
    if not match:
        raise ValueError(f'"{written}" is no size. Write it like 500 KB, 10 MB or 1 GB.')
    return int(float(match["amount"]) * 1000 ** (1 + "KMG".index(match["unit"].upper())))


def format_bytes(size: float) -> str:
    """`812 bytes`, `1.2 KB`, `34 MB`; above ten without a digit after the point."""
    if size < 1000:
        return f"{size:.0f} bytes"
    for unit in ("KB", "MB", "GB"):
        size /= 1000
        # What would be written as 1000 is one of the next unit.
        if size < 999.5 or unit == "GB":
            break
    return f"{size:.1f} {unit}".replace(".0 ", " ") if size < 10 else f"{size:.0f} {unit}"


def plural(count: int, noun: str) -> str:
    """`1 host`, `3 hosts`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def first_line(text: str) -> str:
    """The first line of *text* that says something; empty when none does."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def cut(text: str, most: int) -> str:
    """*text* in at most *most* characters; what was cut shows as an ellipsis."""
    return text if len(text) <= most else text[: most - 1] + "…"


def unwritable(whole: object) -> str:
    """Why no database takes *whole*: a text with half a character or a NUL, or nesting too deep; empty when it does."""
    left: list[tuple[Any, int]] = [(whole, 0)]
    while left:
        value, depth = left.pop()
        if depth > _DEEPEST:
            return f"nested more than {_DEEPEST} deep"
        if isinstance(value, Mapping):
            left += [(inner, depth + 1) for pair in value.items() for inner in pair]
        elif isinstance(value, list):
            left += [(inner, depth + 1) for inner in value]
        elif isinstance(value, str) and ("\0" in value or not _is_unicode(value)):
            return "a text that cannot be written"
    return ""


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
