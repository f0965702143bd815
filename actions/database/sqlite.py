"""SQLite: a production file, read in one transaction. The session is in this very process, so are its functions."""

import re
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from urllib.parse import quote

from actions.api import ActionFailed
from actions.database.dialects import SEPARATOR, Sqlite, key_block, keyed_hash
from actions.database.engine import Access
from actions.database.personal import LOOKS, SAMPLE_ROWS, by_content
from actions.database.schema import Column, ForeignKey, Schema, Table, ValueKind

_INTEGER_BITS = 62
_TABLES = (
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND substr(name, 1, 7) <> 'sqlite_' "
    "ORDER BY name"
)
_VIRTUAL = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'virtual' ORDER BY name"
_COLUMNS = 'SELECT name, type, "notnull", pk, hidden FROM pragma_table_xinfo(?)'
_KEYS = 'SELECT id, "table", "from", "to" FROM pragma_foreign_key_list(?) ORDER BY id, seq'
_UNIQUE = (
    "SELECT max(c.name) FROM pragma_index_list(?) i JOIN pragma_index_info(i.name) c "
    'WHERE i."unique" GROUP BY i.name HAVING count(*) = 1'
)


def connect(path: str, *, read_only: bool) -> sqlite3.Connection:
    """A session with transactions of our own. Raises ActionFailed when the file cannot be opened."""
    try:
        session = sqlite3.connect(
            f"file:{quote(path)}?mode={'ro' if read_only else 'rwc'}", uri=True, isolation_level=None, timeout=10
        )
        session.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.Error as error:
        raise ActionFailed(f"{path} cannot be opened: {error}.", hint="Is it there, and an SQLite file?") from error
    return session


@contextmanager
def refusals() -> Iterator[None]:
    """Turns what SQLite says no to into ActionFailed; its sentences quote no values."""
    try:
        yield
    except sqlite3.Error as error:
        raise ActionFailed(f"SQLite refused: {error}.", hint="Staging is as it was.") from None


