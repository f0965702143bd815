"""PostgreSQL: production, read in one snapshot by several sessions."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import namedtuple_row, tuple_row

from actions.api import ActionFailed
from actions.database.dialects import Postgresql, key_block
from actions.database.engine import Access
from actions.database.personal import LOOKS, SAMPLE_ROWS, by_content
from actions.database.schema import Column, ForeignKey, Schema, Table, ValueKind

_TEXTS = {"text", "varchar", "bpchar", "citext", "name"}
_BITS = {"int2": 15, "int4": 31, "int8": 62}
#: Tables with more rows are looked at here and there, not at their beginning only.
_SMALL = 100_000
_MOST_NAMED = 5
#: Types whose values cannot hold an address or a name. A domain over text may be called like one: `international`.
_PLAIN_TYPES = ("int", "bool", "date", "time", "numeric", "float", "uuid", "oid", "interval", "bit")

_COLUMNS = """
SELECT n.nspname, c.relname, c.relkind::text AS relkind, a.attname, NOT a.attnotnull AS nullable,
  a.attgenerated <> '' AS generated, format_type(a.atttypid, a.atttypmod) AS type,
  coalesce(b.typname, t.typname) AS base, CASE WHEN b.oid IS NULL THEN a.atttypmod ELSE t.typtypmod END AS modifier,
  CASE WHEN c.reltuples < 0 THEN pg_relation_size(c.oid) / 60 ELSE c.reltuples::bigint END AS rows, c.relpages,
  EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indnkeyatts = 1
    AND i.indkey[0] = a.attnum) AS is_unique,
  (SELECT array_position(i.indkey::int2[], a.attnum) FROM pg_index i WHERE i.indrelid = c.oid
    AND i.indisprimary) AS place
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
  JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd'
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't' AND a.attnum > 0
  AND NOT a.attisdropped AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname, c.relname, a.attnum
"""
_KEYS = """
SELECT n.nspname, c.relname, pn.nspname AS parent_schema, p.relname AS parent,
  ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(n, o) JOIN pg_attribute a
    ON a.attrelid = k.conrelid AND a.attnum = u.n ORDER BY u.o) AS columns,
  ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(n, o) JOIN pg_attribute a
    ON a.attrelid = k.confrelid AND a.attnum = u.n ORDER BY u.o) AS parent_columns
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0 ORDER BY k.oid
"""
_LEFT_OUT = """
SELECT 'the rows of the foreign table ' || c.oid::regclass || ', which reads in staging, too, where production reads'
  AS what FROM pg_class c WHERE c.relkind = 'f'
