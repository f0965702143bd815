"""What each database product is told: how to write a dump, how to take one in, and how to count rows."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

#: What an address in a stack looks like; it holds no password.
ADDRESS = r"^$|^(postgresql|mariadb)://[^:@/]+@[^@/]+/[^/]+$|^sqlite:///.+$"

_PORTS = {"postgresql": 5432, "mariadb": 3306}

#: Each line of the answer is a query that counts one table.
_TABLES = {
    "postgresql": "SELECT format('SELECT %L, count(*) FROM ONLY %I.%I;', "
    "CASE WHEN n.nspname = 'public' THEN '' ELSE n.nspname || '.' END || c.relname, n.nspname, c.relname) "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND c.relpersistence <> 't' "
    "AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' ORDER BY n.nspname, c.relname;",
    "mariadb": "SELECT concat('SELECT ', quote(TABLE_NAME), ', count(*) FROM `', replace(TABLE_NAME, '`', '``'), '`;') "
    "FROM information_schema.TABLES WHERE TABLE_SCHEMA = database() "
    "AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY TABLE_NAME;",
    "sqlite": "SELECT 'SELECT ' || quote(name) || ', count(*) FROM \"' || replace(name, '\"', '\"\"') || '\";' "
    "FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name;",
}
#: The answer names one thing that is there already, if there is any. An empty database of SQLite is no file.
_THINGS = {
    "postgresql": "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' AND NOT EXISTS "
    "(SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') ORDER BY 1 LIMIT 1;",
    "mariadb": "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = database() UNION ALL "
    "SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = database() LIMIT 1;",
}
#: A table of MariaDB's that is there while a dump is loaded: what stands beside it is ours, and half.
RESTORING = "stackhand_restoring"
_SQLITE_ROW = re.compile(rb'INSERT INTO (?:"((?:[^"]|"")+)"|(\w+)) VALUES\(')
_MARIADB_ROWS = re.compile(rb"/\*!40000 ALTER TABLE `((?:[^`]|``)+)` (DIS|EN)ABLE KEYS \*/;")


@dataclass(frozen=True, kw_only=True)
class Database:
    """A database's address, taken apart."""

    #: "postgresql", "mariadb" or "sqlite".
    product: str
    host: str
    port: int
    user: str
    #: Of SQLite the file's path.
    name: str

    @classmethod
    def parse(cls, written: str) -> "Database":
        """Take apart what fits `ADDRESS`."""
        parts = urlsplit(written)
        product, path = parts.scheme, unquote(parts.path)
        return cls(
            product=product,
            host=parts.hostname or "",
            port=parts.port or _PORTS.get(product, 0),
            user=unquote(parts.username or ""),
            name=path if product == "sqlite" else path.removeprefix("/"),
        )

    def __str__(self) -> str:
        return self.name if self.product == "sqlite" else f"{self.name} on {self.host}"

    def named(self, name: str) -> "Database":
        """Another database on the same server."""
        return replace(self, name=name)

    def dump(self, *, snapshot: str = "") -> list[str]:
        """The program that writes all of it to its standard output; of PostgreSQL as *snapshot* saw it."""
        match self.product:
            case "postgresql":
                # Not compressed: so restic finds what did not change since the last time, and compresses by itself.
                seen = [f"--snapshot={snapshot}"] if snapshot else []
                return ["pg_dump", "--format=custom", "--compress=0", *seen, *self._there]
            case "mariadb":
                return ["mariadb-dump", *self._there, "--single-transaction", "--routines", "--events", self.name]
            case _:
                return ["sqlite3", "-readonly", self.name, ".dump"]

    def load(self, *, for_trial: bool = False) -> list[str]:
        """The program that fills an empty database from what `dump` wrote.

        A trial needs none of the users, nor one lock for each table until its end, as a single transaction does.
        """
        match self.product:
            case "postgresql":
                how = ["--no-privileges"] if for_trial else ["--single-transaction"]
                return ["pg_restore", "--exit-on-error", "--no-owner", *how, *self._there]
            case "mariadb":
                return ["mariadb", *self._there, self.name]
            case _:
                return ["sqlite3", "-bail", self.name]

    def client(self) -> list[str]:
        """The program that answers queries from its standard input: a row per line, a tab between two values."""
        match self.product:
            case "postgresql":
                plain = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--field-separator=\t"]
                return ["psql", *plain, "--set=ON_ERROR_STOP=1", *self._there]
            case "mariadb":
                return ["mariadb", *self._there, "--batch", "--skip-column-names", "--raw", self.name]
            case _:
                return ["sqlite3", "-batch", "-bail", "-separator", "\t", self.name]

    @property
    def tables(self) -> str:
        """The query that is answered with further ones, each of which counts a table: its name, its rows."""
        return _TABLES[self.product]

    @property
    def things(self) -> str:
        """The query that names something that is there; without an answer the database is empty."""
        return _THINGS[self.product]

    @property
    def others(self) -> str:
        """Of MariaDB: the query that is answered with a line for each other session that has this database open."""
        return "SELECT ID FROM information_schema.PROCESSLIST WHERE DB = database() AND ID <> connection_id();"

    @property
    def how_made(self) -> str:
        """Of MariaDB: the query that is answered with the statement that makes this database, empty."""
        return (
            "SELECT concat('CREATE DATABASE `', replace(SCHEMA_NAME, '`', '``'), '` CHARACTER SET ', "
            "DEFAULT_CHARACTER_SET_NAME, ' COLLATE ', DEFAULT_COLLATION_NAME, ';') "
            "FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = database();"
        )

    def quoted(self) -> str:
        """Its name, as its server's SQL wants it."""
        mark = "`" if self.product == "mariadb" else '"'
        return mark + self.name.replace(mark, mark * 2) + mark

    @property
    def _there(self) -> list[str]:
        if self.product == "postgresql":
            return [f"--host={self.host}", f"--port={self.port}", f"--username={self.user}", f"--dbname={self.name}"]
        where = [f"--host={self.host}", f"--port={self.port}", "--protocol=tcp", f"--user={self.user}"]
        return ["--no-defaults", *where, "--default-character-set=utf8mb4"]


