"""Queries about the versions of resources."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
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

    def add(
        self, watcher: str, found: Sequence[FoundVersion], *, now: datetime, baseline: bool
    ) -> dict[str, SeenVersion]:
        """Write down versions that were never seen before, in this order; by number, as they are kept."""
        rows = [
            VersionRow(
                watcher=watcher,
                number=one.number,
                state=one.state,
                fields=dict(one.fields),
                verdict=one.verdict,
                baseline=baseline,
                first_seen_at=now,
                changed_at=now,
                passed_at=None if one.verdict else now,
            )
            for one in found
        ]
        # At once: a registry may list thousands of tags.
        self._session.add_all(rows)
        self._session.flush()
        return {row.number: _version(row) for row in rows}

    def change(self, id: int, **values: Any) -> None:
        """Set columns of one version."""
        self._session.execute(update(VersionRow).where(col(VersionRow.id) == id).values(**values))


def _version(row: VersionRow) -> SeenVersion:
    return SeenVersion(**row.model_dump())