class SqliteSource:
    """Implements `engine.Source`."""

    dialect = Sqlite()

    def __init__(self, access: Access, *, key: str) -> None:
        self._path = Path(access.address.name)
        self.session = connect(access.address.name, read_only=True)
        hashed = partial(_hash, key_block(key, database=access.address.name))
        functions = (
            ("stackhand_hash", 1, hashed),
            ("stackhand_number", 2, lambda text, bits: _number(hashed(text), bits)),
            ("stackhand_uuid", 1, lambda text: _uuid(hashed(text))),
            ("stackhand_pick", 2, lambda text, values: _pick(hashed(text), values)),
            ("stackhand_looks", 2, _looks_like),
        )
        for name, count, function in functions:
            self.session.create_function(name, count, function, deterministic=True)
        # Sorting must not put raw rows into a file of its own.
        self.session.execute("PRAGMA temp_store = MEMORY")
        self.session.execute("BEGIN")

    def schema(self) -> Schema:
        """See `engine.Source`. Virtual tables are left out."""
        names = [name for (name,) in self.session.execute(_TABLES)]
        primary = {name: self._primary(name) for name in names}
        return {name: self._table(name, primary) for name in names}

    def suspicious(self, undeclared: Iterable[tuple[Table, Sequence[Column]]]) -> Mapping[tuple[str, str], str]:
        """See `engine.Source`."""
        found = {}
        for table, columns in undeclared:
            for column in columns:
                if column.kind is not ValueKind.INTEGER and (why := self._look(table, column)):
                    found[table.name, column.name] = why
        return found

    def left_out(self) -> list[str]:
        """See `engine.Source`."""
        return [f"virtual table {name}" for (name,) in self.session.execute(_VIRTUAL)]

    def is_also(self, target: Access) -> bool:
        """See `engine.Source`."""
        other = Path(target.address.name)
        return other.exists() and other.samefile(self._path)

    def close(self) -> None:
        """See `engine.Source`."""
        self.session.close()

    def _primary(self, name: str) -> tuple[str, ...]:
        rows = self.session.execute(_COLUMNS, (name,)).fetchall()
        return tuple(row[0] for row in sorted((row for row in rows if row[3]), key=lambda row: int(row[3])))

    def _table(self, name: str, primary: Mapping[str, tuple[str, ...]]) -> Table:
        unique = {column for (column,) in self.session.execute(_UNIQUE, (name,))}
        unique |= set(primary[name]) if len(primary[name]) == 1 else set()
        rows = self.session.execute(_COLUMNS, (name,)).fetchall()
        sql_name = self.dialect.name(name)
        return Table(
            name=name,
            sql_name=sql_name,
            columns=tuple(
                _column(row, is_unique=row[0] in unique, is_key=row[0] in primary[name]) for row in rows if row[4] != 1
            ),
            primary_key=primary[name],
            foreign_keys=tuple(self._foreign_keys(name, primary)),
            rows=self.session.execute(f"SELECT count(*) FROM {sql_name}").fetchone()[0],
        )

    def _foreign_keys(self, name: str, primary: Mapping[str, tuple[str, ...]]) -> Iterable[ForeignKey]:
        keys: dict[int, list[tuple[str, str, str | None]]] = {}
        for number, parent, ours, theirs in self.session.execute(_KEYS, (name,)):
            keys.setdefault(number, []).append((parent, ours, theirs))
        for pairs in keys.values():
            # SQLite's names know no case.
            parent = next((known for known in primary if known.lower() == pairs[0][0].lower()), None)
            if parent is not None:
                named = tuple(theirs for _, _, theirs in pairs if theirs is not None)
                columns = tuple(ours for _, ours, _ in pairs)
                yield ForeignKey(columns=columns, parent=parent, parent_columns=named or primary[parent])

    def _look(self, table: Table, column: Column) -> str:
        # A picture is no text, and yet its bytes may name somebody.
        part = f"substr(CAST({self.dialect.name(column.name)} AS BLOB), 1, 2000)"
        some = f"SELECT {part} AS c FROM {table.sql_name} WHERE length({part}) > 0 LIMIT {SAMPLE_ROWS}"
        looks = ", ".join(f"count(*) FILTER (WHERE stackhand_looks(c, {number}))" for number in range(len(LOOKS)))
        filled, *hits = self.session.execute(f"SELECT count(*), {looks} FROM ({some})").fetchone()
        return by_content(filled, dict(enumerate(hits)))


def _hash(block: bytes, value: bytes | None) -> str | None:
    return None if value is None else keyed_hash(block, value)


def _looks_like(value: bytes, look: int) -> bool:
    return re.search(LOOKS[look].pattern, value.decode(errors="replace")) is not None


def _number(hashed: str | None, bits: int) -> int | None:
    return None if hashed is None else int(hashed[:16], 16) & (2**bits - 1)


def _uuid(hashed: str | None) -> str | None:
    return None if hashed is None else str(uuid.UUID(hashed[:32]))


def _pick(hashed: str | None, values: str) -> str | None:
    known = _split(values)
    return None if hashed is None else known[int(hashed[16:22], 16) % len(known)]


@cache
def _split(values: str) -> tuple[str, ...]:
    return tuple(values.split(SEPARATOR))


def _column(row: Sequence[object], *, is_unique: bool, is_key: bool) -> Column:
    written = str(row[1]).upper()
    kind = ValueKind.OTHER
    if "INT" in written:
        kind = ValueKind.INTEGER
    elif not written or any(word in written for word in ("CHAR", "CLOB", "TEXT")):
        kind = ValueKind.TEXT
    return Column(
        name=str(row[0]),
        type=str(row[1]).lower() or "of no type",
        kind=kind,
        size=_INTEGER_BITS if kind is ValueKind.INTEGER else None,
        nullable=not row[2] and not is_key,
        is_generated=row[4] in {2, 3},
        is_unique=is_unique,
    )
