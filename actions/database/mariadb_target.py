"""MariaDB: a staging database, and the new one beside it until all their tables change places in one statement.

Views and routines of staging stay as they are: only tables are copied.
"""

import re
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pymysql

from actions.api import ActionFailed
from actions.database.dialects import Mariadb
from actions.database.engine import Access, TellRows, taken
from actions.database.mariadb import KINDS, MariadbSource, connect, run
from actions.database.masking import TableCopy
from actions.database.names import new_name

_BATCH_ROWS = 1000
_TELL_ROWS = 50_000
#: How long sessions that have staging's tables open may hold up the swap. Whoever comes later waits behind it.
_RENAME_FOR_S = 30
_LOCK_WAIT_TIMEOUT = 1205
#: A line of SHOW CREATE TABLE that is an index or a foreign key.
_LATER = re.compile(r"^  ((UNIQUE |FULLTEXT |SPATIAL )?KEY|CONSTRAINT `[^`]+` FOREIGN KEY) ")
_COUNTED = re.compile(r"^  (`(?:[^`]|``)+`) .* AUTO_INCREMENT\b", re.MULTILINE)

_TABLES = f"SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = %s AND TABLE_TYPE IN {KINDS}"
_TRIGGERS = "SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = %s"
_DATABASES = f"SELECT DISTINCT TABLE_SCHEMA AS name FROM information_schema.TABLES WHERE TABLE_TYPE IN {KINDS}"


class MariadbTarget:
    """Implements `engine.Target`."""

    def __init__(self, access: Access, *, streams: int, rename_for_s: int = _RENAME_FOR_S) -> None:
        del streams
        self._access = access
        self._rename_for_s = rename_for_s
        self._name = access.address.name
        self._new = new_name(self._name)
        self._session = connect(access, database=None)

    def claim(self) -> None:
        """See `engine.Target`."""
        if run(self._session, "SELECT GET_LOCK(%s, 0) AS got", (f"stackhand.{self._name}"[:64],))[0]["got"] != "1":
            raise taken(self._access.address)

    def demand_ready(self) -> None:
        """See `engine.Target`."""
        if run(self._session, _TRIGGERS, (self._name,)):
            raise ActionFailed(
                f"{self._name} has triggers, with which MariaDB lets no table change its place.",
                hint="Drop them in staging; a file under `after` cannot bring them back.",
            )

    def names(self) -> list[str]:
        """See `engine.Target`. A database without tables is none."""
        # The session may have been cut off in the middle of an answer.
        with closing(connect(self._access, database=None)) as session:
            return [row["name"] for row in run(session, _DATABASES)]

    def make_new(self, source: MariadbSource) -> None:
        """See `engine.Target`."""
        self.drop(self._new)
        run(self._session, f"CREATE DATABASE {_quoted(self._new)}")
        self._session.select_db(self._new)
        run(self._session, "SET foreign_key_checks = 0, unique_checks = 0, system_versioning_alter_history = KEEP")
        for table in source.schema().values():
            run(self._session, _split(source.definition(table))[0])

    def fill(self, source: MariadbSource, copies: Sequence[TableCopy], tell: TellRows) -> None:
        """See `engine.Target`."""
        for copy in copies:
            self._copy(source, copy, tell)
        for copy in copies:
            if later := _split(source.definition(copy.table))[1]:
                # Each foreign key is tried on all rows while it is added.
                keys = [line for line in later if "FOREIGN KEY" not in line]
                foreign = [line for line in later if "FOREIGN KEY" in line]
                self._add(copy, keys, checks=0)
                self._add(copy, foreign, checks=1)

    def run_file(self, path: Path) -> None:
        """See `engine.Target`."""
        with self._session.cursor() as cursor:
            cursor.execute(path.read_text(encoding="utf-8"))
            while cursor.nextset():
                pass

    def swap(self, incoming: str, kept: str) -> None:
        """See `engine.Target`."""
        run(self._session, f"CREATE DATABASE IF NOT EXISTS {_quoted(self._name)}")
        old, new = self._tables(self._name), self._tables(incoming)
        moves = [*((self._name, table, kept) for table in old), *((incoming, table, self._name) for table in new)]
        renames = [f"{_quoted(a)}.{_quoted(table)} TO {_quoted(b)}.{_quoted(table)}" for a, table, b in moves]
        try:
            if old:
                run(self._session, f"CREATE DATABASE IF NOT EXISTS {_quoted(kept)}")
            self._rename(renames)
        finally:
            if kept not in self.names():
                self.drop(kept)
        run(self._session, f"DROP DATABASE {_quoted(incoming)}")

    def drop(self, name: str) -> None:
        """See `engine.Target`."""
        # The session may have been cut off in the middle of an answer; a claim is not needed for dropping.
        session = connect(self._access, database=None)
        try:
            run(session, f"DROP DATABASE IF EXISTS {_quoted(name)}")
        finally:
            session.close()

    def close(self) -> None:
        """See `engine.Target`."""
        self._session.close()

    def _rename(self, renames: Sequence[str]) -> None:
        run(self._session, f"SET lock_wait_timeout = {self._rename_for_s}")
        try:
            run(self._session, f"RENAME TABLE {', '.join(renames)}")
        except pymysql.err.OperationalError as error:
            if error.args[0] != _LOCK_WAIT_TIMEOUT:
                raise
            raise ActionFailed(
                f"Others keep tables of {self._name} open, so they cannot change their place.",
                hint="Staging is as it was. Stop what uses it, and try again.",
            ) from error

    def _tables(self, database: str) -> list[str]:
        return [row["name"] for row in run(self._session, _TABLES, (database,))]

    def _copy(self, source: MariadbSource, copy: TableCopy, tell: TellRows) -> None:
        columns = ", ".join(_quoted(column) for column in copy.columns)
        marks = ", ".join(["%s"] * len(copy.columns))
        insert = f"INSERT INTO {copy.table.sql_name} ({columns.replace('%', '%%')}) VALUES ({marks})"
        rows = 0
        with self._session.cursor() as cursor:
            run(self._session, "START TRANSACTION")
            for batch in source.rows(copy.query, batch=_BATCH_ROWS):
                cursor.executemany(insert, batch)
                rows += len(batch)
                if rows % _TELL_ROWS == 0:
                    tell(copy.table.name, rows, is_all=False)
            run(self._session, "COMMIT")
        tell(copy.table.name, rows, is_all=True)

    def _add(self, copy: TableCopy, lines: Sequence[str], *, checks: int) -> None:
        if lines:
            run(self._session, f"SET foreign_key_checks = {checks}")
            run(self._session, f"ALTER TABLE {copy.table.sql_name} {', '.join(f'ADD {line}' for line in lines)}")


def _quoted(name: str) -> str:
    return Mariadb().name(name)


def _split(definition: str) -> tuple[str, list[str]]:
    """A table's definition without what is better added when its rows are there, and that."""
    counted = _COUNTED.search(definition)
    stays, later = [], []
    for line in definition.split("\n"):
        # A column that counts by itself must have its index at all times.
        needed = counted is not None and f"({counted[1]}" in line
        if _LATER.match(line) and not (needed and "FOREIGN KEY" not in line):
            later.append(line.strip().removesuffix(","))
        else:
            stays.append(line)
    # The last line before the closing bracket has no comma.
    end = next(number for number, line in enumerate(stays) if line.startswith(")"))
    stays[end - 1] = stays[end - 1].removesuffix(",")
    return "\n".join(stays), later
