"""Queries about pauses."""

from datetime import datetime

from sqlalchemy import RowMapping, delete
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from bot.model.pause import Pause, pause_key
from bot.model.timer import TimerState
from bot.store.rows import table_of
from bot.store.tables import PauseRow, TimerRow

_TABLE = table_of(PauseRow)
#: Each start looks whether there are any.
_ALL = columns(_TABLE).order_by(_TABLE.c.since, _TABLE.c.target)


class Pauses:
    """What is paused, by target."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, *, target: str, person_id: str, person: str, since: datetime, why: str) -> None:
        """Pause *target*, which is not paused yet."""
        self._session.add(PauseRow(target=target, person_id=person_id, person=person, since=since, why=why))
        self._session.flush()

    def remove(self, target: str) -> bool:
        """End a pause; False: there was none."""
        found = self._session.execute(delete(PauseRow).where(col(PauseRow.target) == target))
        return bool(found.rowcount)  # type: ignore[attr-defined]  # a delete's result has it

    def get(self, target: str) -> Pause | None:
        """The pause of exactly *target*."""
        return next((pause for pause in self.all() if pause.target == target), None)

    def all(self, *, hold: bool = False) -> list[Pause]:
        """What is paused, the oldest first.

        With *hold* none of it ends before this transaction does: a run that is put down for a pause is there when that
        pause lets go.
        """
        query = _ALL.with_for_update(read=True) if hold else _ALL
        return [self._pause(row) for row in self._session.execute(query).mappings()]

    def _pause(self, row: RowMapping) -> Pause:
        end = select(TimerRow.at).where(TimerRow.key == pause_key(row["target"]), TimerRow.state == TimerState.WAITING)
        return Pause(**row, until=self._session.exec(end).first())