UNION ALL SELECT count(*) || ' large objects' FROM pg_largeobject_metadata HAVING count(*) > 0
"""
_SEQUENCES = (
    "SELECT n.nspname, c.relname, has_sequence_privilege(c.oid, 'SELECT') AS readable FROM pg_class c "
    "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'S' AND c.relpersistence <> 't' "
    "AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') ORDER BY 1, 2"
)
_IDENTITY = (
    "SELECT (SELECT system_identifier FROM pg_control_system()), (SELECT oid FROM pg_database "
    "WHERE datname = current_database())"
)


def connect(access: Access, *, database: str | None = None) -> psycopg.Connection[Any]:
    """A session. Raises ActionFailed when there is none to be had."""
    address = access.address
    try:
        return psycopg.connect(
            host=address.host,
            port=address.port,
            user=address.user,
            password=access.password,
            dbname=database or address.name,
            application_name="stackhand",
            client_encoding="UTF8",
            connect_timeout=10,
            autocommit=True,
            row_factory=namedtuple_row,
        )
    except psycopg.OperationalError as error:
        why = str(error).strip().splitlines()[-1]
        raise ActionFailed(f"{address} cannot be opened: {why}", hint="Check address, user and password.") from error


@contextmanager
def refusals() -> Iterator[None]:
    """Turns what PostgreSQL says no to into ActionFailed, without a value that its sentence may quote."""
    try:
        yield
    except psycopg.Error as error:
        # Classes 22 and 23, https://www.postgresql.org/docs/current/errcodes-appendix.html: data that does not fit.
        code = error.sqlstate or "08000"
        said = (
            f"error {code}" if code.startswith(("22", "23")) else error.diag.message_primary or "the connection is gone"
        )
        raise ActionFailed(f"PostgreSQL refused: {said}.", hint="Staging is as it was.") from None


class PostgresqlSource:
    """Implements `engine.Source`."""

    dialect = Postgresql()

    def __init__(self, access: Access, *, key: str) -> None:
        self.access = access
        self._session = connect(access)
        self._session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = self._session.execute("SELECT pg_export_snapshot() AS id").fetchone()
        #: Other sessions see by it what this one sees.
        self.snapshot = str(row.id) if row else ""
        self._block = key_block(key, database=access.address.name).hex()
        self._session.execute("SELECT set_config(%s, %s, false)", (Postgresql.BLOCK, self._block))

    def schema(self) -> Schema:
        """See `engine.Source`."""
        self._demand_sequences()
        keys: dict[str, list[ForeignKey]] = {}
        rows = self._session.execute(_COLUMNS).fetchall()
        tables = {_name(row.nspname, row.relname) for row in rows}
        _demand_no_namesakes({(row.nspname, row.relname) for row in rows})
        for row in self._session.execute(_KEYS):
            child, parent = _name(row.nspname, row.relname), _name(row.parent_schema, row.parent)
            if {child, parent} <= tables:
                key = ForeignKey(columns=tuple(row.columns), parent=parent, parent_columns=tuple(row.parent_columns))
                keys.setdefault(child, []).append(key)
        grouped = groupby(rows, key=lambda row: _name(row.nspname, row.relname))
        return {name: _table(name, list(columns), keys.get(name, [])) for name, columns in grouped}

    def suspicious(self, undeclared: Iterable[tuple[Table, Sequence[Column]]]) -> Mapping[tuple[str, str], str]:
        """See `engine.Source`."""
        found = {}
        for table, columns in undeclared:
            looked_at = [c for c in columns if c.kind is ValueKind.TEXT or not c.type.startswith(_PLAIN_TYPES)]
            for column, why in self._looks(table, looked_at):
                if why:
                    found[table.name, column.name] = why
        return found

    def left_out(self) -> list[str]:
        """See `engine.Source`."""
        return [str(row.what) for row in self._session.execute(_LEFT_OUT)]

    def is_also(self, target: Access) -> bool:
        """See `engine.Source`."""
        with connect(target, database="postgres") as session:
            there = session.execute("SELECT oid FROM pg_database WHERE datname = %s", (target.address.name,)).fetchone()
        if there is None:
            return False
        with connect(target) as session:
            theirs = session.execute(_IDENTITY).fetchone()
        return tuple(theirs or ()) == tuple(self._session.execute(_IDENTITY).fetchone() or ())

    def sequences(self) -> Iterator[tuple[str, int, bool]]:
        """Quoted name and value of each sequence as it is now, and whether that value was given out already."""
        for row in self._session.execute(_SEQUENCES).fetchall():
            name = quoted(row.nspname, row.relname)
            now: Any = self._session.execute(f"SELECT last_value, is_called FROM {name}").fetchone()
            yield name, now.last_value, now.is_called

    def script(self, query: str) -> str:
        """What psql has to run so that *query*'s rows come out of its standard output."""
        return (
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n"
            f"SET TRANSACTION SNAPSHOT '{self.snapshot}';\n"
            # Where policies would hide rows it fails, instead of leaving them out silently.
            "SET row_security = off;\n"
            "\\o /dev/null\n"
            f"SELECT set_config('{Postgresql.BLOCK}', '{self._block}', false);\n"
            "\\o\n"
            f"COPY ({query}) TO STDOUT;\n"
        )

    def close(self) -> None:
        """See `engine.Source`."""
        self._session.close()

    def _demand_sequences(self) -> None:
        """Unread, they would begin anew in staging, and give out numbers that are taken."""
        hidden = [row for row in self._session.execute(_SEQUENCES) if not row.readable]
        if hidden:
            names = ", ".join(_name(row.nspname, row.relname) for row in hidden[:_MOST_NAMED])
            more = f" and {len(hidden) - _MOST_NAMED} more" if len(hidden) > _MOST_NAMED else ""
            raise ActionFailed(
                f"Production's user may not read the sequences {names}{more}, so staging's could not go on from them.",
                hint="In production: GRANT SELECT ON ALL SEQUENCES IN SCHEMA NAME TO USER; once for each schema.",
            )

    def _looks(self, table: Table, columns: Sequence[Column]) -> Iterable[tuple[Column, str]]:
        if not columns:
            return []
        texts = [f"{_text(column)} AS c{n}" for n, column in enumerate(columns)]
        share = f" TABLESAMPLE SYSTEM ({min(100, 2_000_000 / table.rows):.4f})" if table.rows > _SMALL else ""
        some = f"SELECT {', '.join(texts)} FROM {table.sql_name}{share} LIMIT {SAMPLE_ROWS}"
        counts = [
            f"count(nullif(c{n}, '')), {', '.join(f'count(*) FILTER (WHERE c{n} ~ %s)' for _ in LOOKS)}"
            for n in range(len(columns))
        ]
        # A percent sign of a name would be taken for a placeholder.
        query = f"SELECT {', '.join(counts)} FROM ({some.replace('%', '%%')}) looked"
        patterns = [look.pattern for _ in columns for look in LOOKS]
        row = self._session.cursor(row_factory=tuple_row).execute(query, patterns).fetchone() or ()
        width = 1 + len(LOOKS)
        parts = [row[n * width : (n + 1) * width] for n in range(len(columns))]
        return [
            (column, by_content(part[0], dict(enumerate(part[1:]))))
            for column, part in zip(columns, parts, strict=True)
        ]


