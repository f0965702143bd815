"""Queries about pauses."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from bot.model.pause import Pause, pause_key
from bot.model.timer import TimerState
from bot.store.tables import PauseRow, TimerRow


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
        query = select(PauseRow).order_by(col(PauseRow.since), PauseRow.target)
        query = query.with_for_update(read=True) if hold else query
        return [self._pause(row) for row in self._session.exec(query.execution_options(populate_existing=True))]

    def _pause(self, row: PauseRow) -> Pause:
        end = select(TimerRow.at).where(TimerRow.key == pause_key(row.target), TimerRow.state == TimerState.WAITING)
        return Pause(**row.model_dump(), until=self._session.exec(end).first())
