"""Which rows of each table are copied, so that no copied row points to one that was left out."""

from collections.abc import Mapping, Sequence

from actions.database.dialects import Dialect
from actions.database.rules import TableRules
from actions.database.schema import ForeignKey, Schema, Table

_NO_RULES = TableRules()

#: The foreign keys of each table.
Keys = Mapping[str, Sequence[ForeignKey]]


class Rows:
    """The conditions on the rows of all tables."""

    def __init__(self, schema: Schema, rules: Mapping[str, TableRules], dialect: Dialect) -> None:
        self._schema = schema
        self._rules = rules
        self._dialect = dialect
        self._keys = {name: _filled_keys(table, rules.get(name, _NO_RULES)) for name, table in schema.items()}
        self._children = _children(schema, self._keys)
        #: Foreign keys that close a circle: they are emptied where the other row is left out.
        self._closing = _closing(self._keys)
        self._aliases = 0

    def condition(self, table: Table, alias: str) -> str:
        """The SQL condition for *table*, which the query calls *alias*; empty: all rows."""
        rules = self._rules.get(table.name, _NO_RULES)
        if rules.rows == "none":
            return "1 = 0"
        parts = [f"({rules.where})"] if rules.where else []
        if rules.rows == "needed":
            parts.append(self._is_needed(table, alias))
        parts += [
            self._has_parent(table, key, alias)
            for key in self._keys[table.name]
            if key not in self._closing[table.name]
            and self.is_partial(key.parent)
            and not self._is_follower(key.parent)
        ]
        return " AND ".join(parts)

    def is_partial(self, name: str) -> bool:
        """May rows of this table be left out?"""
        rules = self._rules.get(name, _NO_RULES)
        if rules.where or rules.rows != "all":
            return True
        keys = [key for key in self._keys[name] if key not in self._closing[name]]
        return any(self.is_partial(key.parent) for key in keys if not self._is_follower(key.parent))

    def emptied(self, table: Table) -> dict[str, str]:
        """Columns that must be emptied in some rows, each with the condition under which its value stays."""
        found: dict[str, str] = {}
        for key in self._closing[table.name]:
            if self.is_partial(key.parent):
                stays = self._has_parent(table, key, "t")
                found |= dict.fromkeys(key.columns, stays)
        return found

    def problems(self) -> list[str]:
        """What cannot be done with these rules, a sentence each."""
        found = []
        for table in self._schema.values():
            rules = self._rules.get(table.name, _NO_RULES)
            needs = rules.rows == "needed"
            if needs and rules.where:
                found.append(f"{table.name} has both `rows: needed` and `where`; one of them decides.")
            if needs and not self._children[table.name]:
                found.append(f"{table.name} has `rows: needed`, and no table points to it.")
            for key in self._keys[table.name]:
                closing = key in self._closing[table.name]
                if needs and (closing or (self.is_partial(key.parent) and not self._is_follower(key.parent))):
                    found.append(
                        f"{table.name} has `rows: needed`, and points to {key.parent}, of which rows are left out."
                    )
                elif closing and self.is_partial(key.parent) and not self._may_be_empty(table, key):
                    columns = ", ".join(key.columns)
                    found.append(
                        f"{table.name}.{columns} closes a circle, and cannot be empty: copy {key.parent} whole."
                    )
        return found

    def _is_follower(self, name: str) -> bool:
        return self._rules.get(name, _NO_RULES).rows == "needed"

    def _may_be_empty(self, table: Table, key: ForeignKey) -> bool:
        return all(column.nullable for column in table.columns if column.name in key.columns)

    def _has_parent(self, table: Table, key: ForeignKey, alias: str) -> str:
        parent = self._schema[key.parent]
        other = self._alias()
        same = [
            f"{other}.{self._dialect.name(theirs)} = {alias}.{self._dialect.name(ours)}"
            for ours, theirs in zip(key.columns, key.parent_columns, strict=True)
        ]
        inner = self.condition(parent, other)
        there = f"EXISTS (SELECT 1 FROM {parent.sql_name} {other} WHERE {_all([*same, inner])})"
        empty = [
            f"{alias}.{self._dialect.name(column.name)} IS NULL"
            for column in table.columns
            if column.name in key.columns and column.nullable
        ]
        return f"({' OR '.join([*empty, there])})" if empty else there

    def _is_needed(self, table: Table, alias: str) -> str:
        parts = []
        for child, key in self._children[table.name]:
            other = self._alias()
            columns = [f"{other}.{self._dialect.name(column)}" for column in key.columns]
            filled = [f"{column} IS NOT NULL" for column in columns]
            condition = self.condition(child, other)
            parts.append(
                f"SELECT {', '.join(columns)} FROM {child.sql_name} {other} WHERE {_all([*filled, condition])}"
            )
        # All keys that point here name the same columns in nearly every schema; where not, each has its own IN.
        groups: dict[tuple[str, ...], list[str]] = {}
        for part, (_, key) in zip(parts, self._children[table.name], strict=True):
            groups.setdefault(key.parent_columns, []).append(part)
        found = []
        for names, selects in groups.items():
            row = ", ".join(f"{alias}.{self._dialect.name(name)}" for name in names)
            found.append(f"({row}) IN ({' UNION '.join(selects)})")
        return f"({' OR '.join(found)})"

    def _alias(self) -> str:
        self._aliases += 1
        return f"r{self._aliases}"


def _all(parts: Sequence[str]) -> str:
    return " AND ".join(part for part in parts if part)


def _filled_keys(table: Table, rules: TableRules) -> tuple[ForeignKey, ...]:
    """The foreign keys that the copied rows will have: one that a rule empties points nowhere."""
    return tuple(
        key for key in table.foreign_keys if not any(rules.columns.get(column) == "null" for column in key.columns)
    )


def _children(schema: Schema, keys: Keys) -> dict[str, list[tuple[Table, ForeignKey]]]:
    """Who points to each table, itself left out."""
    found: dict[str, list[tuple[Table, ForeignKey]]] = {name: [] for name in schema}
    for table in schema.values():
        for key in keys[table.name]:
            if key.parent != table.name:
                found[key.parent].append((table, key))
    return found


def _closing(keys: Keys) -> dict[str, set[ForeignKey]]:
    """The foreign keys without which the tables stand in no circle, by table."""
    found: dict[str, set[ForeignKey]] = {name: set() for name in keys}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        for key in keys[name]:
            if key.parent in (*path, name):
                found[name].add(key)
            elif key.parent not in done:
                visit(key.parent, (*path, name))
        done.add(name)

    for name in keys:
        if name not in done:
            visit(name, ())
    return found
