"""The history of runs."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.model.run import Event
from bot.store.rows import add_rows
from bot.store.tables import EventRow


class Events:
    """Append-only lines, per run."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, run: int, kind: str, at: datetime, *, step: str | None = None, text: str = "", by: str = "") -> None:
        """Write one line."""
        row = {"run": run, "at": at, "kind": kind, "step": step, "text": text, "by": by}
        add_rows(self._session, EventRow, [row])

    def newest(self) -> int:
        """Grows with every line, of any run."""
        return self._session.exec(select(func.max(EventRow.id))).one() or 0

    def of(self, run: int) -> list[Event]:
        """The history of *run*, oldest first."""
        rows = self._session.exec(select(EventRow).where(EventRow.run == run).order_by(col(EventRow.id)))
        return [Event(**row.model_dump(exclude={"id"})) for row in rows]
