"""What a database says about its tables, whichever product it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ValueKind(StrEnum):
    """What sort of values a column holds, as far as rules care."""

    TEXT = "text"
    INTEGER = "integer"
    UUID = "uuid"
    #: E.g. dates, truth values, bytes: only kept, emptied, shuffled or computed.
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column."""

    name: str
    #: As the database writes it: "character varying(40)".
    type: str
    kind: ValueKind
    #: Of texts: the most characters; of integers: how many bits a value that is not negative has. None: no limit.
    size: int | None
    nullable: bool
    #: Computed by the database itself: never copied.
    is_generated: bool = False
    #: Must each value come once only, by itself alone?
    is_unique: bool = False


@dataclass(frozen=True, kw_only=True)
class ForeignKey:
    """Columns that point to rows of another table, or of the same one."""

    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table."""

    #: As people write it: "customers", "sales.customers".
    name: str
    #: As SQL writes it, quoted.
    sql_name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]
    #: How many rows it has; the database's own estimate where counting is expensive.
    rows: int
    #: PostgreSQL: how many blocks it has on disk, and whether its rows can be read by their blocks.
    blocks: int = 0

    def column(self, name: str) -> Column | None:
        """The column of this name."""
        return next((column for column in self.columns if column.name == name), None)


#: The tables by name.
Schema = Mapping[str, Table]
