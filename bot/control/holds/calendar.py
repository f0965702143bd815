"""When freezes begin and end, in every time zone and on both sides of a change of the clocks."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from bot.control.access import covers
from bot.model.freeze import Freeze, Frozen, Weekly

Window = tuple[datetime, datetime]
#: Windows that touch one another are one freeze. After so many of them the rules repeat: it has no end.
_MOST_WINDOWS = 100


def frozen(freezes: Iterable[Freeze], target: str, now: datetime) -> Frozen | None:
    """The freeze that covers *target* at *now*, and all that follow it without a gap; None: there is none."""
    own = [freeze for freeze in freezes if any(covers(on, target) for on in freeze.on)]
    first = next((freeze for freeze in own if _end(freeze, now)), None)
    if first is None:
        return None
    return Frozen(title=first.title, zone=first.zone, at=now, until=_until(own, now))


def holiday(written: str, day: date) -> str | None:
    """What *day* is called if *written*, a date or a place, makes it a holiday; else None."""
    if written[:1].isdecimal():
        return written if written == day.isoformat() else None
    return _holidays(written).get(day)


def _until(freezes: Sequence[Freeze], now: datetime) -> datetime | None:
    """When it ends that is frozen now; None: never by itself."""
    until = now
    for _ in range(_MOST_WINDOWS):
        later = max((end for freeze in freezes if (end := _end(freeze, until))), default=until)
        if later <= until:
            return until
        until = later
    return None


def _end(freeze: Freeze, now: datetime) -> datetime | None:
    """When the window ends that *now* is in; None: it is in none."""
    return max((end for start, end in _windows(freeze, now) if start <= now < end), default=None)


def _windows(freeze: Freeze, now: datetime) -> Iterator[Window]:
    """The windows that *now* could be in."""
    zone = ZoneInfo(freeze.zone)
    today = datetime.combine(now.astimezone(zone).date(), time())
    for weekly in freeze.weekly:
        yield from (_on_the_wall(start, end, zone) for start, end in _weeks(weekly, today))
    for start, end in freeze.spans:
        yield _on_the_wall(start, end, zone)
    if freeze.holidays and today.date() in _holidays(freeze.holidays):
        yield _on_the_wall(today, today + timedelta(days=1), zone)


def _weeks(weekly: Weekly, today: datetime) -> Iterator[Window]:
    monday = today - timedelta(days=today.weekday())
    for week in (-1, 0):
        start = monday + timedelta(weeks=week, days=weekly.day, minutes=weekly.minute)
        yield start, start + timedelta(minutes=weekly.length_minutes)


def _on_the_wall(start: datetime, end: datetime, zone: ZoneInfo) -> Window:
    """A window as moments. A time that the clocks show twice, or skip, makes the freeze longer, never shorter."""
    return min(_both(start, zone)), max(_both(end, zone))


def _both(wall: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return (
        wall.replace(tzinfo=zone, fold=0).astimezone(UTC),
        wall.replace(tzinfo=zone, fold=1).astimezone(UTC),
    )


@lru_cache(maxsize=64)
def _holidays(place: str) -> holidays.HolidayBase:
    country, _, part = place.partition("-")
    # Said in English where they can be, whatever this machine's language is.
    return holidays.country_holidays(country, subdiv=part or None, language="en_US")
