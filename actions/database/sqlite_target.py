"""SQLite: a staging file, and the new one beside it until it takes its place."""

import fcntl
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from actions.api import ActionFailed
from actions.database.dialects import Sqlite
from actions.database.engine import Access, TellRows, taken
from actions.database.masking import TableCopy
from actions.database.names import new_name
from actions.database.sqlite import SqliteSource, connect

_BATCH_ROWS = 1000
_BESIDE = ("-journal", "-wal", "-shm")


class SqliteTarget:
    """Implements `engine.Target`. A file's name is its whole path."""

    def __init__(self, access: Access, *, streams: int) -> None:
        del streams
        self._access = access
        self._path = Path(access.address.name)
        self._new = Path(new_name(access.address.name))
        if not self._path.parent.is_dir():
            raise ActionFailed(f"There is no folder {self._path.parent}.")
        self._claim = os.open(self._path.parent, os.O_RDONLY)

    def claim(self) -> None:
        """See `engine.Target`."""
        try:
            fcntl.flock(self._claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise taken(self._access.address) from error

    def demand_ready(self) -> None:
        """See `engine.Target`. It always is."""

    def names(self) -> list[str]:
        """See `engine.Target`."""
        return [str(path) for path in self._path.parent.iterdir() if path.is_file()]

    def make_new(self, source: SqliteSource) -> None:
        """See `engine.Target`."""
        self.drop(str(self._new))
        with self._session() as session:
            self._make(session, source, "table")

    def fill(self, source: SqliteSource, copies: Sequence[TableCopy], tell: TellRows) -> None:
        """See `engine.Target`."""
        with self._session() as session:
            # What is lost with the machine is made anew anyway.
            session.execute("PRAGMA synchronous = OFF")
            session.execute("BEGIN")
            for copy in copies:
                self._copy(session, source, copy, tell)
            self._number_on(session, source)
            session.execute("COMMIT")
            for kind in ("index", "view", "trigger"):
                self._make(session, source, kind)
            if broken := session.execute("PRAGMA foreign_key_check").fetchone():
                raise ActionFailed(
                    f"{broken[0]} has rows that point to no row of {broken[2]}.", hint="So has production."
                )

    def run_file(self, path: Path) -> None:
        """See `engine.Target`."""
        with self._session() as session:
            session.executescript(f"BEGIN;\n{path.read_text(encoding='utf-8')}\n;COMMIT;")

    def swap(self, incoming: str, kept: str) -> None:
        """See `engine.Target`."""
        with Path(incoming).open("rb") as file:
            os.fsync(file.fileno())
        if self._path.exists():
            self._settle()
            # The same file under two names, then the new one in the place of the first: in between nothing is missing.
            if not Path(kept).exists():
                Path(kept).hardlink_to(self._path)
        Path(incoming).replace(self._path)
        os.fsync(self._claim)

    def drop(self, name: str) -> None:
        """See `engine.Target`."""
        for path in (name, *(name + ending for ending in _BESIDE)):
            Path(path).unlink(missing_ok=True)

    def close(self) -> None:
        """See `engine.Target`."""
        os.close(self._claim)

    def _settle(self) -> None:
        """Have everything of staging in its one file: its journal would belong to the new one."""
        with closing(connect(str(self._path), read_only=False)) as session:
            try:
                session.execute("PRAGMA journal_mode = DELETE")
                session.execute("BEGIN EXCLUSIVE")
                session.execute("ROLLBACK")
            except sqlite3.OperationalError as error:
                raise ActionFailed(
                    f"Others are writing to {self._path}: {error}.", hint="Staging is as it was. Try again."
                ) from error

    def _session(self) -> closing[sqlite3.Connection]:
        return closing(connect(str(self._new), read_only=False))

    def _make(self, session: sqlite3.Connection, source: SqliteSource, kind: str) -> None:
        tables = set(source.schema())
        query = "SELECT tbl_name, sql FROM sqlite_master WHERE type = ? AND sql IS NOT NULL ORDER BY rowid"
        for table, statement in source.session.execute(query, (kind,)).fetchall():
            # What triggers belong to may be a view.
            if table in tables or kind in {"view", "trigger"}:
                session.execute(statement)

    def _copy(self, session: sqlite3.Connection, source: SqliteSource, copy: TableCopy, tell: TellRows) -> None:
        name = Sqlite().name
        columns = ", ".join(name(column) for column in copy.columns)
        marks = ", ".join("?" * len(copy.columns))
        insert = f"INSERT INTO {copy.table.sql_name} ({columns}) VALUES ({marks})"
        rows = 0
        cursor = source.session.execute(copy.query)
        while batch := cursor.fetchmany(_BATCH_ROWS):
            session.executemany(insert, batch)
            rows += len(batch)
            if rows % (100 * _BATCH_ROWS) == 0:
                tell(copy.table.name, rows, is_all=False)
        tell(copy.table.name, rows, is_all=True)

    def _number_on(self, session: sqlite3.Connection, source: SqliteSource) -> None:
        """Let AUTOINCREMENT go on where production stands."""
        with suppress(sqlite3.OperationalError):
            # Without such a column there is no such table.
            known = source.session.execute("SELECT name, seq FROM sqlite_sequence").fetchall()
            session.execute("DELETE FROM sqlite_sequence")
            session.executemany("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", known)
