"""Locks and their queues. Call inside one transaction with what the holder does about it."""

from datetime import datetime

from sqlalchemy import delete, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from bot.model.lock import Lock
from bot.store.tables import LockRequestRow, LockRow


class Locks:
    """Names that one run holds; other runs queue in order."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def ask(self, name: str, *, run: int, holder: str, why: str, now: datetime) -> bool:
        """Hold *name* for *run*, or queue for it. True: held (also when it was held before)."""
        row = self._row(name)
        if row.run == run:
            return True
        if row.run is None:
            self._give(name, run=run, holder=holder, why=why, now=now)
            return True
        self._session.execute(insert(LockRequestRow).values(name=name, run=run, holder=holder, why=why))
        return False

    def pass_on(self, *, from_run: int, to_run: int) -> None:
        """Let *to_run* hold what *from_run* holds, ahead of everybody who waits."""
        self._session.execute(update(LockRow).where(col(LockRow.run) == from_run).values(run=to_run))

    def release(self, run: int, now: datetime) -> list[int]:
        """Give up what *run* holds or waits for. Returns the runs that hold a lock now because of it."""
        self.leave_queues(run)
        names = self._session.exec(select(LockRow.name).where(LockRow.run == run)).all()
        return [next_run for name in names if (next_run := self._hand_over(name, now)) is not None]

    def leave_queues(self, run: int) -> None:
        """Let *run* wait no more. To change the run as well, do this first: whoever hands a lock over does, too."""
        self._session.execute(delete(LockRequestRow).where(col(LockRequestRow.run) == run))

    def of(self, name: str) -> Lock | None:
        """The lock as it stands; None when nobody holds it."""
        row = self._session.get(LockRow, name, populate_existing=True)
        if row is None or row.run is None or row.since is None:
            return None
        return Lock(name=name, run=row.run, holder=row.holder, since=row.since, why=row.why, queue=self._queue(name))

    def _queue(self, name: str) -> tuple[int, ...]:
        query = select(LockRequestRow.run).where(LockRequestRow.name == name).order_by(col(LockRequestRow.id))
        return tuple(self._session.exec(query))

    def _row(self, name: str) -> LockRow:
        """The lock's row, held against other transactions until this one ends."""
        dialect = postgresql if self._session.get_bind().dialect.name == "postgresql" else sqlite
        self._session.execute(dialect.insert(LockRow).values(name=name, holder="", why="").on_conflict_do_nothing())
        query = select(LockRow).where(LockRow.name == name).with_for_update()
        return self._session.exec(query.execution_options(populate_existing=True)).one()

    def _give(self, name: str, *, run: int | None, holder: str, why: str, now: datetime) -> None:
        since = now if run is not None else None
        values = {"run": run, "holder": holder, "why": why, "since": since}
        self._session.execute(update(LockRow).where(col(LockRow.name) == name).values(**values))

    def _hand_over(self, name: str, now: datetime) -> int | None:
        self._row(name)
        query = select(LockRequestRow).where(LockRequestRow.name == name).order_by(col(LockRequestRow.id)).limit(1)
        # Held, so that a run that leaves the queue at this very moment either gets it or is passed over.
        first = self._session.exec(query.with_for_update()).first()
        if first is None:
            self._give(name, run=None, holder="", why="", now=now)
            return None
        self._give(name, run=first.run, holder=first.holder, why=first.why, now=now)
        self._session.delete(first)
        self._session.flush()
        return first.run
