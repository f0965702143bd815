"""PostgreSQL: a staging database, and the new one beside it until both change names."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import errors

from actions.api import ActionFailed
from actions.database import cli
from actions.database.engine import Access, TellRows, taken
from actions.database.masking import TableCopy
from actions.database.names import new_name
from actions.database.postgres import PostgresqlSource, connect, quoted

#: A table is read in pieces of so many blocks (of 8 kB): so the streams end at about the same time.
_PIECE_BLOCKS = 16_384
_LOOK_S = 0.5
#: How long sessions that come back at once may keep a database from its new name.
_RENAME_FOR_S = 30.0

_COPYING = (
    "SELECT relid::regclass::text AS name, sum(tuples_processed)::bigint AS rows FROM pg_stat_progress_copy "
    # Of other users' copies most is hidden.
    "WHERE datname = current_database() AND relid IS NOT NULL GROUP BY 1"
)
_DATABASE = (
    "SELECT pg_encoding_to_char(encoding) AS encoding, datcollate, datctype FROM pg_database "
    "WHERE datname = current_database()"
)
#: Whether we may make databases, and rename this one; NULL: there is none.
_MAY = (
    "SELECT r.rolcreatedb OR r.rolsuper AS make, (SELECT pg_has_role(d.datdba, 'USAGE') FROM pg_database d "
    "WHERE d.datname = %s) AS rename FROM pg_roles r WHERE r.rolname = current_user"
)
_MATERIALIZED = "SELECT schemaname, matviewname FROM pg_matviews"


class PostgresqlTarget:
    """Implements `engine.Target`."""

    def __init__(self, access: Access, *, streams: int) -> None:
        self._access = access
        self._streams = streams
        self._name = access.address.name
        self._new = replace(access, address=replace(access.address, name=new_name(self._name)))
        self._admin = connect(access, database="postgres")
        self._folder = tempfile.TemporaryDirectory(prefix="stackhand-schema-")
        self._archive = Path(self._folder.name) / "schema"

    def claim(self) -> None:
        """See `engine.Target`."""
        row = self._admin.execute("SELECT pg_try_advisory_lock(hashtext(%s)) AS got", (self._name,)).fetchone()
        if not (row and row.got):
            raise taken(self._access.address)

    def demand_ready(self) -> None:
        """See `engine.Target`."""
        if len(self._new.address.name.encode()) > 63 - len("before_20260101t000000000"):
            raise ActionFailed(f"The name {self._name} is too long: the staging of before needs one that is longer.")
        user, host = self._access.address.user, self._access.address.host
        may: Any = self._admin.execute(_MAY, (self._name,)).fetchone()
        if not may.make:
            raise ActionFailed(
                f"{user} may not make databases on {host}.", hint=f"There: ALTER ROLE {quoted(user)} CREATEDB;"
            )
        if may.rename is False:
            raise ActionFailed(
                f"{user} may not rename {self._name} on {host}: it is not its owner.",
                hint=f"There: ALTER DATABASE {quoted(self._name)} OWNER TO {quoted(user)};",
            )

    def names(self) -> list[str]:
        """See `engine.Target`."""
        return [row.datname for row in self._admin.execute("SELECT datname FROM pg_database")]

    def make_new(self, source: PostgresqlSource) -> None:
        """See `engine.Target`."""
        self.drop(self._new.address.name)
        with connect(source.access) as session:
            row: Any = session.execute(_DATABASE).fetchone()
        new = quoted(self._new.address.name)
        options = f"ENCODING '{row.encoding}' LC_COLLATE '{row.datcollate}' LC_CTYPE '{row.datctype}'"
        self._execute(f"CREATE DATABASE {new} TEMPLATE template0 {options}")
        from_there = cli.surroundings(source.access.address, source.access.password)
        dump = ["pg_dump", "--schema-only", "--format=custom", "--no-owner", "--no-privileges", "--no-subscriptions"]
        dump += [f"--snapshot={source.snapshot}", f"--file={self._archive}"]
        cli.run(dump, from_there, what="Reading production's schema")
        self._restore("pre-data")

    def fill(self, source: PostgresqlSource, copies: Sequence[TableCopy], tell: TellRows) -> None:
        """See `engine.Target`."""
        self._copy(source, copies, tell)
        self._restore("post-data")
        with connect(self._new) as session:
            for name, value, is_given_out in source.sequences():
                session.execute("SELECT setval(%s, %s, %s)", (name, value, is_given_out))
            for view in session.execute(_MATERIALIZED).fetchall():
                refresh = f"REFRESH MATERIALIZED VIEW {quoted(view.schemaname, view.matviewname)}"
                session.execute(refresh)

    def run_file(self, path: Path) -> None:
        """See `engine.Target`."""
        cli.run_file(path, self._surroundings())

    def swap(self, incoming: str, kept: str) -> None:
        """See `engine.Target`."""
        old = [(self._name, kept)] if self._name in self.names() else []
        self._rename([*old, (incoming, self._name)])

    def drop(self, name: str) -> None:
        """See `engine.Target`."""
        self._execute(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")

    def close(self) -> None:
        """See `engine.Target`."""
        self._admin.close()
        self._folder.cleanup()

    def _copy(self, source: PostgresqlSource, copies: Sequence[TableCopy], tell: TellRows) -> None:
        """All tables, several streams at a time, the largest pieces first."""
        done = {copy.table.name: 0 for copy in copies}
        left = {copy.table.name: 0 for copy in copies}
        with ThreadPoolExecutor(self._streams) as pool, connect(self._new) as session:
            running: dict[Future[int], str] = {}
            for copy, query in sorted(_pieces(copies), key=lambda piece: -piece[0].table.blocks):
                running[pool.submit(self._piece, source, copy, query)] = copy.table.name
                left[copy.table.name] += 1
            try:
                while running:
                    over, _ = wait(running, timeout=_LOOK_S, return_when=FIRST_COMPLETED)
                    for future in over:
                        name = running.pop(future)
                        done[name] += future.result()
                        left[name] -= 1
                        tell(name, done[name], is_all=left[name] == 0)
                    self._tell_halfway(session, done, left, tell)
            finally:
                for future in running:
                    future.cancel()

    def _piece(self, source: PostgresqlSource, copy: TableCopy, query: str) -> int:
        columns = ", ".join(quoted(column) for column in copy.columns)
        into = copy.table.sql_name.removeprefix("ONLY ")
        return cli.pipe(
            source.script(query),
            cli.surroundings(source.access.address, source.access.password),
            self._surroundings(),
            copy_in=f"COPY {into} ({columns}) FROM STDIN",
            table=copy.table.name,
        )

    def _tell_halfway(
        self, session: psycopg.Connection[Any], done: dict[str, int], left: dict[str, int], tell: TellRows
    ) -> None:
        for row in session.execute(_COPYING):
            name = row.name.replace('"', "").removeprefix("public.")
            if left.get(name):
                tell(name, done[name] + row.rows, is_all=False)

    def _restore(self, section: str) -> None:
        argv = ["pg_restore", "--exit-on-error", "--no-owner", "--no-privileges", f"--section={section}"]
        # Only what comes after the rows can be done side by side: the rest stands in an order.
        argv += [f"--jobs={self._streams}"] if section == "post-data" else []
        name = self._new.address.name
        cli.run([*argv, f"--dbname={name}", str(self._archive)], self._surroundings(), what=_SECTIONS[section])

    def _surroundings(self) -> dict[str, str]:
        # What is lost with the machine is made anew anyway.
        fast = {"PGOPTIONS": "-c synchronous_commit=off -c maintenance_work_mem=256MB"}
        return cli.surroundings(self._new.address, self._new.password) | fast

    def _rename(self, renames: Sequence[tuple[str, str]]) -> None:
        """All or nothing. Sessions on these databases are ended; those that come back at once are ended again."""
        until = time.monotonic() + _RENAME_FOR_S
        while True:
            try:
                with self._admin.transaction():
                    for old, new in renames:
                        self._end_sessions(old)
                        self._execute(f"ALTER DATABASE {quoted(old)} RENAME TO {quoted(new)}")
            except errors.ObjectInUse as error:
                if time.monotonic() > until:
                    raise ActionFailed(
                        f"Others keep {self._name} open, so it cannot change its name.",
                        hint="Staging is as it was. Stop what uses it, and try again.",
                    ) from error
            else:
                return

    def _end_sessions(self, database: str) -> None:
        try:
            self._admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (database,)
            )
        except errors.InsufficientPrivilege as error:
            user = self._access.address.user
            raise ActionFailed(
                f"Other users have {self._name} open, and {user} may not end their sessions.",
                hint=f"Staging is as it was. On its server: GRANT pg_signal_backend TO {quoted(user)};",
            ) from error

    def _execute(self, statement: str) -> None:
        try:
            self._admin.execute(statement)
        except (errors.InsufficientPrivilege, errors.UndefinedObject, errors.DuplicateDatabase) as error:
            raise ActionFailed(f"The staging server refused: {error.diag.message_primary}.") from error


_SECTIONS = {"pre-data": "Making the new tables", "post-data": "Building indexes and foreign keys"}


def _pieces(copies: Sequence[TableCopy]) -> Iterator[tuple[TableCopy, str]]:
    for copy in copies:
        if not copy.divisible or copy.table.blocks <= _PIECE_BLOCKS:
            yield copy, copy.query
            continue
        for start in range(0, copy.table.blocks, _PIECE_BLOCKS):
            # The last piece has no end: the table may have grown since its blocks were counted.
            is_last = start + _PIECE_BLOCKS >= copy.table.blocks
            end = "" if is_last else f" AND t.ctid < '({start + _PIECE_BLOCKS},0)'"
            yield copy, f"{copy.query} WHERE t.ctid >= '({start},0)'{end}"
