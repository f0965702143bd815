"""The audit: append-only, each record chained to the one before by its hash."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from sqlalchemy import func, text
from sqlalchemy import select as columns
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.model.audit import AuditFilter, AuditRecord
from bot.model.person import Person
from bot.store.rows import add_rows, table_of
from bot.store.tables import AuditRow

#: Any number, the same in every process: PostgreSQL's advisory lock that keeps the chain in one line.
_CHAIN_LOCK = 715_112_001

_TABLE = table_of(AuditRow)
_LAST = columns(_TABLE.c.hash).order_by(_TABLE.c.id.desc()).limit(1)

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
        by: Person,
        origin: str,
        verb: str,
        target: str,
        answer: str = "allowed",
        detail: str = "",
    ) -> None:
        """Append a record; it stands in the chain once the transaction is written."""
        row = AuditRow(
            at=at,
            person_id=by.id,
            person=by.name,
            origin=origin,
            verb=verb,
            target=target,
            answer=answer,
            detail=detail,
            hash="",
        )
        self._waiting.append(row)

    def newest(self) -> int:
        """Grows with every record."""
        return self._session.exec(select(func.max(AuditRow.id))).one() or 0

    def write(self) -> None:
        """Put what was added at the end of the chain: the last thing before a commit.

        There is one end for everybody. Who holds it must not wait for rows that others hold who wait for it.
        """
        if not self._waiting:
            return
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _CHAIN_LOCK})
        last = self._session.execute(_LAST).scalar() or ""
        for row in self._waiting:
            last = row.hash = _chained(last, row)
        add_rows(self._session, AuditRow, [row.model_dump(exclude={"id"}) for row in self._waiting])
        self._waiting.clear()

    def recent(self, *, limit: int = 50, only: AuditFilter = AuditFilter()) -> list[AuditRecord]:  # noqa: B008 - frozen
        """The newest records that *only* takes first."""
        query = select(AuditRow).order_by(col(AuditRow.id).desc())
        return list(islice(self._those(query, only), limit))

    def all(self, only: AuditFilter) -> Iterator[AuditRecord]:
        """Every record that *only* takes, oldest first; read bit by bit, since they may be many."""
        return self._those(select(AuditRow).order_by(col(AuditRow.id)), only)

    def count(self) -> int:
        """How many records there are."""
        return self._session.exec(select(func.count()).select_from(AuditRow)).one()

    def _those(self, query: "SelectOfScalar[AuditRow]", only: AuditFilter) -> Iterator[AuditRecord]:
        if only.since is not None:
            query = query.where(AuditRow.at >= only.since)
        with self._session.exec(query.execution_options(yield_per=_READ_TOGETHER)) as rows:
            for row in rows:
                record = AuditRecord(**row.model_dump())
                if only.takes(record):
                    yield record

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
