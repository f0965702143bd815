"""`database.copy_masked` and what only MariaDB has."""

from contextlib import closing

import pymysql
import pytest

from actions.api import ActionFailed
from actions.database.addresses import parse
from actions.database.engine import Access
from actions.database.mariadb_target import MariadbTarget
from tests.actions.database import shop

pytestmark = [pytest.mark.full, pytest.mark.parametrize("databases", ["mariadb"], indirect=True)]


def test_a_staging_that_somebody_keeps_open_is_named_and_stays_as_it_was(databases):
    address = parse(databases.target)
    incoming, kept = f"{address.name}_new", f"{address.name}_before_20990101t000000"
    databases.run(databases.target, f"CREATE DATABASE {incoming}", f"CREATE TABLE {incoming}.fresh (id int)")
    staging = MariadbTarget(Access(address=address, password=None), streams=1, rename_for_s=1)
    reader = pymysql.connect(host=address.host, port=address.port, user=address.user, database=address.name)

    with closing(staging), closing(reader), reader.cursor() as cursor:
        cursor.execute("SELECT * FROM old")
        with pytest.raises(ActionFailed, match=f"Others keep tables of {address.name} open"):
            staging.swap(incoming, kept)
        assert databases.beside() == [incoming]
        assert databases.ask(databases.target, "SHOW TABLES") == [("old",)]
        reader.rollback()
        staging.swap(incoming, kept)

    assert databases.beside() == [kept]
    assert databases.ask(databases.target, "SHOW TABLES") == [("fresh",)]


def test_a_staging_with_triggers_is_refused_before_the_click(databases, copy, context):
    databases.run(databases.target, "CREATE TRIGGER bump BEFORE INSERT ON old FOR EACH ROW SET NEW.id = 1")

    with pytest.raises(ActionFailed, match="has triggers"):
        copy().preview(context(secrets=shop.SECRETS, previewing=True))


def test_a_table_that_keeps_its_history_comes_as_it_is_now_and_what_is_no_table_is_named(databases, copy, context):
    databases.run(
        databases.source,
        "CREATE TABLE prices (id int PRIMARY KEY, price int, KEY (price)) WITH SYSTEM VERSIONING",
        "INSERT INTO prices VALUES (1, 5), (2, 6)",
        "UPDATE prices SET price = 7 WHERE id = 2",
        "CREATE VIEW cheap AS SELECT * FROM prices",
        "CREATE SEQUENCE tickets",
        "CREATE TRIGGER bump BEFORE INSERT ON prices FOR EACH ROW SET NEW.price = 1",
    )
    action = copy()

    text = action.preview(context(secrets=shop.SECRETS, previewing=True))
    action.run(context(secrets=shop.SECRETS))
    again = action.run(context(secrets=shop.SECRETS))

    assert "Not copied: view cheap, sequence tickets, trigger bump." in text
    assert databases.ask(databases.target, "SELECT * FROM prices ORDER BY id") == [(1, 5), (2, 7)]
    assert databases.beside()[-1] == again.kept


def test_personal_data_in_binary_columns_is_found(databases, copy, context):
    databases.run(
        databases.source,
        "CREATE TABLE carts (id int PRIMARY KEY, state blob)",
        f"INSERT INTO carts VALUES (1, concat('mail:', unhex('00ff'), '{shop.MARK}@raw.example.org'))",
    )

    with pytest.raises(ActionFailed, match=r"carts\.state \(holds what looks like e-mail addresses\)"):
        copy().run(context(secrets=shop.SECRETS))
