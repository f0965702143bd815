"""Turns rules into queries: what production is asked for, so that nothing raw ever leaves it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from actions.database.dialects import MASK_DIGITS, SUFFIX_DIGITS, Dialect, literal
from actions.database.fakes import pool
from actions.database.personal import by_name
from actions.database.rows import Rows
from actions.database.rules import Fake, FakeRule, Rule, SqlRule, TableRules, describe
from actions.database.schema import Column, ForeignKey, Schema, Table, ValueKind

#: Two masks may be the same by chance: a unique column is masked only where that is less likely than this.
_CLASH = 1e-6
_NO_RULES = TableRules()


@dataclass(frozen=True, kw_only=True)
class TableCopy:
    """How one table is copied."""

    table: Table
    #: The names of the columns, in the order of the query's.
    columns: tuple[str, ...]
    query: str
    #: Can the query be asked for a part of the table's blocks?
    divisible: bool
    #: Rules by column, those that are simply kept left out.
    rules: Mapping[str, Rule]
    partial: bool


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A column that looks personal and has no rule: "customers.email (its name says so)"."""

    table: str
    column: str
    why: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column} ({self.why})"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The whole copy, or why it may not be made."""

    tables: tuple[TableCopy, ...]
    refused: tuple[Refused, ...]
    #: Rules that cannot be followed, a sentence each.
    problems: tuple[str, ...]


class Masking:
    """Makes the plan."""

    def __init__(self, schema: Schema, rules: Mapping[str, TableRules], dialect: Dialect) -> None:
        self._schema = schema
        self._rules = rules
        self._dialect = dialect
        self._rows = Rows(schema, rules, dialect)

    def undeclared(self) -> Iterator[tuple[Table, tuple[Column, ...]]]:
        """The columns that no rule is written for: what stands in them has to be looked at."""
        for table in self._schema.values():
            rules = self._rules.get(table.name, _NO_RULES)
            if rules.rows == "none":
                continue
            yield table, tuple(c for c in table.columns if c.name not in rules.columns and not c.is_generated)

    def plan(self, suspicious: Mapping[tuple[str, str], str]) -> Plan:
        """The plan; *suspicious* says of (table, column) why its content looks personal."""
        refused = []
        for table, columns in self.undeclared():
            for column in columns:
                why = by_name(table, column) or suspicious.get((table.name, column.name), "")
                if why:
                    refused.append(Refused(table=table.name, column=column.name, why=why))
        problems = [*self._unknown(), *self._rows.problems(), *self._unlike(), *self._impossible()]
        copies = () if problems else tuple(self._copy(table) for table in self._schema.values())
        return Plan(tables=copies, refused=tuple(refused), problems=tuple(problems))

    def _rule(self, table: Table, column: str) -> Rule:
        return self._rules.get(table.name, _NO_RULES).columns.get(column, "keep")

    def _unknown(self) -> Iterator[str]:
        for name, rules in self._rules.items():
            table = self._schema.get(name)
            if table is None:
                yield f"There is no table {name}."
                continue
            for column in rules.columns:
                if table.column(column) is None:
                    yield f"{name} has no column {column}."

    def _unlike(self) -> Iterator[str]:
        """Foreign keys whose two sides would not be the same any more."""
        for table in self._schema.values():
            for key in table.foreign_keys:
                yield from self._unlike_key(table, key)

    def _unlike_key(self, table: Table, key: ForeignKey) -> Iterator[str]:
        parent = self._schema[key.parent]
        for ours, theirs in zip(key.columns, key.parent_columns, strict=True):
            one, other = self._rule(table, ours), self._rule(parent, theirs)
            pair = f"{table.name}.{ours} points to {parent.name}.{theirs}"
            if one != "null" and (one != other or one not in ("keep", "mask")):
                has = f"they have {describe(one)} and {describe(other)}"
                yield f"{pair}, so both need the same rule, keep or mask; {has}."
            elif one == "mask" and not _alike(table.column(ours), parent.column(theirs)):
                yield f"{pair}, and is of another type, so their masks would differ. Keep both."

    def _impossible(self) -> Iterator[str]:
        for table in self._schema.values():
            for column in table.columns:
                yield from _impossible(table, column, self._rule(table, column.name))

    def _copy(self, table: Table) -> TableCopy:
        columns = [column for column in table.columns if not column.is_generated]
        rules = {c.name: rule for c in columns if (rule := self._rule(table, c.name)) != "keep"}
        condition = self._rows.condition(table, "t")
        emptied = self._rows.emptied(table)
        shuffled = [name for name, rule in rules.items() if rule == "shuffle"]
        values = []
        for column in columns:
            value = self._value(column, rules.get(column.name, "keep"), shuffled)
            if column.name in emptied:
                value = f"CASE WHEN {emptied[column.name]} THEN {value} END"
            values.append(f"{value} AS {self._dialect.name(column.name)}")
        source = self._shuffled(table, shuffled, condition) if shuffled else f"{table.sql_name} t"
        where = f" WHERE {condition}" if condition and not shuffled else ""
        return TableCopy(
            table=table,
            columns=tuple(column.name for column in columns),
            query=f"SELECT {', '.join(values)} FROM {source}{where}",
            divisible=not shuffled and not condition and table.blocks > 0,
            rules=rules,
            partial=bool(condition),
        )

    def _value(self, column: Column, rule: Rule, shuffled: list[str]) -> str:
        own = f"t.{self._dialect.name(column.name)}"
        match rule:
            case "keep":
                return own
            case "null":
                return "NULL"
            case "mask":
                return self._dialect.cast(self._masked(column, own), column)
            case "shuffle":
                return f"s{shuffled.index(column.name)}.stackhand_value"
            case FakeRule(fake=fake):
                return self._dialect.cast(self._faked(column, own, fake), column)
            case SqlRule(sql=sql):
                return self._dialect.cast(f"({sql})", column)

    def _masked(self, column: Column, own: str) -> str:
        text = self._dialect.as_text(own)
        match column.kind:
            case ValueKind.INTEGER:
                return self._dialect.number(text, column.size or 31)
            case ValueKind.UUID:
                return self._dialect.uuid(text)
            case _:
                return self._dialect.digits(text, min(MASK_DIGITS, column.size or MASK_DIGITS))

    def _faked(self, column: Column, own: str, fake: Fake) -> str:
        text = self._dialect.as_text(own)
        suffix = self._dialect.digits(text, SUFFIX_DIGITS)
        longest = column.size or 1000
        if fake is Fake.EMAIL:
            ending = "@example.com"
            room = longest - len(ending) - SUFFIX_DIGITS - 1
            values = [value[: max(room, 0)] for value in pool(fake)]
            return self._dialect.join(self._dialect.pick(values, text), literal("."), suffix, literal(ending))
        room = longest - (SUFFIX_DIGITS + 1 if column.is_unique else 0)
        chosen = self._dialect.pick([value[: max(room, 0)] for value in pool(fake)], text)
        return self._dialect.join(chosen, literal(" "), suffix) if column.is_unique else chosen

    def _shuffled(self, table: Table, columns: list[str], condition: str) -> str:
        """The table with its values in another order beside it: the same order with the same key."""
        keys = [f"t.{self._dialect.name(name)}" for name in table.primary_key]
        number = f"row_number() OVER (ORDER BY {', '.join(keys) or self._dialect.random()})"
        where = f" WHERE {condition}" if condition else ""
        parts = [f"(SELECT t.*, {number} AS stackhand_row FROM {table.sql_name} t{where}) t"]
        for place, column in enumerate(columns):
            order = self._order(keys, column)
            value = f"t.{self._dialect.name(column)} AS stackhand_value"
            mixed = f"SELECT {value}, row_number() OVER (ORDER BY {order}) AS stackhand_row"
            same = f"s{place}.stackhand_row = t.stackhand_row"
            parts.append(f"JOIN ({mixed} FROM {table.sql_name} t{where}) s{place} ON {same}")
        return " ".join(parts)

    def _order(self, keys: list[str], column: str) -> str:
        if not keys:
            return self._dialect.random()
        texts = [self._dialect.as_text(key) for key in keys]
        return self._dialect.digits(self._dialect.join(literal(f"{column} "), *texts), MASK_DIGITS)


