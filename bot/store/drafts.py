"""Queries about answers that are kept between two pages."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot.store.form_tables import DraftRow


class Drafts:
    """Answers, by a key that nobody guesses."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, key: str, *, person: str, inputs: dict[str, Any], at: datetime) -> None:
        """Keep answers."""
        self._session.add(DraftRow(key=key, person=person, inputs=inputs, at=at))

    def of(self, key: str, *, person: str) -> dict[str, Any] | None:
        """The answers of this very person; None: there are none (any more)."""
        row = self._session.get(DraftRow, key)
        return row.inputs if row and row.person == person else None
