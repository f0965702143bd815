"""Queries about the runs that triggers owe, and what triggers remember."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, inspect, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select

from bot.model.watch import OwedStart
from bot.store.start_tables import DeliveryRow, StartRow, TriggerRow

#: The state of what is still owed.
WAITING = "waiting"
#: What is not owed any more is kept for its key alone, and for long.
_NO_MORE: Mapping[str, Any] = {"inputs": {}, "given": {}, "behind": {}}


class Starts:
    """Runs that triggers owe, by key; and the memory of triggers."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def owe(self, *, key: str, replace: bool, **values: Any) -> bool:
        """Owe a run; with *replace*, instead of what the same trigger still owes in the same environment.

        False: it was owed or started before, by whomever.
        """
        if not self._insert(StartRow, key=key, state=WAITING, problem="", **values):
            return False
        if replace:
            same = [col(getattr(StartRow, name)) == values[name] for name in ("stack", "job", "trigger")]
            where = col(StartRow.environment).is_not_distinct_from(values["environment"])
            others = [col(StartRow.state) == WAITING, col(StartRow.key) != key]
            self._session.execute(update(StartRow).where(*same, where, *others).values(state="replaced", **_NO_MORE))
        return True

    def due(self, now: datetime) -> list[OwedStart]:
        """Those whose moment has come, oldest first."""
        query = select(StartRow).where(StartRow.state == WAITING, StartRow.not_before <= now)
        return [_owed(row) for row in self._session.exec(query.order_by(col(StartRow.id)))]

    def done(self, id: int, state: str, *, problem: str = "") -> None:
        """Say what came of it: "started", "same" or "refused"."""
        where = (col(StartRow.id) == id, col(StartRow.state) == WAITING)
        self._session.execute(update(StartRow).where(*where).values(state=state, problem=problem, **_NO_MORE))

    def outcome(self, key: str) -> tuple[str, str]:
        """What came of it: "waiting", "started", "same", "refused" or "replaced"; and the problem, if there is one."""
        row = self._session.exec(select(StartRow).where(StartRow.key == key)).one()
        return row.state, row.problem

    def drop(self, *, stack: str, environment: str, but: str) -> None:
        """Let nothing still owed in this environment start any more, *but* what the event of this name asks for."""
        where = [col(StartRow.stack) == stack, col(StartRow.environment) == environment]
        still = (col(StartRow.state) == WAITING) & ~col(StartRow.key).contains(f":{but}:", autoescape=True)
        self._session.execute(update(StartRow).where(*where, still).values(state="replaced", **_NO_MORE))

    def last(self, trigger: str) -> str:
        """The digest of what the trigger started last."""
        return self._session.exec(select(TriggerRow.last).where(TriggerRow.id == trigger)).first() or ""

    def remember(self, trigger: str, **values: Any) -> None:
        """Set columns of what a trigger remembers."""
        self._insert(TriggerRow, id=trigger, last="")
        known = update(TriggerRow).where(col(TriggerRow.id) == trigger)
        self._session.execute(known.values(idle_since=None, **values))

    def until(self, trigger: str) -> datetime | None:
        """Up to which moment the trigger has looked; its row is held until this transaction ends."""
        query = select(TriggerRow).where(TriggerRow.id == trigger).with_for_update()
        row = self._session.exec(query.execution_options(populate_existing=True)).first()
        return row.until if row else None

    def untils(self) -> Mapping[str, datetime]:
        """The same for all triggers that remember one."""
        query = select(TriggerRow.id, TriggerRow.until).where(col(TriggerRow.until).is_not(None))
        return {id: until for id, until in self._session.exec(query) if until is not None}

    def deliver(self, id: str, now: datetime, *, same_for: timedelta, keep: timedelta) -> bool:
        """Take a call of a webhook down; False when it was taken less than *same_for* ago.

        Calls older than *keep* are forgotten.
        """
        is_another = (col(DeliveryRow.id) == id) & (col(DeliveryRow.at) <= now - same_for)
        self._session.execute(delete(DeliveryRow).where((col(DeliveryRow.at) < now - keep) | is_another))
        return self._insert(DeliveryRow, id=id, at=now)

    def _insert(self, table: type[SQLModel], **values: Any) -> bool:
        """Insert a row unless one of its key is there, also when two front ends do so at the same moment."""
        dialect = postgresql if self._session.get_bind().dialect.name == "postgresql" else sqlite
        new = dialect.insert(table).values(**values).on_conflict_do_nothing()
        # Not by the count of rows: of an insert PostgreSQL's driver says -1, whether it was one or none.
        return self._session.execute(new.returning(*inspect(table).primary_key)).first() is not None


def _owed(row: StartRow) -> OwedStart:
    return OwedStart(**row.model_dump(exclude={"state", "problem"}))
