"""Brings a database's tables to this program's version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, inspect, text

#: The newest migration. A test compares it with the folder.
HEAD = "0015"

#: Any number, the same in every process: only one of them migrates a PostgreSQL database.
_MIGRATION_LOCK = 715_112_002


def migrate(engine: Engine) -> None:
    """Run the migrations that *engine*'s database lacks. Several processes may call it at once."""
    with engine.connect() as connection:
        if _version(connection) == HEAD:
            return
        connection.rollback()
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        else:
            connection.execute(text("BEGIN IMMEDIATE"))
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found
