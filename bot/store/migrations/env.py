"""Alembic's entry: migrates the connection that `bot.store.migrate` gives it."""

from alembic import context
from sqlmodel import SQLModel

from bot.store import announce_tables, form_tables, start_tables, tables

# Imported for their effect: they fill SQLModel's metadata.
assert all((tables, announce_tables, form_tables, start_tables))  # noqa: S101


def _ours(_object: object, name: str | None, kind: str, _reflected: bool, _compare_to: object) -> bool:  # noqa: FBT001
    """Leave the engine's own tables alone: they live in the same file."""
    return kind != "table" or name in SQLModel.metadata.tables


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    include_object=_ours,
    render_as_batch=True,
)
context.run_migrations()
