"""Alembic's entry: migrates the connection that `bot.store.migrate` gives it."""

from alembic import context
from sqlmodel import SQLModel

from bot.store import tables

assert tables  # noqa: S101 - imported for its effect: it fills SQLModel's metadata


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
