"""The weekly digest: what it counts, and when it is owed."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from bot.base.clock import Clock
from bot.model.digest import Day, Digest
from bot.model.message import MessageKind
from bot.model.run import Run, RunStatus
from bot.store.store import Store, Transaction

_WEEK = timedelta(days=7)
#: Monday at this hour, where the people are.
_HOUR = 9
#: Later than this nobody wants the news of last week any more.
_WORTH_SENDING = timedelta(days=2)
_LISTED = 5


def week_of(tx: Transaction, start: datetime, end: datetime, zone: ZoneInfo) -> Digest:
    """The runs that ended from *start* until before *end*, in the days of *zone*."""
    runs = [run for run in tx.runs.ended_between(start, end) if run.ended_at]
    # By dates: a week in which the clocks change has an hour more or less.
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    days = [_day(runs, first + timedelta(days=number), zone) for number in range((last - first).days)]
    used = Counter(run.what for run in runs)
    lengths = [(f"{run.what} #{run.number}", run.took) for run in runs if run.took is not None]
    return Digest(
        start=start,
        end=end,
        days=tuple(days),
        most_used=tuple(used.most_common(_LISTED)),
        slowest=tuple(sorted(lengths, key=lambda length: length[1], reverse=True)[:_LISTED]),
        held=_held(tx, start, end),
    )


def newest_monday(now: datetime, zone: ZoneInfo) -> datetime:
    """The last Monday at nine that is not after *now*."""
    here = now.astimezone(zone)
    monday = (here - timedelta(days=here.weekday())).replace(hour=_HOUR, minute=0, second=0, microsecond=0)
    return monday if monday <= here else monday - _WEEK


class WeeklyDigest:
    """Owes the digest once a week, however many front ends there are."""

    def __init__(self, *, store: Store, clock: Clock, channel: str | None, zone: str) -> None:
        self._store = store
        self._clock = clock
        self._channel = channel
        self._zone = ZoneInfo(zone)

    def owe_due(self) -> None:
        """Owe the newest one, unless it is owed already, too old, or nothing ran."""
        monday = newest_monday(self._clock.now(), self._zone)
        if self._channel is None or self._clock.now() - monday > _WORTH_SENDING:
            return
        end = monday.replace(hour=0)
        start = end - _WEEK
        key = f"digest:{end.isoformat()}"
        body = {"start": start.isoformat(), "end": end.isoformat(), "zone": self._zone.key}
        try:
            with self._store.begin() as tx:
                if tx.messages.get(key) is None and tx.runs.ended_between(start, end):
                    tx.messages.owe(key=key, kind=MessageKind.DIGEST, channel=self._channel, body=body)
        except IntegrityError:
            # Another front end was a moment faster.
            return


def _day(runs: Sequence[Run], date: date, zone: ZoneInfo) -> Day:
    ended = Counter(run.status for run in runs if run.ended_at and run.ended_at.astimezone(zone).date() == date)
    return Day(
        date=date,
        succeeded=ended[RunStatus.SUCCEEDED],
        failed=ended[RunStatus.FAILED] + ended[RunStatus.ERRORED],
        aborted=ended[RunStatus.ABORTED],
    )


def _held(tx: Transaction, start: datetime, end: datetime) -> tuple[tuple[str, timedelta], ...]:
    """How long each place stood between a job that its inverse ends by itself and that end, within the week."""
    held: Counter[str] = Counter()
    for run in tx.runs.with_then(start, end):
        # Other jobs start what comes after them, too: a copy that is forgotten after three days is no maintenance.
        if run.plan.then is None or not run.plan.has_inverse or run.ended_at is None:
            continue
        closing = tx.runs.first_success(of=run, job=run.plan.then.run)
        ended_at = closing.ended_at if closing and closing.ended_at else end
        seconds = (min(ended_at, end) - max(run.ended_at, start)).total_seconds()
        held[run.what] += max(0, round(seconds))
    return tuple((place, timedelta(seconds=seconds)) for place, seconds in held.most_common(_LISTED) if seconds)
