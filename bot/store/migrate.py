"""Brings a database's tables to this program's version."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from bot.base.errors import SetupProblem

#: The newest migration. A test compares it with the folder.
HEAD = "0015"

#: Any number, the same in every process: only one of them migrates a PostgreSQL database.
_MIGRATION_LOCK = 715_112_002


def migrate(engine: Engine) -> None:
    """Run the migrations that *engine*'s database lacks. Several processes may call it at once.

    Raises SetupProblem when it has more of them than this program knows.
    """
    with engine.connect() as connection:
        version = _version(connection)
        if version == HEAD:
            return
        if version and version > HEAD:
            raise SetupProblem(
                f"The database is of a newer Stackhand (its tables are {version}, this one knows {HEAD}).",
                hint="Update this one.",
            )
        # 7 MiB and 0.1 s, which a database that is up to date, as nearly all are, does not need.
        from alembic import command, config  # noqa: PLC0415

        connection.rollback()
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        else:
            connection.execute(text("BEGIN IMMEDIATE"))
        told = config.Config()
        told.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        told.attributes["connection"] = connection
        command.upgrade(told, "head")
        connection.commit()


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found
