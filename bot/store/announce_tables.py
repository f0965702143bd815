"""The tables about what channels are told of versions. Only this room sees their rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from bot.store.tables import Moment


class MarkRow(SQLModel, table=True):
    """What somebody said about an announced version."""

    __tablename__ = "mark"

    #: `stack/resource`.
    watcher: str = Field(primary_key=True)
    number: str = Field(primary_key=True)
    #: "skipped", "snoozed" or "deployed".
    mark: str
    by: str
    at: datetime = Field(sa_type=Moment)
    #: When a snoozed version is told of again.
    until: datetime | None = Field(default=None, sa_type=Moment)


class FollowRow(SQLModel, table=True):
    """A thing that a channel is told of, since somebody in Slack asked for it."""

    __tablename__ = "follow"

    #: `pypi:ansible-core in #dev`.
    name: str = Field(primary_key=True)
    #: `pypi:ansible-core`.
    thing: str
    check: str
    #: The check's fields.
    fields: dict[str, Any] = Field(sa_type=JSON)
    #: `>=1.9`; None: all versions.
    range: str | None = None
    channel: str
    channel_name: str = ""
    by_id: str
    by: str
    since: datetime = Field(sa_type=Moment)
