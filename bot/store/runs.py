"""Queries about runs."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, bindparam, case, func, literal, or_, update
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from bot.model.message import MessageKind
from bot.model.plan import Plan
from bot.model.run import Run, RunStatus
from bot.model.timer import TimerKind
from bot.store.rows import add_row, complete, table_of
from bot.store.tables import MessageRow, Moment, RunRow, TimerRow

#: What began longer ago and was extended ever since is not looked for.
_LONG_AGO = timedelta(days=60)
#: The messages that say how a run stands.
_SHOWING = (MessageKind.RUN, MessageKind.STEP)
#: Made once, since they are asked all the time; past the ORM, which takes three times as long for a change.
_TABLE = table_of(RunRow)
_BY_KEY = columns(_TABLE.c.number).where(_TABLE.c.key == bindparam("of"))
_NEXT_PART = (
    update(_TABLE).where(_TABLE.c.number == bindparam("of")).values(part=_TABLE.c.part + 1).returning(_TABLE.c.part)
)
_MESSAGES = table_of(MessageRow)
_NEWEST = bindparam("newest", type_=Integer)
_SHOW = (
    update(_MESSAGES)
    .where(_MESSAGES.c.run == bindparam("of"), _MESSAGES.c.kind.in_(_SHOWING))
    .values(wanted=case((_MESSAGES.c.wanted < _NEWEST, _NEWEST), else_=_MESSAGES.c.wanted + 1))
)


class Superseded(BaseException):
    """Another worker has taken this run over; this one must stop at once and write nothing more.

    A BaseException, so that nothing between an action and the run's thread swallows it.
    """


class Runs:
    """Runs, by number and key."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, *, key: str, plan: Plan, **values: Any) -> Run:
        """Write a new run; its number comes from the database."""
        row = complete(RunRow, **values)
        number = add_row(self._session, RunRow, {**row, "key": key, "plan": plan.model_dump(mode="json")})
        del row["epoch"]
        return Run(**row, number=number, plan=plan)

    def by_key(self, key: str) -> Run | None:
        """The run that was started with *key*."""
        number = self._session.execute(_BY_KEY, {"of": key}).scalar()
        return self.get(number) if number else None

    def get(self, number: int) -> Run | None:
        """The run of this number."""
        row = self._session.get(RunRow, number, populate_existing=True)
        return _run(row) if row else None

    def lock_row(self, number: int) -> Run | None:
        """The run, its row held against other transactions until this one ends."""
        row = self._session.get(RunRow, number, populate_existing=True, with_for_update=True)
        return _run(row) if row else None

    def recent(self, *, limit: int = 20, statuses: Sequence[RunStatus] = (), stack: str | None = None) -> list[Run]:
        """The newest runs first, only those in *statuses* (empty: all) and of *stack*."""
        query = select(RunRow).order_by(col(RunRow.number).desc()).limit(limit)
        if statuses:
            query = query.where(col(RunRow.status).in_(statuses))
        if stack:
            query = query.where(RunRow.stack == stack)
        return [_run(row) for row in self._session.exec(query)]

    def last_succeeded(self, stack: str, jobs: Sequence[str]) -> list[Run]:
        """The newest run of any of these jobs that succeeded, one for each environment that has any."""
        newest = (
            select(func.max(RunRow.number))
            .where(RunRow.stack == stack, col(RunRow.job).in_(jobs), RunRow.status == RunStatus.SUCCEEDED)
            .group_by(col(RunRow.environment))
        )
        query = select(RunRow).where(col(RunRow.number).in_(newest)).order_by(col(RunRow.environment))
        return [_run(row) for row in self._session.exec(query)]

    def follow_ups(self, number: int) -> list[Run]:
        """The runs that undo run *number*, and those that took up what it had done, oldest first."""
        about = or_(col(RunRow.undo_of) == number, col(RunRow.retry_of) == number)
        query = select(RunRow).where(about).order_by(col(RunRow.number))
        return [_run(row) for row in self._session.exec(query.execution_options(populate_existing=True))]

    def called_by(self, number: int) -> list[Run]:
        """The runs that steps of run *number* started, oldest first."""
        query = select(RunRow).where(RunRow.parent == number).order_by(col(RunRow.number))
        return [_run(row) for row in self._session.exec(query.execution_options(populate_existing=True))]

    def ended(self, after: datetime, until: datetime) -> list[Run]:
        """The runs that ended after one moment and until the other, in that order."""
        query = select(RunRow).where(col(RunRow.ended_at) > after, col(RunRow.ended_at) <= until)
        return [_run(row) for row in self._session.exec(query.order_by(col(RunRow.ended_at)))]

    def any_waits(self, stack: str, job: str, environment: str | None) -> bool:
        """Is there a run of this job, in this environment, that has not begun yet?"""
        same = [
            col(RunRow.stack) == stack,
            col(RunRow.job) == job,
            col(RunRow.environment).is_not_distinct_from(environment),
        ]
        open_ = col(RunRow.status).in_([RunStatus.QUEUED, RunStatus.WAITING])
        query = select(RunRow.number).where(*same, open_, col(RunRow.begun_at).is_(None)).limit(1)
        return self._session.exec(query).first() is not None

    def ended_between(self, start: datetime, end: datetime) -> list[Run]:
        """The runs that ended from *start* until before *end*, oldest first."""
        query = select(RunRow).where(col(RunRow.ended_at) >= start, col(RunRow.ended_at) < end)
        return [_run(row) for row in self._session.exec(query.order_by(col(RunRow.number)))]

    def with_then(self, start: datetime, end: datetime) -> list[Run]:
        """The runs that began something before *end* whose end was, or is, to come after *start*: it has a timer."""
        timers = select(TimerRow.run).where(TimerRow.kind == TimerKind.START, col(TimerRow.at) >= start - _LONG_AGO)
        query = select(RunRow).where(col(RunRow.number).in_(timers), col(RunRow.ended_at) < end)
        return [_run(row) for row in self._session.exec(query.order_by(col(RunRow.number)))]

    def first_success(self, *, of: Run, job: str) -> Run | None:
        """The first success of *job*, in the place of run *of* and after it; also of a run that undoes it."""
        same = (RunRow.stack == of.stack, RunRow.environment == of.environment, col(RunRow.number) > of.number)
        ends = or_(col(RunRow.job) == job, col(RunRow.undo_of) == of.number)
        query = select(RunRow).where(*same, ends, RunRow.status == RunStatus.SUCCEEDED)
        row = self._session.exec(query.order_by(col(RunRow.ended_at)).limit(1)).first()
        return _run(row) if row else None

    def status_before(self, run: Run) -> RunStatus | None:
        """How the job's last run in the same environment ended, cancelled ones left out; None: it was the first."""
        query = (
            select(RunRow.status)
            .where(RunRow.stack == run.stack, RunRow.job == run.job, col(RunRow.number) < run.number)
            .where(col(RunRow.environment).is_not_distinct_from(run.environment), col(RunRow.undo_of).is_(None))
            .where(col(RunRow.status).in_([RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.ERRORED]))
            .order_by(col(RunRow.ended_at).desc())
            .limit(1)
        )
        found = self._session.exec(query).first()
        return RunStatus(found) if found else None

    def numbers(self) -> set[int]:
        """Those of all runs that are kept."""
        return {number for number in self._session.exec(select(RunRow.number)) if number is not None}

    def held(self) -> list[int]:
        """The numbers of those that something keeps from beginning, the oldest first."""
        # Put in order here: SQLite would go through all runs in theirs.
        found = self._session.exec(select(RunRow.number).where(RunRow.held > ""))
        return sorted(number for number in found if number is not None)

    def change(self, number: int, **values: Any) -> None:
        """Set columns, and let everybody who watches know by a new revision; the messages that show it are owed."""
        run = update(_TABLE).where(_TABLE.c.number == number).values(revision=_TABLE.c.revision + 1, **values)
        newest = self._session.execute(run.returning(_TABLE.c.revision)).scalar()
        self._session.execute(_SHOW, {"of": number, "newest": newest})

    def take(self, number: int, now: datetime) -> int:
        """Take the run for this worker; earlier takers are superseded. Returns the new epoch."""
        self.change(number, epoch=_TABLE.c.epoch + 1, begun_at=func.coalesce(_TABLE.c.begun_at, literal(now, Moment)))
        return self._session.exec(select(RunRow.epoch).where(RunRow.number == number)).one()

    def guard(self, number: int, epoch: int) -> None:
        """Raise Superseded unless this worker still has the run; call first in each transaction that writes for it."""
        found = self._session.exec(select(RunRow.epoch).where(RunRow.number == number).with_for_update()).first()
        if found != epoch:
            raise Superseded

    def next_part(self, number: int) -> int:
        """Count one more hand-over to the engine and return its number."""
        return int(self._session.execute(_NEXT_PART, {"of": number}).scalar_one())

    def cancelled_by(self, number: int) -> str | None:
        """Who asked to cancel the run; None: nobody."""
        return self._session.exec(select(RunRow.cancelled_by).where(RunRow.number == number)).first()


def _run(row: RunRow) -> Run:
    values = row.model_dump(exclude={"key", "epoch", "plan", "status"})
    return Run(**values, plan=Plan.model_validate(row.plan), status=RunStatus(row.status))
