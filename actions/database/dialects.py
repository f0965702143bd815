"""How each product writes what masking needs, as SQL that runs in the session of the database that holds the data.

The key itself stands in no query: sessions keep a block made of it, under a name.
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Protocol

from actions.database.schema import Column

#: As many digits of a hash as a mask or a suffix needs: 96 and 48 bits.
MASK_DIGITS = 24
SUFFIX_DIGITS = 12
#: Stands between the values of SQLite's `pick`.
SEPARATOR = "|"


def key_block(key: str, *, database: str) -> bytes:
    """What comes before each value that is hashed: a whole block of SHA-256, made for this database alone.

    So what somebody might see in one database's sessions opens no mask of another's, nor the key.
    """
    return hmac.digest(key.encode(), f"mask {database}".encode(), hashlib.sha512)


def keyed_hash(block: bytes, value: bytes) -> str:
    """SHA-256 of the block and *value*, a text as UTF-8, in hexadecimal: what the queries compute, too.

    HMAC would hash twice, in each row. What it guards against, that somebody lengthens a value and computes its hash,
    needs the whole hash: of ours at most half ever stands in staging.
    """
    return hashlib.sha256(block + value).hexdigest()


class Dialect(Protocol):
    """One product's SQL. Arguments and results are SQL, where no other type is given."""

    def name(self, written: str) -> str:
        """A quoted name."""

    def as_text(self, value: str) -> str:
        """*value* as people read it."""

    def digits(self, text: str, count: int) -> str:
        """The first *count* hexadecimal digits of the keyed hash of *text*; NULL of NULL."""

    def number(self, text: str, bits: int) -> str:
        """A number of so many bits (at most 62), made of the keyed hash of *text*."""

    def uuid(self, text: str) -> str:
        """A UUID made of the keyed hash of *text*."""

    def pick(self, values: Sequence[str], text: str) -> str:
        """One of *values*, chosen by the keyed hash of *text*. They hold no double quote, backslash or bar."""

    def join(self, *parts: str) -> str:
        """Texts, one after the other; NULL if one is."""

    def cast(self, value: str, column: Column) -> str:
        """*value* as the column's type."""

    def random(self) -> str:
        """Another number in each row."""


def literal(text: str) -> str:
    """*text* in quotes. Only for our own words: no product's escapes are known here."""
    if "\\" in text:
        raise ValueError("a backslash means different things to different products")
    return "'" + text.replace("'", "''") + "'"


def _sql_name(written: str) -> str:
    return '"' + written.replace('"', '""') + '"'


class Postgresql:
    """PostgreSQL 12 and newer, without any extension."""

    #: What the sessions keep the block under, in hexadecimal.
    BLOCK = "stackhand.block"

    def name(self, written: str) -> str:
        """See `Dialect`."""
        return _sql_name(written)

    def as_text(self, value: str) -> str:
        """See `Dialect`."""
        return f"{value}::text"

    def digits(self, text: str, count: int) -> str:
        """See `Dialect`."""
        return f"left(encode({self._hash(text)}, 'hex'), {count})"

    def number(self, text: str, bits: int) -> str:
        """See `Dialect`."""
        some = f"encode(substring({self._hash(text)} FROM 1 FOR 8), 'hex')"
        return f"(('x' || {some})::bit(64)::bigint & {2**bits - 1})"

    def uuid(self, text: str) -> str:
        """See `Dialect`."""
        return f"{self.digits(text, 32)}::uuid"

    def pick(self, values: Sequence[str], text: str) -> str:
        """See `Dialect`."""
        # Arrays of the type "name" have elements of one length: the n-th is found without reading those before it.
        listed = ",".join(f'"{value}"' for value in values)
        some = f"encode(substring({self._hash(text)} FROM 9 FOR 3), 'hex')"
        return f"(({literal('{' + listed + '}')}::name[])[1 + ('x' || {some})::bit(24)::int % {len(values)}])::text"

    def join(self, *parts: str) -> str:
        """See `Dialect`."""
        return f"({' || '.join(parts)})"

    def cast(self, value: str, column: Column) -> str:
        """See `Dialect`."""
        return f"({value})::{column.type}"

    def random(self) -> str:
        """See `Dialect`."""
        return "random()"

    def _hash(self, text: str) -> str:
        # In a query of its own the setting is read once, not in every row.
        block = f"(SELECT decode(current_setting('{self.BLOCK}'), 'hex'))"
        return f"sha256({block} || convert_to({text}, 'UTF8'))"


class Mariadb:
    """MariaDB 10.3 and newer."""

    def name(self, written: str) -> str:
        """See `Dialect`."""
        return "`" + written.replace("`", "``") + "`"

    def as_text(self, value: str) -> str:
        """See `Dialect`."""
        return f"CONVERT({value} USING utf8mb4)"

    def digits(self, text: str, count: int) -> str:
        """See `Dialect`."""
        return f"LEFT({self._hash(text)}, {count})"

    def number(self, text: str, bits: int) -> str:
        """See `Dialect`."""
        return f"(CAST(CONV(LEFT({self._hash(text)}, 16), 16, 10) AS UNSIGNED) & {2**bits - 1})"

    def uuid(self, text: str) -> str:
        """See `Dialect`."""
        groups = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
        return self.join(*(literal("-") if n % 2 else self._part(text, *groups[n // 2]) for n in range(9)))

    def pick(self, values: Sequence[str], text: str) -> str:
        """See `Dialect`."""
        listed = ", ".join(literal(value) for value in values)
        return f"ELT(1 + CONV(SUBSTR({self._hash(text)}, 17, 6), 16, 10) % {len(values)}, {listed})"

    def join(self, *parts: str) -> str:
        """See `Dialect`."""
        return f"CONCAT({', '.join(parts)})"

    def cast(self, value: str, column: Column) -> str:
        """See `Dialect`."""
        del column
        return value

    def random(self) -> str:
        """See `Dialect`."""
        return "RAND()"

    def _part(self, text: str, start: int, count: int) -> str:
        return f"SUBSTR({self._hash(text)}, {start}, {count})"

    def _hash(self, text: str) -> str:
        return f"SHA2(CONCAT(@stackhand_block, CAST({text} AS BINARY)), 256)"


def _bytes(text: str) -> str:
    """What a text of SQLite's consists of: its columns of text may hold bytes that are none."""
    return f"CAST({text} AS BLOB)"


class Sqlite:
    """SQLite, with the functions that `sqlite.py` adds."""

    def name(self, written: str) -> str:
        """See `Dialect`."""
        return _sql_name(written)

    def as_text(self, value: str) -> str:
        """See `Dialect`."""
        return f"CAST({value} AS TEXT)"

    def digits(self, text: str, count: int) -> str:
        """See `Dialect`."""
        return f"substr(stackhand_hash({_bytes(text)}), 1, {count})"

    def number(self, text: str, bits: int) -> str:
        """See `Dialect`."""
        return f"stackhand_number({_bytes(text)}, {bits})"

    def uuid(self, text: str) -> str:
        """See `Dialect`."""
        return f"stackhand_uuid({_bytes(text)})"

    def pick(self, values: Sequence[str], text: str) -> str:
        """See `Dialect`."""
        return f"stackhand_pick({_bytes(text)}, {literal(SEPARATOR.join(values))})"

    def join(self, *parts: str) -> str:
        """See `Dialect`."""
        return f"({' || '.join(parts)})"

    def cast(self, value: str, column: Column) -> str:
        """See `Dialect`."""
        del column
        return value

    def random(self) -> str:
        """See `Dialect`."""
        return "random()"
