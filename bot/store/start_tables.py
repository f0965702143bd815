"""The tables of what triggers owe and remember. See `tables`."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Text
from sqlmodel import Field, SQLModel

from bot.store.tables import BigKey, Moment


class StartRow(SQLModel, table=True):
    """A run that a trigger owes: written together with what caused it, started right after, once."""

    __tablename__ = "start"

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True, autoincrement=True))
    #: The key of the run.
    key: str = Field(unique=True)
    stack: str
    job: str
    trigger: int
    environment: str | None = None
    inputs: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    given: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    cause: str = Field(sa_type=Text)
    not_before: datetime = Field(sa_type=Moment, index=True)
    max_one_waiting: bool = False
    #: "waiting", "started", "replaced", "same" or "refused".
    state: str = Field(default="waiting", index=True)
    #: Why it was refused.
    problem: str = Field(default="", sa_type=Text)
    #: Names by id of those whose doing it is.
    behind: dict[str, str] = Field(default_factory=dict, sa_type=JSON)


class TriggerRow(SQLModel, table=True):
    """What a trigger remembers."""

    __tablename__ = "trigger"

    #: `stack/job/position`, with `/environment` where it remembers a last start; or the name of a cursor.
    id: str = Field(primary_key=True)
    #: Up to which moment everything was looked at.
    until: datetime | None = Field(default=None, sa_type=Moment)
    #: The digest of the last start: what is the same need not start again.
    last: str = ""
    #: When it was first seen that it has started nothing since.
    idle_since: datetime | None = Field(default=None, sa_type=Moment)


class DeliveryRow(SQLModel, table=True):
    """A call of a webhook that was taken; the same one again is not, for a while."""

    __tablename__ = "delivery"

    #: `stack/webhook/` and the SHA-256 of what the caller signed: another id on the same call makes no other call.
    id: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Moment, index=True)
