"""Queries about the versions of resources."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from bot.model.watch import FoundVersion, SeenVersion
from bot.store.tables import VersionRow


class Versions:
    """Versions that were ever seen, by resource."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, watcher: str) -> list[SeenVersion]:
        """All of a resource, in the order in which they were seen."""
        query = select(VersionRow).where(VersionRow.watcher == watcher).order_by(col(VersionRow.id))
        return [_version(row) for row in self._session.exec(query.execution_options(populate_existing=True))]

    def present(self, watcher: str) -> list[SeenVersion]:
        """Those that are there now and count, in the order in which they were seen."""
        query = (
            select(VersionRow)
            .where(
                VersionRow.watcher == watcher,
                col(VersionRow.gone_at).is_(None),
                col(VersionRow.passed_at).is_not(None),
            )
            .order_by(col(VersionRow.id))
        )
        return [_version(row) for row in self._session.exec(query.execution_options(populate_existing=True))]

    def get(self, id: int) -> SeenVersion | None:
        """One version."""
        row = self._session.get(VersionRow, id, populate_existing=True)
        return _version(row) if row else None

    def add(self, watcher: str, found: Sequence[FoundVersion], *, now: datetime, baseline: bool) -> None:
        """Write down versions that were never seen before."""
        rows = [
            {
                "watcher": watcher,
                "number": one.number,
                "state": one.state,
                "fields": dict(one.fields),
                "verdict": one.verdict,
                "baseline": baseline,
                "first_seen_at": now,
                "changed_at": now,
                "passed_at": None if one.verdict else now,
                "appearance": 1,
            }
            for one in found
        ]
        if rows:
            self._session.execute(insert(VersionRow), rows)

    def change(self, id: int, **values: Any) -> None:
        """Set columns of one version."""
        query = update(VersionRow).where(col(VersionRow.id) == id).values(**values)
        self._session.execute(query.execution_options(synchronize_session=False))


def _version(row: VersionRow) -> SeenVersion:
    return SeenVersion(**row.model_dump())
