"""The tables. Only this room sees these rows; everybody else gets `model` values made from them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Dialect, Index, Integer, Text, TypeDecorator
from sqlmodel import Field, SQLModel


class Moment(TypeDecorator[datetime]):
    """An aware moment in UTC; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive moment: nobody could say which one it is."""
        del dialect
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give every moment its zone."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


#: SQLite counts up only a column of type INTEGER.
BigKey = BigInteger().with_variant(Integer, "sqlite")


class RunRow(SQLModel, table=True):
    """A run."""

    __tablename__ = "run"

    number: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True, autoincrement=True))
    #: Who asks twice with one key finds the first run.
    key: str = Field(unique=True)
    stack: str = Field(index=True)
    job: str
    title: str
    environment: str | None
    inputs: dict[str, Any] = Field(sa_type=JSON)
    plan: dict[str, Any] = Field(sa_type=JSON)
    status: str = Field(index=True)
    started_by_id: str
    started_by: str
    cause: str = Field(sa_type=Text)
    origin: str
    lock: str | None
    created_at: datetime = Field(sa_type=Moment)
    begun_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    reason: str = Field(default="", sa_type=Text)
    hint: str = Field(default="", sa_type=Text)
    cancelled_by: str | None = None
    undo_of: int | None = None
    part: int = 0
    #: Grows each time a worker takes the run; a worker whose number is old must not write any more.
    epoch: int = 0
    revision: int = 1
    channel: str | None = None


class StepRow(SQLModel, table=True):
    """One step of a run."""

    __tablename__ = "step"

    run: int = Field(primary_key=True, sa_type=BigInteger)
    id: str = Field(primary_key=True)
    position: int
    title: str
    uses: str | None
    status: str
    attempt: int = 0
    begun: bool = False
    fields: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    outputs: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    hosts: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    progress: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    reason: str = Field(default="", sa_type=Text)
    hint: str = Field(default="", sa_type=Text)
    machine: str | None = None
    undoable: bool | None = None
    undone: bool = False
    started_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)


class EventRow(SQLModel, table=True):
    """One line of a run's history."""

    __tablename__ = "event"

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True, autoincrement=True))
    run: int = Field(index=True, sa_type=BigInteger)
    at: datetime = Field(sa_type=Moment)
    kind: str
    step: str | None = None
    text: str = Field(default="", sa_type=Text)
    by: str = ""


class AuditRow(SQLModel, table=True):
    """One request and its answer."""

    __tablename__ = "audit"

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True, autoincrement=True))
    at: datetime = Field(sa_type=Moment)
    person_id: str
    person: str
    origin: str
    verb: str
    target: str
    answer: str
    detail: str = Field(default="", sa_type=Text)
    hash: str


class LockRow(SQLModel, table=True):
    """A name that one run holds, or nobody (`run` is None)."""

    __tablename__ = "lock"

    name: str = Field(primary_key=True)
    run: int | None = Field(default=None, sa_type=BigInteger, index=True)
    holder: str = ""
    since: datetime | None = Field(default=None, sa_type=Moment)
    why: str = Field(default="", sa_type=Text)


class LockRequestRow(SQLModel, table=True):
    """A place in the queue for a lock; lower ids go first."""

    __tablename__ = "lock_request"

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True, autoincrement=True))
    name: str = Field(index=True)
    run: int = Field(sa_type=BigInteger, index=True)
    holder: str
    why: str = Field(default="", sa_type=Text)


class TimerRow(SQLModel, table=True):
    """A durable moment."""

    __tablename__ = "timer"

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True, autoincrement=True))
    kind: str
    key: str = Field(index=True)
    at: datetime = Field(sa_type=Moment, index=True)
    state: str
    warn_at: datetime | None = Field(default=None, sa_type=Moment)
    run: int = Field(sa_type=BigInteger, index=True)
    stack: str
    job: str = ""
    environment: str | None = None
    channel: str | None = None
    changed_by: str = ""


class MessageRow(SQLModel, table=True):
    """A message owed to Slack."""

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_open", "gave_up", "not_before"),)

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True, autoincrement=True))
    key: str = Field(unique=True)
    kind: str
    channel: str
    parent: str | None
    run: int | None = Field(default=None, sa_type=BigInteger, index=True)
    timer: int | None = Field(default=None, sa_type=BigInteger)
    body: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    wanted: int = 1
    sent: int = 0
    channel_id: str | None = None
    ts: str | None = None
    tries: int = 0
    not_before: datetime | None = Field(default=None, sa_type=Moment)
    leased_by: str | None = None
    leased_until: datetime | None = Field(default=None, sa_type=Moment)
    gave_up: bool = False
    error: str = Field(default="", sa_type=Text)


class WorkerRow(SQLModel, table=True):
    """A worker and its last sign of life."""

    __tablename__ = "worker"

    id: str = Field(primary_key=True)
    beat_at: datetime = Field(sa_type=Moment)
