"""Queries about what people said of announced versions."""

from datetime import datetime

from sqlmodel import Session, col, delete

from bot.model.announce import Mark, MarkedVersion
from bot.store.announce_tables import MarkRow


class Marks:
    """Marks, by resource and number."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, watcher: str, number: str) -> MarkedVersion | None:
        """What was said last of a version; None: nothing."""
        row = self._session.get(MarkRow, (watcher, number), populate_existing=True)
        return MarkedVersion(mark=Mark(row.mark), by=row.by, at=row.at, until=row.until) if row else None

    def set(
        self, watcher: str, number: str, mark: Mark, *, by: str, at: datetime, until: datetime | None = None
    ) -> None:
        """Take down what somebody says; it replaces what was said before."""
        self._session.merge(MarkRow(watcher=watcher, number=number, mark=mark, by=by, at=at, until=until))

    def drop(self, watcher: str, number: str) -> None:
        """Nothing was said of this version."""
        this = (col(MarkRow.watcher) == watcher, col(MarkRow.number) == number)
        self._session.execute(delete(MarkRow).where(*this))
