"""`database.copy_masked`: production to staging, against each product."""

import pytest

from actions.api import ActionFailed, HostState
from tests.actions.database import shop

ROWS = {"customers": shop.PEOPLE, "orders": shop.ORDERS, "items": 2 * shop.ORDERS, "visits": 0}
PEOPLE = "SELECT id, name, email, phone, iban, town, notes, invited_by FROM customers ORDER BY id"


def _count(databases, table):
    return databases.ask(databases.target, f"SELECT count(*) FROM {table}")[0][0]


def test_every_table_comes_whole_and_nothing_raw_with_it(databases, copy, context):
    ctx = context(secrets=shop.SECRETS)

    done = copy().run(ctx)

    assert {table: _count(databases, table) for table in ROWS} == ROWS
    assert (done.tables, done.rows) == (4, sum(ROWS.values()))
    assert not databases.found(shop.MARK.encode())
    assert not any(shop.MARK in line for line in ctx.lines)
    assert shop.KEY not in str(ctx.programs)
    written = [path for path in ctx.scratch.rglob("*") if path.is_file()]
    assert written
    assert not any(shop.MARK.encode() in path.read_bytes() for path in written)
    assert ctx.last("orders") == (HostState.OK, "1,200 rows")
    assert ctx.steps[-1][:2] == (done.rows, max(done.rows, ctx.steps[-1][1] or 0))


def test_each_rule_does_what_it_says(databases, copy, context):
    copy().run(context(secrets=shop.SECRETS))

    raw, masked = databases.ask(databases.source, PEOPLE), databases.ask(databases.target, PEOPLE)
    assert [row[0] for row in masked] == [row[0] for row in raw]
    assert all(" " in name and "@example.com" in email for _, name, email, *_ in masked)
    assert [phone is None for _, _, _, phone, *_ in masked] == [phone is None for _, _, _, phone, *_ in raw]
    assert len({email for _, _, email, *_ in masked}) == shop.PEOPLE
    assert len({iban for *_, iban, _, _, _ in masked}) == shop.PEOPLE
    assert sorted(town for *_, town, _, _ in masked) == sorted(town for *_, town, _, _ in raw)
    assert [row[5] for row in masked] != [row[5] for row in raw]
    assert {notes for *_, notes, _ in masked} == {None}
    assert [row[7] for row in masked] == [row[7] for row in raw]


def test_the_same_key_masks_alike_and_another_key_differently(databases, copy, context):
    copy().run(context(secrets=shop.SECRETS))
    first = databases.ask(databases.target, PEOPLE)

    copy().run(context(secrets=shop.SECRETS))
    again = databases.ask(databases.target, PEOPLE)
    copy().run(context(secrets={"env:MASK_KEY": "quite-another-key-than-before"}))
    other = databases.ask(databases.target, PEOPLE)

    assert again == first
    assert {row[4] for row in other}.isdisjoint(row[4] for row in first)


def test_the_next_number_is_productions(databases, copy, context):
    databases.run(databases.source, "DELETE FROM items", "DELETE FROM orders")

    copy().run(context(secrets=shop.SECRETS))

    databases.run(databases.target, "INSERT INTO orders (customer_id, total, placed_on) VALUES (1, 1, '2026-01-01')")
    assert databases.ask(databases.target, "SELECT id FROM orders")[0][0] > shop.ORDERS


def test_indexes_and_foreign_keys_are_there(databases, copy, context):
    copy().run(context(secrets=shop.SECRETS))

    on = "PRAGMA foreign_keys = ON" if databases.target.startswith("sqlite") else "SELECT 1"
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        databases.run(databases.target, on, "INSERT INTO items VALUES (999999, 1, 'none')")
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        databases.run(databases.target, "UPDATE customers SET email = 'same@example.com'")


def test_rows_that_are_left_out_take_those_with_them_that_point_to_them(databases, copy, context):
    rules = {**shop.RULES, "orders": {"where": "placed_on >= '2026-07-01'"}}

    copy(tables=rules).run(context(secrets=shop.SECRETS))

    recent = [n for n, _, _, placed_on in shop.orders() if str(placed_on) >= "2026-07-01"]
    assert [n for (n,) in databases.ask(databases.target, "SELECT id FROM orders ORDER BY id")] == recent
    assert _count(databases, "items") == 2 * len(recent)
    assert _count(databases, "customers") == shop.PEOPLE


def test_parents_follow_their_children_where_only_those_needed_are_wanted(databases, copy, context):
    databases.run(databases.source, "UPDATE customers SET invited_by = NULL")
    rules = {
        **shop.RULES,
        "orders": {"where": "id <= 10"},
        "customers": {**shop.RULES["customers"], "rows": "needed"},
    }

    with pytest.raises(ActionFailed, match="customers has `rows: needed`, and points to customers"):
        copy(tables=rules).run(context(secrets=shop.SECRETS))
    rules["customers"]["columns"] = {**shop.RULES["customers"]["columns"], "invited_by": "null"}
    copy(tables=rules).run(context(secrets=shop.SECRETS))

    customers = {n for (n,) in databases.ask(databases.target, "SELECT id FROM customers")}
    assert customers == {1 + n % shop.PEOPLE for n in range(1, 11)}


