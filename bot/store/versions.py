"""Queries about the versions of resources."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from bot.model.watch import SeenVersion
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

    def add(
        self, *, watcher: str, number: str, state: str, fields: Mapping[str, Any], now: datetime, **values: Any
    ) -> SeenVersion:
        """Write down a version that was never seen before."""
        row = VersionRow(
            watcher=watcher,
            number=number,
            state=state,
            fields=dict(fields),
            first_seen_at=now,
            changed_at=now,
            **values,
        )
        self._session.add(row)
        self._session.flush()
        return _version(row)

    def change(self, id: int, **values: Any) -> None:
        """Set columns of one version."""
        self._session.execute(update(VersionRow).where(col(VersionRow.id) == id).values(**values))


def _version(row: VersionRow) -> SeenVersion:
    return SeenVersion(**row.model_dump())
