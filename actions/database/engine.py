"""What each product must be able to do for a copy, an exchange and a preview."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from actions.api import ActionFailed
from actions.database.addresses import Address
from actions.database.dialects import Dialect
from actions.database.masking import TableCopy
from actions.database.schema import Column, Schema, Table


class TellRows(Protocol):
    """Is told how the tables fare."""

    def __call__(self, name: str, rows: int, *, is_all: bool) -> None:
        """Of table *name* so many rows have come; are they all?"""


@dataclass(frozen=True, kw_only=True)
class Access:
    """A database and what opens it."""

    address: Address
    password: str | None


class Source(Protocol):
    """Production. Reads only, everything as it was at one moment, until it is closed."""

    dialect: Dialect

    def schema(self) -> Schema:
        """Its tables."""

    def suspicious(self, undeclared: Iterable[tuple[Table, Sequence[Column]]]) -> Mapping[tuple[str, str], str]:
        """Which of these columns hold what looks personal, by (table, column), each with the reason.

        The database itself looks; only counts leave it.
        """

    def left_out(self) -> list[str]:
        """What else stands there, in words for people, and is not copied: "view totals"."""

    def is_also(self, target: Access) -> bool:
        """Is *target* this very database, under whatever address?"""

    def close(self) -> None:
        """Let go of it."""


class Target(Protocol):
    """The place of a staging database, which has another database beside it while a copy is made."""

    def claim(self) -> None:
        """Keep everybody else from copying to it, until `close`. Raises ActionFailed if somebody does."""

    def demand_ready(self) -> None:
        """Raises ActionFailed unless a copy may take staging's place. Changes nothing."""

    def names(self) -> list[str]:
        """All databases that stand there."""

    def make_new(self, source: Source) -> None:
        """Make the new database, empty; what an earlier try left is dropped."""

    def fill(self, source: Source, copies: Sequence[TableCopy], tell: TellRows) -> None:
        """Copy the rows, then build indexes and foreign keys, and set the sequences."""

    def run_file(self, path: Path) -> None:
        """Run a file of SQL on the new database."""

    def swap(self, incoming: str, kept: str) -> None:
        """Put the database *incoming* in staging's place, and staging, if there is one, under the name *kept*.

        Both at once or nothing.
        """

    def drop(self, name: str) -> None:
        """Drop a database, if it is there."""

    def close(self) -> None:
        """Let go of it."""


def taken(address: Address) -> ActionFailed:
    """What to raise when somebody else is copying to this database."""
    return ActionFailed(f"Another copy to {address} is at work.", hint="Wait until it is over, and try again.")
