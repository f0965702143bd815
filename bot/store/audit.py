"""The audit: append-only, each record chained to the one before by its hash."""

import hashlib
import json
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from bot.model.audit import AuditRecord
from bot.store.tables import AuditRow

#: Any number, the same in every process: PostgreSQL's advisory lock that keeps the chain in one line.
_CHAIN_LOCK = 715_112_001


class Audit:
    """Who asked what, and the answer."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        *,
        at: datetime,
        person_id: str,
        person: str,
        origin: str,
        verb: str,
        target: str,
        answer: str,
        detail: str = "",
    ) -> None:
        """Append a record."""
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _CHAIN_LOCK})
        last = self._session.exec(select(AuditRow.hash).order_by(col(AuditRow.id).desc()).limit(1)).first()
        row = AuditRow(
            at=at,
            person_id=person_id,
            person=person,
            origin=origin,
            verb=verb,
            target=target,
            answer=answer,
            detail=detail,
            hash="",
        )
        row.hash = _chained(last or "", row)
        self._session.add(row)
        self._session.flush()

    def recent(self, *, limit: int = 50) -> list[AuditRecord]:
        """The newest records first."""
        rows = self._session.exec(select(AuditRow).order_by(col(AuditRow.id).desc()).limit(limit))
        return [AuditRecord(**row.model_dump()) for row in rows]

    def first_broken(self) -> int | None:
        """The id of the first record that does not fit the one before it; None: the chain is whole."""
        before = ""
        for row in self._session.exec(select(AuditRow).order_by(col(AuditRow.id))):
            if row.hash != _chained(before, row):
                return row.id
            before = row.hash
        return None


def _chained(before: str, row: AuditRow) -> str:
    said = [before, row.at.isoformat(), row.person_id, row.person, row.origin, row.verb, row.target, row.answer]
    return hashlib.sha256(json.dumps([*said, row.detail]).encode()).hexdigest()
