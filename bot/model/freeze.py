"""Freezes: times in which people want nothing to change."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.base.text import format_moment

#: What a run's `held` says when a freeze keeps it from beginning.
HELD = "freeze"


class InFreeze(StrEnum):
    """What becomes of a job that starts by itself in a freeze."""

    #: It waits until the freeze ends.
    WAIT = "wait"
    #: It does not run, and says so.
    SKIP = "skip"
    #: Freezes do not concern it: it ends something, and leaving that on would be worse.
    IGNORE = "ignore"


@dataclass(frozen=True, kw_only=True)
class Weekly:
    """Each week from one moment to another, as a clock on the wall shows them."""

    #: 0 is Monday.
    day: int
    minute: int
    length_minutes: int


@dataclass(frozen=True, kw_only=True)
class Freeze:
    """One rule of freezes.yml."""

    title: str
    #: Globs over "stack/job/environment"; a shorter one covers all below it.
    on: tuple[str, ...]
    #: The time zone of its clock, "Europe/Berlin".
    zone: str
    weekly: tuple[Weekly, ...] = ()
    #: From and to, without a zone: as the clock on the wall shows them.
    spans: tuple[tuple[datetime, datetime], ...] = ()
    #: Whose public holidays: "DE", "DE-BE"; empty: none.
    holidays: str = ""


@dataclass(frozen=True, kw_only=True)
class Frozen:
    """It is frozen now."""

    title: str
    #: The time zone of its clock, "Europe/Berlin".
    zone: str
    #: When it was looked at.
    at: datetime
    #: None: until somebody changes the calendar.
    until: datetime | None

    @property
    def in_words(self) -> str:
        """As people read it: Frozen until Mon 30 Nov 08:00 CET (weekend)."""
        if self.until is None:
            return f"Frozen until somebody ends it ({self.title})"
        until = self.until.astimezone(ZoneInfo(self.zone))
        return f"Frozen until {format_moment(until, beside=self.at)} ({self.title})"


def freeze_key(run: int) -> str:
    """The key of the timer that lets a run begin after a freeze."""
    return f"freeze:{run}"