def _alike(one: Column | None, other: Column | None) -> bool:
    return one is not None and other is not None and (one.kind, one.size) == (other.kind, other.size)


def _impossible(table: Table, column: Column, rule: Rule) -> Iterator[str]:
    where = f"{table.name}.{column.name}"
    if rule == "null" and not column.nullable:
        yield f"{where} cannot be empty, so `null` is no rule for it."
    if isinstance(rule, FakeRule) and column.kind is not ValueKind.TEXT:
        yield f"{where} is {column.type}: only texts can be made up. Use null, shuffle or sql."
    if rule == "mask" and column.kind is ValueKind.OTHER:
        yield f"{where} is {column.type}, which cannot be masked. Use null, shuffle or sql."
    elif column.is_unique and _clashes(table, column, rule):
        yield f"{where} is unique, and too short to be masked without a clash. Use keep or sql."
    elif isinstance(rule, FakeRule) and rule.fake is Fake.EMAIL and column.size is not None and column.size < 26:
        yield f"{where} holds {column.size} letters: too few for a made-up e-mail address. Use mask."


def _clashes(table: Table, column: Column, rule: Rule) -> bool:
    """By the birthday bound: among n values of b bits, two are the same with n² / 2^(b+1)."""
    if isinstance(rule, FakeRule):
        return column.size is not None and column.size < SUFFIX_DIGITS + 1
    if rule != "mask":
        return False
    match column.kind:
        case ValueKind.INTEGER:
            bits = column.size or 31
        case ValueKind.UUID:
            bits = 128
        case _:
            bits = 4 * min(MASK_DIGITS, column.size or MASK_DIGITS)
    return table.rows**2 > _CLASH * 2.0 ** (bits + 1)
