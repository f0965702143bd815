"""MariaDB: production, read in one transaction by one session: its snapshots cannot be shared."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import pymysql
from pymysql.constants import CLIENT
from pymysql.converters import encoders
from pymysql.cursors import DictCursor, SSCursor

from actions.api import ActionFailed
from actions.database.dialects import Mariadb, key_block
from actions.database.engine import Access
from actions.database.personal import LOOKS, SAMPLE_ROWS, by_content
from actions.database.schema import Column, ForeignKey, Schema, Table, ValueKind

_TEXTS = {"char", "varchar", "tinytext", "text", "mediumtext", "longtext"}
#: What applications keep as bytes often is a text.
_BYTES = ("blob", "binary")
_BITS = {"tinyint": 7, "smallint": 15, "mediumint": 23, "int": 31, "bigint": 62}

#: What counts as a table. Of one that keeps its history, only what holds now is copied.
KINDS = "('BASE TABLE', 'SYSTEM VERSIONED')"
_COLUMNS = f"""
SELECT c.TABLE_NAME AS tbl, c.COLUMN_NAME AS col, c.DATA_TYPE AS base, c.COLUMN_TYPE AS type,
  c.CHARACTER_MAXIMUM_LENGTH AS size, c.IS_NULLABLE = 'YES' AS nullable, c.IS_GENERATED = 'ALWAYS' AS generated,
  coalesce(t.TABLE_ROWS, 0) AS row_count,
  (SELECT min(s.SEQ_IN_INDEX) FROM information_schema.STATISTICS s WHERE s.TABLE_SCHEMA = c.TABLE_SCHEMA
    AND s.TABLE_NAME = c.TABLE_NAME AND s.INDEX_NAME = 'PRIMARY' AND s.COLUMN_NAME = c.COLUMN_NAME) AS place,
  EXISTS (SELECT 1 FROM information_schema.STATISTICS s WHERE s.TABLE_SCHEMA = c.TABLE_SCHEMA
    AND s.TABLE_NAME = c.TABLE_NAME AND s.COLUMN_NAME = c.COLUMN_NAME AND s.NON_UNIQUE = 0
    AND (SELECT count(*) FROM information_schema.STATISTICS o WHERE o.TABLE_SCHEMA = s.TABLE_SCHEMA
      AND o.TABLE_NAME = s.TABLE_NAME AND o.INDEX_NAME = s.INDEX_NAME) = 1) AS is_unique
FROM information_schema.COLUMNS c JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME)
WHERE c.TABLE_SCHEMA = database() AND t.TABLE_TYPE IN {KINDS} ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION
"""
_LEFT_OUT = f"""
SELECT lower(TABLE_TYPE) AS kind, TABLE_NAME AS name FROM information_schema.TABLES
  WHERE TABLE_SCHEMA = database() AND TABLE_TYPE NOT IN {KINDS}
UNION ALL SELECT 'trigger', TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = database()
UNION ALL SELECT lower(ROUTINE_TYPE), ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = database()
UNION ALL SELECT 'event', EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = database()
"""
_KEYS = """
SELECT TABLE_NAME AS tbl, CONSTRAINT_NAME AS name, COLUMN_NAME AS col, REFERENCED_TABLE_NAME AS parent,
  REFERENCED_COLUMN_NAME AS parent_col
FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = database() AND REFERENCED_TABLE_SCHEMA = database()
ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION
"""
_IDENTITY = "SELECT @@hostname AS host, @@port AS port, @@datadir AS folder"


def connect(access: Access, *, database: str | None) -> "pymysql.Connection[DictCursor]":
    """A session; values come as MariaDB writes them, so that none is changed on the way. Raises ActionFailed."""
    address = access.address
    try:
        session: pymysql.Connection[Any] = pymysql.connect(
            host=address.host,
            port=address.port,
            user=address.user,
            password=access.password or "",
            database=database,
            charset="utf8mb4",
            conv=dict(encoders.items()),
            cursorclass=DictCursor,
            connect_timeout=10,
            autocommit=True,
            client_flag=CLIENT.MULTI_STATEMENTS,
        )
    except pymysql.MySQLError as error:
        raise ActionFailed(
            f"{address} cannot be opened: {error.args[-1]}.", hint="Check address, user and password."
        ) from error
    run(session, "SET time_zone = '+00:00', sql_mode = 'NO_AUTO_VALUE_ON_ZERO'")
    return session


def run(session: "pymysql.Connection[Any]", statement: str, values: Sequence[object] = ()) -> list[dict[str, Any]]:
    """Run one statement, and return its rows."""
    with session.cursor() as cursor:
        cursor.execute(statement, list(values) or None)
        return list(cursor.fetchall())


#: Errors whose sentences name users, databases, tables and columns only: no access, unknown, there already, bad syntax.
_HARMLESS = {1007, 1044, 1045, 1049, 1050, 1051, 1054, 1064, 1142, 1143, 1146, 1227, 1305}


@contextmanager
def refusals() -> Iterator[None]:
    """Turns what MariaDB says no to into ActionFailed, without a value that its sentence may quote."""
    try:
        yield
    except pymysql.MySQLError as error:
        said = error.args[1] if error.args[0] in _HARMLESS else f"error {error.args[0]}"
        raise ActionFailed(f"MariaDB refused: {said}.", hint="Staging is as it was.") from None


class MariadbSource:
    """Implements `engine.Source`."""

    dialect = Mariadb()

    def __init__(self, access: Access, *, key: str) -> None:
        self._access = access
        self.session = connect(access, database=access.address.name)
        block = key_block(key, database=access.address.name)
        run(self.session, "SET @stackhand_block = UNHEX(%s)", (block.hex(),))
        run(self.session, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        run(self.session, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")

    def schema(self) -> Schema:
        """See `engine.Source`."""
        keys: dict[str, list[ForeignKey]] = {}
        for (table, _), parts in groupby(run(self.session, _KEYS), key=lambda row: (row["tbl"], row["name"])):
            pairs = list(parts)
            key = ForeignKey(
                columns=tuple(row["col"] for row in pairs),
                parent=pairs[0]["parent"],
                parent_columns=tuple(row["parent_col"] for row in pairs),
            )
            keys.setdefault(table, []).append(key)
        grouped = groupby(run(self.session, _COLUMNS), key=lambda row: str(row["tbl"]))
        return {name: self._table(name, list(columns), keys.get(name, [])) for name, columns in grouped}

    def suspicious(self, undeclared: Iterable[tuple[Table, Sequence[Column]]]) -> Mapping[tuple[str, str], str]:
        """See `engine.Source`."""
        found = {}
        for table, columns in undeclared:
            for column in columns:
                is_looked_at = column.kind is ValueKind.TEXT or column.type.endswith(_BYTES)
                if is_looked_at and (why := self._look(table, column)):
                    found[table.name, column.name] = why
        return found

    def left_out(self) -> list[str]:
        """See `engine.Source`."""
        return [f"{row['kind']} {row['name']}" for row in run(self.session, _LEFT_OUT)]

    def is_also(self, target: Access) -> bool:
        """See `engine.Source`."""
        other = connect(target, database=None)
        try:
            same_server = run(other, _IDENTITY) == run(self.session, _IDENTITY)
        finally:
            other.close()
        return same_server and target.address.name == self._access.address.name

    def definition(self, table: Table) -> str:
        """The statement that makes this table."""
        return str(run(self.session, f"SHOW CREATE TABLE {table.sql_name}")[0]["Create Table"])

    def rows(self, query: str, *, batch: int) -> Iterable[Sequence[Sequence[object]]]:
        """The rows of *query*, so many at a time, as they come."""
        with self.session.cursor(SSCursor) as cursor:
            cursor.execute(query)
            while rows := cursor.fetchmany(batch):
                yield rows

    def close(self) -> None:
        """See `engine.Source`."""
        self.session.close()

    def _table(self, name: str, rows: Sequence[dict[str, Any]], keys: Sequence[ForeignKey]) -> Table:
        primary = sorted((row for row in rows if row["place"] is not None), key=lambda row: int(row["place"]))
        return Table(
            name=name,
            sql_name=self.dialect.name(name),
            columns=tuple(_column(row) for row in rows),
            primary_key=tuple(row["col"] for row in primary),
            foreign_keys=tuple(keys),
            rows=int(rows[0]["row_count"]),
        )

    def _look(self, table: Table, column: Column) -> str:
        text = f"LEFT({self.dialect.name(column.name)}, 2000)"
        some = f"SELECT {text} AS c FROM {table.sql_name} WHERE {text} <> '' LIMIT {SAMPLE_ROWS}".replace("%", "%%")
        looks = ", ".join(f"coalesce(sum(c REGEXP %s), 0) AS look{number}" for number in range(len(LOOKS)))
        # What PCRE is told: letters differ by their case, whatever the column's order says.
        patterns = [f"(?-i){look.pattern}" for look in LOOKS]
        row = run(self.session, f"SELECT count(*) AS filled, {looks} FROM ({some}) looked", patterns)[0]
        return by_content(int(row["filled"]), {n: int(row[f"look{n}"]) for n in range(len(LOOKS))})


def _column(row: Mapping[str, Any]) -> Column:
    kind, size = ValueKind.OTHER, None
    if row["base"] in _TEXTS:
        kind, size = ValueKind.TEXT, int(row["size"])
    elif row["base"] in _BITS:
        kind, size = ValueKind.INTEGER, _BITS[row["base"]]
    elif row["base"] == "uuid":
        kind = ValueKind.UUID
    return Column(
        name=row["col"],
        type=row["type"] if kind is not ValueKind.OTHER else row["base"],
        kind=kind,
        size=size,
        nullable=row["nullable"] == "1",
        is_generated=row["generated"] == "1",
        is_unique=row["is_unique"] == "1",
    )
