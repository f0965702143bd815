"""Workers and their signs of life."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from bot.store.tables import WorkerRow


class Workers:
    """Who works on this database."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def beat(self, id: str, now: datetime) -> None:
        """Say that worker *id* lives."""
        self._session.merge(WorkerRow(id=id, beat_at=now))

    def silent_since(self, moment: datetime) -> list[str]:
        """Workers that gave no sign of life since *moment*."""
        return list(self._session.exec(select(WorkerRow.id).where(WorkerRow.beat_at < moment)))

    def any_since(self, moment: datetime) -> bool:
        """Did any worker give a sign of life since *moment*?"""
        return self._session.exec(select(WorkerRow.id).where(WorkerRow.beat_at >= moment).limit(1)).first() is not None

    def forget(self, id: str) -> None:
        """Drop a worker's row; do it when all its work was handed over."""
        self._session.execute(delete(WorkerRow).where(col(WorkerRow.id) == id))
