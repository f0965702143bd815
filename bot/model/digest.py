"""A week of runs in numbers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Day:
    """How many runs of one day ended how."""

    date: date
    succeeded: int = 0
    failed: int = 0
    aborted: int = 0


@dataclass(frozen=True, kw_only=True)
class Digest:
    """A week: what ran, how it ended, what took long, and how long something was in maintenance."""

    start: datetime
    end: datetime
    days: tuple[Day, ...]
    #: Job and environment, and how often it ran; the most used first.
    most_used: tuple[tuple[str, int], ...] = ()
    #: The run's job and number, and how long it took; the slowest first.
    slowest: tuple[tuple[str, timedelta], ...] = ()
    #: Job and environment, and how long it stood between that job and the one that ends it; the longest first.
    held: tuple[tuple[str, timedelta], ...] = ()

    @property
    def succeeded(self) -> int:
        """How many runs succeeded."""
        return sum(day.succeeded for day in self.days)

    @property
    def failed(self) -> int:
        """How many failed or broke."""
        return sum(day.failed for day in self.days)

    @property
    def aborted(self) -> int:
        """How many were cancelled."""
        return sum(day.aborted for day in self.days)

    @property
    def runs(self) -> int:
        """How many ended."""
        return self.succeeded + self.failed + self.aborted

    @property
    def success_percent(self) -> int | None:
        """How many of a hundred runs that nobody cancelled succeeded; 100 means all of them. None: there were none."""
        counted = self.succeeded + self.failed
        return 100 * self.succeeded // counted if counted else None