def counts(answer: Iterable[str]) -> dict[str, int]:
    """The rows of each table, by what the counting queries answered."""
    parts = (line.rpartition("\t") for line in answer if "\t" in line)
    return {name: int(rows) for name, _, rows in parts}


def counted(dump: Iterable[bytes], product: str, rows: dict[str, int]) -> Iterator[bytes]:
    """A dump in SQL as it was, while its rows are counted. Both programs write each row as a line of its own.

    Tables without rows are not in what SQLite writes.
    """
    return _counted_mariadb(dump, rows) if product == "mariadb" else _counted_sqlite(dump, rows)


def _counted_mariadb(dump: Iterable[bytes], rows: dict[str, int]) -> Iterator[bytes]:
    table = ""
    for line in dump:
        yield line
        if table and line.startswith(b"("):
            rows[table] += 1
        elif line.startswith(b"/*!40000") and (found := _MARIADB_ROWS.match(line)):
            # What triggers hold stands outside of these two lines.
            table = found[1].decode().replace("``", "`") if found[2] == b"DIS" else ""
            if table:
                rows[table] = 0


def _counted_sqlite(dump: Iterable[bytes], rows: dict[str, int]) -> Iterator[bytes]:
    are_rows = True
    for line in dump:
        yield line
        # Indexes, triggers and views come after all rows.
        are_rows = are_rows and not line.startswith((b"CREATE TRIGGER", b"CREATE VIEW"))
        if are_rows and (found := _SQLITE_ROW.match(line)):
            table = (found[1] or found[2]).decode().replace('""', '"')
            if not table.startswith("sqlite_"):
                rows[table] = rows.get(table, 0) + 1