def test_a_row_that_pointed_to_one_left_out_of_its_own_table_points_nowhere(databases, copy, context):
    rules = {**shop.RULES, "customers": {**shop.RULES["customers"], "where": "id % 3 = 0 OR id < 10"}}

    copy(tables=rules).run(context(secrets=shop.SECRETS))

    kept = [(row[0], row[7]) for row in shop.customers() if int(str(row[0])) % 3 == 0 or int(str(row[0])) < 10]
    ids = {n for n, _ in kept}
    expected = [(n, by if by in ids else None) for n, by in kept]
    assert databases.ask(databases.target, "SELECT id, invited_by FROM customers ORDER BY id") == expected
    dangling = "SELECT count(*) FROM orders o LEFT JOIN customers c ON c.id = o.customer_id WHERE c.id IS NULL"
    assert databases.ask(databases.target, dangling) == [(0,)]
    assert 0 < _count(databases, "orders") < shop.ORDERS


def test_columns_that_look_personal_are_refused_together_until_they_have_a_rule(databases, copy, context):
    databases.run(databases.source, "ALTER TABLE orders ADD remark varchar(100)")
    databases.run(databases.source, f"UPDATE orders SET remark = 'ask {shop.MARK}@raw.example.org' WHERE id < 100")

    with pytest.raises(ActionFailed) as failed:
        copy(tables={"customers": {"columns": {"email": "mask", "town": "keep"}}}).run(context(secrets=shop.SECRETS))

    assert failed.value.reason == (
        "6 columns look personal and have no rule: customers.name (its name says so), customers.phone (its name says "
        "so), customers.iban (its name says so), customers.notes (holds what looks like e-mail addresses), "
        "orders.remark (holds what looks like e-mail addresses), visits.ip (its name says so)."
    )
    assert databases.ask(databases.target, "SELECT count(*) FROM old") == [(0,)]
    assert databases.beside() == []


def test_a_preview_lists_tables_rows_rules_and_what_is_refused_and_changes_nothing(databases, copy, context):
    ctx = context(secrets=shop.SECRETS, previewing=True)

    text = copy().preview(ctx)

    lines = {line.partition(":")[0]: line for line in text.splitlines()}
    assert "name: fake name, email: fake email, phone: fake phone, iban: mask" in lines["customers"]
    assert lines["visits"].startswith("visits: some of ")
    assert "rows" in lines["orders"]
    assert databases.beside() == []
    assert databases.ask(databases.target, "SELECT count(*) FROM old") == [(0,)]
    with pytest.raises(ActionFailed, match=r"visits\.ip"):
        copy(tables={"customers": shop.RULES["customers"]}).preview(ctx := context(secrets=shop.SECRETS))
    assert "Refused until they have a rule:\n  visits.ip (its name says so)" in ctx.text


def test_sql_files_run_on_the_new_database_before_it_becomes_staging(databases, copy, context, tmp_path):
    (tmp_path / "after.sql").write_text("UPDATE customers SET notes = 'staging';\nDELETE FROM items;\n")
    (tmp_path / "wrong.sql").write_text("DELETE FROM items; DELETE FROM no_such_table;")

    copy(after=["after.sql"]).run(context(secrets=shop.SECRETS))
    with pytest.raises(ActionFailed, match="no_such_table"):
        copy(after=["wrong.sql"]).run(context(secrets=shop.SECRETS))

    assert databases.ask(databases.target, "SELECT DISTINCT notes FROM customers") == [("staging",)]
    assert _count(databases, "items") == 0
    assert len(databases.beside()) == 1


def test_undo_brings_the_staging_of_before_back_and_undo_of_that_the_copy(databases, copy, context):
    action = copy()
    done = action.run(context(secrets=shop.SECRETS))
    assert databases.beside() == [done.kept]

    back = action.undo(done)
    swapped = back.run(context())
    assert databases.ask(databases.target, "SELECT count(*) FROM old") == [(0,)]
    assert back.undo(swapped).run(context()).kept

    assert _count(databases, "orders") == shop.ORDERS


def test_a_rule_for_a_table_or_column_that_is_not_there_is_named(databases, copy, context):
    rules = {**shop.RULES, "clients": {}, "orders": {"columns": {"sum": "null", "total": "null"}}}

    with pytest.raises(ActionFailed) as failed:
        copy(tables=rules).run(context(secrets=shop.SECRETS))

    assert "There is no table clients. orders has no column sum." in failed.value.reason
    assert "orders.total cannot be empty" in failed.value.reason


def test_a_computed_value_is_computed_by_production(databases, copy, context):
    customers = {**shop.RULES["customers"]["columns"], "town": {"sql": "upper(town)"}}
    copy(tables={**shop.RULES, "customers": {"columns": customers}}).run(context(secrets=shop.SECRETS))

    assert databases.ask(databases.target, "SELECT min(town) FROM customers") == [("TOWN 0",)]


def test_an_error_of_production_says_nothing_of_its_values(databases, copy, context):
    product = databases.source.partition(":")[0]
    #: Each product quotes the value in what it says about this.
    wrong = {
        "postgresql": "CAST(name AS date)",
        "mariadb": "EXTRACTVALUE('<a/>', (SELECT concat('[', name) FROM customers LIMIT 1))",
        "sqlite": "json_extract(name, '$')",
    }
    columns = {**shop.RULES["customers"]["columns"], "notes": {"sql": wrong[product]}}
    ctx = context(secrets=shop.SECRETS)

    with pytest.raises(ActionFailed) as failed:
        copy(tables={**shop.RULES, "customers": {"columns": columns}}).run(ctx)

    assert shop.MARK not in failed.value.reason + failed.value.hint + ctx.text
    assert not databases.found(shop.MARK.encode())
    assert databases.beside() == []
