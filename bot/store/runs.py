"""Queries about runs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from bot.model.plan import Plan
from bot.model.run import Run, RunStatus
from bot.store.tables import RunRow


class Superseded(BaseException):
    """Another worker has taken this run over; this one must stop at once and write nothing more.

    A BaseException, so that nothing between an action and the run's thread swallows it.
    """


class Runs:
    """Runs, by number and key."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, *, key: str, **values: Any) -> Run:
        """Write a new run; its number comes from the database."""
        row = RunRow(key=key, **values)
        self._session.add(row)
        self._session.flush()
        return _run(row)

    def by_key(self, key: str) -> Run | None:
        """The run that was started with *key*."""
        row = self._session.exec(select(RunRow).where(RunRow.key == key)).first()
        return _run(row) if row else None

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

    def change(self, number: int, **values: Any) -> None:
        """Set columns, and let everybody who watches know by a new revision."""
        self._session.execute(
            update(RunRow).where(col(RunRow.number) == number).values(revision=RunRow.revision + 1, **values)
        )

    def take(self, number: int, now: datetime) -> int:
        """Take the run for this worker; earlier takers are superseded. Returns the new epoch."""
        self.change(number, epoch=RunRow.epoch + 1)
        self._session.execute(
            update(RunRow).where(col(RunRow.number) == number, col(RunRow.begun_at).is_(None)).values(begun_at=now)
        )
        return self._session.exec(select(RunRow.epoch).where(RunRow.number == number)).one()

    def guard(self, number: int, epoch: int) -> None:
        """Raise Superseded unless this worker still has the run; call first in each transaction that writes for it."""
        found = self._session.exec(select(RunRow.epoch).where(RunRow.number == number).with_for_update()).first()
        if found != epoch:
            raise Superseded

    def next_part(self, number: int) -> int:
        """Count one more hand-over to the engine and return its number."""
        self._session.execute(update(RunRow).where(col(RunRow.number) == number).values(part=RunRow.part + 1))
        return self._session.exec(select(RunRow.part).where(RunRow.number == number)).one()

    def cancelled_by(self, number: int) -> str | None:
        """Who asked to cancel the run; None: nobody."""
        return self._session.exec(select(RunRow.cancelled_by).where(RunRow.number == number)).first()


def _run(row: RunRow) -> Run:
    values = row.model_dump(exclude={"key", "epoch", "plan", "status"})
    return Run(**values, plan=Plan.model_validate(row.plan), status=RunStatus(row.status))
