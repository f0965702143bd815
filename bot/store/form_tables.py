"""The tables about what people put into forms. Only this room sees their rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger
from sqlmodel import Field, SQLModel

from bot.store.tables import Moment


class DraftRow(SQLModel, table=True):
    """Answers that are too long for Slack to carry to the next page."""

    __tablename__ = "draft"

    #: Nobody guesses it.
    key: str = Field(primary_key=True)
    #: Who answered; nobody else gets them.
    person: str
    inputs: dict[str, Any] = Field(sa_type=JSON)
    at: datetime = Field(sa_type=Moment, index=True)


class FileRow(SQLModel, table=True):
    """A file that somebody gave to a form; its content lies on disk, or still in Slack."""

    __tablename__ = "given_file"

    #: Nobody guesses it.
    ref: str = Field(primary_key=True)
    #: Who gave it.
    person: str
    #: Its id in Slack; empty: it came from a terminal.
    source: str = Field(index=True)
    name: str
    size: int = Field(sa_type=BigInteger)
    #: Empty until its content is there.
    sha256: str = ""
    at: datetime = Field(sa_type=Moment, index=True)


class FileUseRow(SQLModel, table=True):
    """A run that got a file: the file is kept as long as the last of them."""

    __tablename__ = "file_use"

    ref: str = Field(primary_key=True)
    run: int = Field(primary_key=True, index=True)
