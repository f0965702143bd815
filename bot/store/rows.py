"""New rows without the ORM: whoever writes one does not hold on to it, and so it costs a fifth."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table, insert
from sqlmodel import Session, SQLModel

Row = dict[str, Any]


def table_of(rows: type[SQLModel]) -> Table:
    """The table itself: what goes to it goes past the ORM, which then does not know of it."""
    table: Table = rows.__table__  # type: ignore[attr-defined]
    return table


def complete(rows: type[SQLModel], **values: Any) -> Row:
    """A new row of that table: *values*, and its defaults for all the others."""
    return {**_defaults(rows), **values}


def add_row(session: Session, rows: type[SQLModel], row: Row) -> int:
    """Write a row, and return the number that the database gave it."""
    (number,) = session.execute(insert(table_of(rows)), row).inserted_primary_key  # type: ignore[attr-defined]  # has it
    return int(number)


def add_rows(session: Session, rows: type[SQLModel], new: Sequence[Row]) -> None:
    """Write several at once."""
    if new:
        session.execute(insert(table_of(rows)), new)


@cache
def _defaults(rows: type[SQLModel]) -> Row:
    keys = table_of(rows).primary_key.columns.keys()
    return {
        name: field.get_default(call_default_factory=True)
        for name, field in rows.model_fields.items()
        if name not in keys and not field.is_required()
    }