def quoted(*names: str) -> str:
    """A quoted name, with its schema."""
    return sql.Identifier(*names).as_string(None)


def _text(column: Column) -> str:
    """The beginning of a value as a text. What applications keep as bytes often is one."""
    name = Postgresql().name(column.name)
    return f"encode(substr({name}, 1, 2000), 'escape')" if column.type == "bytea" else f"left({name}::text, 2000)"


def _demand_no_namesakes(tables: Iterable[tuple[str, str]]) -> None:
    for name, count in Counter(_name(*table) for table in tables).items():
        if count > 1:
            raise ActionFailed(
                f"{name} is a table of public and a table of another schema, and rules could not tell them apart.",
                hint="Give the one in public a name without a dot.",
            )


def _name(schema: str, table: str) -> str:
    return table if schema == "public" else f"{schema}.{table}"


def _table(name: str, rows: Sequence[Any], keys: Sequence[ForeignKey]) -> Table:
    first = rows[0]
    primary = sorted((row for row in rows if row.place is not None), key=lambda row: row.place)
    sql_name = quoted(first.nspname, first.relname)
    return Table(
        name=name,
        # Rows of tables that inherit from it are those tables' own; a partitioned table has no rows but its parts'.
        sql_name=f"ONLY {sql_name}" if first.relkind == "r" else sql_name,
        columns=tuple(_column(row) for row in rows),
        primary_key=tuple(row.attname for row in primary),
        foreign_keys=tuple(keys),
        rows=int(first.rows),
        blocks=int(first.relpages) if first.relkind == "r" else 0,
    )


def _column(row: Any) -> Column:
    kind, size = ValueKind.OTHER, None
    if row.base in _TEXTS:
        kind, size = ValueKind.TEXT, row.modifier - 4 if row.modifier >= 4 and row.base != "text" else None
    elif row.base in _BITS:
        kind, size = ValueKind.INTEGER, _BITS[row.base]
    elif row.base == "uuid":
        kind = ValueKind.UUID
    return Column(
        name=row.attname,
        type=row.type,
        kind=kind,
        size=size,
        nullable=row.nullable,
        is_generated=row.generated,
        is_unique=row.is_unique,
    )
