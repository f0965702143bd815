"""What the clock asks for: the next moment of declared times, and what passed while nobody looked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.control.holds.calendar import holiday
from bot.model.times import Times

#: The first moment of a cron line in a time zone after a moment; None: there is none.
NextMoment = Callable[[str, str, datetime], datetime | None]

#: Holidays in a row; a line that meets nothing but holidays has no next moment.
_MOST_HOLIDAYS = 400
_A_TICK = timedelta(microseconds=1)
#: Shorter than this is no delay: between two ticks a machine may sleep for a moment.
_LEAST_LATE_S = 60.0
#: A moment that is remembered and lies so far ahead was remembered while the machine's clock was wrong.
_CLOCK_WAS_WRONG = timedelta(days=1)


@dataclass(frozen=True)
class Passed:
    """Moments that passed since somebody looked."""

    #: The last of them; None: all came too late to be made up for.
    last: datetime | None


@dataclass(frozen=True)
class DayOff:
    """A moment of today that does not count, since today is a holiday."""

    moment: datetime
    day: date
    #: What the holiday is called.
    name: str


def is_unknown(until: datetime | None, now: datetime) -> bool:
    """Was up to *until* nothing looked at that one can go on from? Then what passed before *now* is not missed."""
    return until is None or until - now > _CLOCK_WAS_WRONG


class Clockwork:
    """Reads declared times."""

    def __init__(self, next_moment: NextMoment) -> None:
        self._next_moment = next_moment

    def after(self, times: Times, moment: datetime) -> datetime | None:
        """The first moment of *times* after *moment*, in UTC; None: there is none."""
        for _ in range(_MOST_HOLIDAYS):
            found = self._any_after(times, moment)
            if found is None:
                return None
            day = found.astimezone(ZoneInfo(times.zone)).date()
            if not _holiday(times, day):
                return found
            moment = _midnight(day + timedelta(days=1), times.zone) - _A_TICK
        return None

    def passed(self, times: Times, until: datetime, now: datetime) -> Passed | None:
        """What passed after *until*; None: nothing did."""
        first = self.after(times, until)
        if first is None or first > now:
            return None
        # A week of downtime is no reason to count through its minutes.
        at = self.after(times, max(until, now - timedelta(seconds=max(times.late_s, _LEAST_LATE_S))))
        last = None
        while at is not None and at <= now:
            last, at = at, self.after(times, at)
        return Passed(last)

    def day_off(self, times: Times, until: datetime, now: datetime) -> DayOff | None:
        """The first moment of today after *until* that has come, and does not count; None: there is none."""
        today = now.astimezone(ZoneInfo(times.zone)).date()
        if (name := _holiday(times, today)) is None:
            return None
        at = self._any_after(times, max(until, _midnight(today, times.zone) - _A_TICK))
        return DayOff(at, today, name) if at and at <= now else None

    def _any_after(self, times: Times, moment: datetime) -> datetime | None:
        if times.cron:
            return self._next_moment(times.cron, times.zone, moment)
        zone = ZoneInfo(times.zone)
        wanted = (one.replace(tzinfo=zone).astimezone(UTC) for one in times.moments)
        return min((one for one in wanted if one > moment), default=None)


def _holiday(times: Times, day: date) -> str | None:
    """What *day* is called if *times* leave it out; else None."""
    return next((name for one in times.holidays if (name := holiday(one, day))), None)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
