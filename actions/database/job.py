"""What the program that does the work is told, and what it tells: one line of JSON each."""

import json
import sys
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from actions.database.rules import TableRules


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Job(_Line):
    """What is to be done. Secrets are no part of it: they come by the environment."""

    #: "look" reads only and tells what "copy" would do.
    task: Literal["look", "copy", "swap", "forget"]
    source: str = ""
    target: str
    tables: dict[str, TableRules] = {}
    #: Files of SQL, to be run on the new database before the swap.
    after: list[str] = []
    streams: int = 2
    #: "swap": the database that takes the target's place.
    incoming: str = ""
    #: The name under which the staging of before is kept.
    kept: str = ""
    #: How many earlier stagings stay.
    keep: int = 1


#: The variables in which the program finds its secrets.
SOURCE_PASSWORD, TARGET_PASSWORD, MASK_KEY = "SOURCE_PASSWORD", "TARGET_PASSWORD", "MASK_KEY"


class TableTold(_Line):
    """How one table fares."""

    stackhand: Literal["table"] = "table"
    name: str
    state: Literal["running", "ok"]
    note: str


class ProgressTold(_Line):
    """How far the whole is."""

    stackhand: Literal["progress"] = "progress"
    done: int
    total: int | None
    what: str


class TextTold(_Line):
    """Words for people: of a preview, or for the log."""

    stackhand: Literal["text"] = "text"
    text: str


class FailedTold(_Line):
    """The work said no."""

    stackhand: Literal["failed"] = "failed"
    reason: str
    hint: str


class DoneTold(_Line):
    """It is done."""

    stackhand: Literal["done"] = "done"
    tables: int = 0
    #: None: a try before this one had copied them.
    rows: int | None = 0
    #: The name of what has been staging until now; empty if there was nothing.
    kept: str = ""
    #: Databases that were dropped.
    dropped: list[str] = []


Told = Annotated[
    TableTold | ProgressTold | TextTold | FailedTold | DoneTold,
    Field(discriminator="stackhand"),
]
_TOLD: TypeAdapter[Told] = TypeAdapter(Told)


def tell(line: Told) -> None:
    """Say it to whoever has started this program."""
    sys.stdout.write(line.model_dump_json() + "\n")
    sys.stdout.flush()


def read(text: str) -> Told | None:
    """The meaning of one line; None: other words."""
    if not text.startswith('{"stackhand":'):
        return None
    try:
        return _TOLD.validate_python(json.loads(text))
    except (ValidationError, ValueError):
        return None
