"""Queries about the checks of resources."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, delete, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from bot.model.watch import Lease, Watcher
from bot.store.tables import VersionRow, WatcherRow


class Watchers:
    """How the checks of resources stand, by `stack/resource`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep(self, wanted: Mapping[str, datetime]) -> None:
        """Have a row for each of *wanted*, first checked at its moment, and none for any other resource."""
        known = set(self._hold())
        for id in known - wanted.keys():
            self._session.execute(delete(WatcherRow).where(col(WatcherRow.id) == id))
            self._session.execute(delete(VersionRow).where(col(VersionRow.watcher) == id))
        if new := [{"id": id, "next_at": at} for id, at in sorted(wanted.items()) if id not in known]:
            defaults = {
                "spec": "",
                "failures": 0,
                "error": "",
                "hint": "",
                "deployed": "",
                "was_empty": False,
                "asked": False,
            }
            # Another front end may see at this very moment that they are missing.
            dialect = postgresql if self._session.get_bind().dialect.name == "postgresql" else sqlite
            self._session.execute(
                dialect.insert(WatcherRow).on_conflict_do_nothing(), [{**defaults, **row} for row in new]
            )

    def failing(self) -> tuple[tuple[str, int], ...]:
        """Those of which it was told that they fail, each with how often in a row."""
        query = select(WatcherRow.id, WatcherRow.failures).where(col(WatcherRow.told_at).is_not(None))
        return tuple((id, failures) for id, failures in self._session.exec(query.order_by(col(WatcherRow.id))))

    def claim(self, *, by: str, now: datetime, lease_s: float, limit: int) -> list[Lease]:
        """Lease those whose moment has come to *by*, longest due first."""
        query = (
            select(WatcherRow.id, WatcherRow.leased_by, WatcherRow.asked)
            .where(*_due(now))
            .order_by(col(WatcherRow.next_at))
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        leases = [Lease(id=id, last_by=last_by, asked=asked) for id, last_by, asked in self._session.exec(query)]
        # A moment that is earlier than this one when the check is done was set meanwhile: look again right after.
        until = now + timedelta(seconds=lease_s)
        those = col(WatcherRow.id).in_([one.id for one in leases])
        self._session.execute(update(WatcherRow).where(those).values(leased_by=by, next_at=until, leased_until=until))
        return leases

    def any_due(self, now: datetime) -> bool:
        """Has the moment of any come?"""
        return self._session.exec(select(WatcherRow.id).where(*_due(now)).limit(1)).first() is not None

    def lock_row(self, id: str) -> Watcher | None:
        """One of them, its row held against other transactions until this one ends."""
        row = self._session.get(WatcherRow, id, populate_existing=True, with_for_update=True)
        return _watcher(row) if row else None

    def get(self, id: str) -> Watcher | None:
        """One of them."""
        row = self._session.get(WatcherRow, id, populate_existing=True)
        return _watcher(row) if row else None

    def all(self) -> list[Watcher]:
        """All of them by name."""
        return [_watcher(row) for row in self._session.exec(select(WatcherRow).order_by(col(WatcherRow.id)))]

    def change(self, id: str, **values: Any) -> None:
        """Set columns of one."""
        query = update(WatcherRow).where(col(WatcherRow.id) == id).values(**values)
        # Whoever reads a row reads it anew: SQLAlchemy need not work out what became of those that it has read.
        self._session.execute(query.execution_options(synchronize_session=False))

    def checked(self, id: str, *, now: datetime, next_at: datetime, **values: Any) -> None:
        """Say that it was looked at, and when it is the next time; the lease ends.

        That a look was asked for is done with, unless it was asked for again meanwhile, or *values* say otherwise.
        """
        asked_meanwhile = col(WatcherRow.next_at) < col(WatcherRow.leased_until)
        next_at_or_sooner = case((asked_meanwhile, col(WatcherRow.next_at)), else_=next_at)
        asked = case((asked_meanwhile, col(WatcherRow.asked)), else_=bool(values.pop("asked", False)))
        self.change(id, checked_at=now, next_at=next_at_or_sooner, asked=asked, leased_until=None, **values)

    def unchanged(self, next_ats: Mapping[str, datetime], *, now: datetime) -> list[Watcher]:
        """Say of many, each with its next moment, that they work and list what they listed; their leases end.

        Returns those of which people were told that they do not work.
        """
        self._hold(col(WatcherRow.id).in_(next_ats))
        told = select(WatcherRow).where(col(WatcherRow.told_at).is_not(None))
        rows = self._session.exec(told.execution_options(populate_existing=True)).all()
        well_again = [_watcher(row) for row in rows if row.id in next_ats]
        asked_meanwhile = col(WatcherRow.next_at) < col(WatcherRow.leased_until)
        table = WatcherRow.__table__  # type: ignore[attr-defined]
        well = {"failures": 0, "error": "", "hint": "", "told_at": None, "held_since": None, "was_empty": False}
        query = (
            update(table)
            .where(table.c.id == bindparam("of"))
            .values(
                checked_at=now,
                next_at=case((asked_meanwhile, col(WatcherRow.next_at)), else_=bindparam("at")),
                asked=and_(asked_meanwhile, col(WatcherRow.asked)),
                leased_until=None,
                **well,
            )
        )
        self._session.connection().execute(query, [{"of": id, "at": at} for id, at in next_ats.items()])
        return well_again

    def sooner(self, ids: Collection[str], now: datetime) -> None:
        """Look at them now, whatever was planned; one that is being looked at is looked at again right after."""
        those = col(WatcherRow.id).in_(self._hold(col(WatcherRow.id).in_(ids)))
        self._session.execute(update(WatcherRow).where(those).values(next_at=now, asked=True))

    def was_empty(self, id: str) -> bool:
        """Did the last check list nothing where there had been something?"""
        return bool(self._session.exec(select(WatcherRow.was_empty).where(WatcherRow.id == id)).first())

    def give_back(self, by: str, now: datetime) -> None:
        """End the leases of one that stops, or that was killed and is back: what it did not get to is due now."""
        leased = (col(WatcherRow.leased_by) == by, col(WatcherRow.leased_until).is_not(None))
        those = col(WatcherRow.id).in_(self._hold(*leased))
        self._session.execute(update(WatcherRow).where(those).values(leased_until=None, next_at=now))

    def _hold(self, *which: ColumnElement[bool]) -> Sequence[str]:
        """The ids of these, held until this transaction ends; taken in one order, so that bots never wait in a ring."""
        held = select(WatcherRow.id).where(*which).order_by(col(WatcherRow.id)).with_for_update()
        return self._session.exec(held).all()


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    is_free = or_(col(WatcherRow.leased_until).is_(None), col(WatcherRow.leased_until) <= now)
    return col(WatcherRow.next_at) <= now, is_free


def _watcher(row: WatcherRow) -> Watcher:
    return Watcher(**row.model_dump(exclude={"was_empty", "leased_by", "leased_until"}))
