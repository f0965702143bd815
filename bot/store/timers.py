"""Queries about timers."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from bot.model.timer import Timer, TimerKind, TimerState
from bot.store.tables import TimerRow


class Timers:
    """Durable moments."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def set(self, *, key: str, kind: TimerKind, at: datetime, run: int = 0, stack: str = "", **values: Any) -> Timer:
        """Set a timer; a waiting one of the same key is replaced."""
        self.cancel_key(key, by="")
        row = TimerRow(key=key, kind=kind, at=at, run=run, stack=stack, state=TimerState.WAITING, **values)
        self._session.add(row)
        self._session.flush()
        return _timer(row)

    def get(self, id: int) -> Timer | None:
        """One timer."""
        row = self._session.get(TimerRow, id, populate_existing=True)
        return _timer(row) if row else None

    def lock_row(self, id: int) -> Timer | None:
        """One timer, its row held against other transactions until this one ends."""
        row = self._session.get(TimerRow, id, populate_existing=True, with_for_update=True)
        return _timer(row) if row else None

    def waiting(self, key: str) -> Timer | None:
        """The waiting timer of *key*."""
        query = select(TimerRow).where(col(TimerRow.key) == key, col(TimerRow.state) == TimerState.WAITING)
        row = self._session.exec(query.execution_options(populate_existing=True)).first()
        return _timer(row) if row else None

    def newest(self, key: str) -> Timer | None:
        """The timer of *key* that was set last, however it stands."""
        query = select(TimerRow).where(TimerRow.key == key).order_by(col(TimerRow.id).desc())
        row = self._session.exec(query.execution_options(populate_existing=True)).first()
        return _timer(row) if row else None

    def change(self, id: int, **values: Any) -> None:
        """Set columns of one timer."""
        self._session.execute(update(TimerRow).where(col(TimerRow.id) == id).values(**values))

    def cancel_key(self, key: str, *, by: str) -> Timer | None:
        """Cancel the waiting timer of *key*; None when there is none."""
        query = select(TimerRow).where(col(TimerRow.key) == key, col(TimerRow.state) == TimerState.WAITING)
        row = self._session.exec(query.with_for_update().execution_options(populate_existing=True)).first()
        if row is None:
            return None
        row.state, row.changed_by = TimerState.CANCELLED, by
        self._session.flush()
        return _timer(row)

    def due(self, now: datetime) -> list[Timer]:
        """The timers whose moment has come, oldest first."""
        query = select(TimerRow).where(TimerRow.state == TimerState.WAITING, TimerRow.at <= now)
        return [_timer(row) for row in self._session.exec(query.order_by(col(TimerRow.at)))]

    def to_warn(self, now: datetime) -> list[Timer]:
        """The timers that are near and whose warning was not given yet."""
        query = select(TimerRow).where(TimerRow.state == TimerState.WAITING, col(TimerRow.warn_at) <= now)
        return [_timer(row) for row in self._session.exec(query)]

    def upcoming(self, *, kind: TimerKind, limit: int) -> list[Timer]:
        """The waiting timers of a kind, the nearest first."""
        query = select(TimerRow).where(TimerRow.state == TimerState.WAITING, TimerRow.kind == kind)
        return [_timer(row) for row in self._session.exec(query.order_by(col(TimerRow.at)).limit(limit))]

    def of_run(self, run: int) -> list[Timer]:
        """The timers that *run* set, oldest first."""
        query = select(TimerRow).where(TimerRow.run == run).order_by(col(TimerRow.id))
        return [_timer(row) for row in self._session.exec(query.execution_options(populate_existing=True))]


def _timer(row: TimerRow) -> Timer:
    values = row.model_dump(exclude={"kind", "state"})
    return Timer(**values, kind=TimerKind(row.kind), state=TimerState(row.state))
