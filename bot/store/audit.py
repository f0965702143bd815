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

#: Records read at a time; an audit may have grown for years.
_READ_TOGETHER = 500


class Audit:
    """Who asked what, and the answer."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._waiting: list[AuditRow] = []

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
        """Append a record; it stands in the chain once the transaction is written."""
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
        self._waiting.append(row)

    def write(self) -> None:
        """Put what was added at the end of the chain: the last thing before a commit.

        There is one end for everybody. Who holds it must not wait for rows that others hold who wait for it.
        """
        if not self._waiting:
            return
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _CHAIN_LOCK})
        last = self._session.exec(select(AuditRow.hash).order_by(col(AuditRow.id).desc()).limit(1)).first() or ""
        for row in self._waiting:
            last = row.hash = _chained(last, row)
            self._session.add(row)
            self._session.flush()
        self._waiting.clear()

    def recent(self, *, limit: int = 50) -> list[AuditRecord]:
        """The newest records first."""
        rows = self._session.exec(select(AuditRow).order_by(col(AuditRow.id).desc()).limit(limit))
        return [AuditRecord(**row.model_dump()) for row in rows]

    def first_broken(self) -> int | None:
        """The id of the first record that does not fit the one before it; None: the chain is whole."""
        before = ""
        query = select(AuditRow).order_by(col(AuditRow.id)).execution_options(yield_per=_READ_TOGETHER)
        with self._session.exec(query) as rows:
            for row in rows:
                if row.hash != _chained(before, row):
                    return row.id
                before = row.hash
        return None


def _chained(before: str, row: AuditRow) -> str:
    said = [before, row.at.isoformat(), row.person_id, row.person, row.origin, row.verb, row.target, row.answer]
    return hashlib.sha256(json.dumps([*said, row.detail]).encode()).hexdigest()
