"""`database.copy_masked` and what only PostgreSQL has."""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from actions.api import ActionFailed
from tests.actions.database import shop
from tests.actions.database.products import Pair

pytestmark = [pytest.mark.full, pytest.mark.parametrize("databases", ["postgresql"], indirect=True)]


def test_a_sequence_whose_number_was_set_and_not_yet_given_out_goes_on_from_there(databases, copy, context):
    databases.run(
        databases.source,
        "SELECT setval('orders_id_seq', 7000, false)",
        "CREATE TABLE parcels (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, weight int)",
        "ALTER TABLE parcels ALTER id RESTART WITH 100",
    )

    copy().run(context(secrets=shop.SECRETS))

    order = "INSERT INTO orders (customer_id, total, placed_on) VALUES (1, 1, '2026-01-01') RETURNING id"
    assert databases.ask(databases.target, order) == [(7000,)]
    assert databases.ask(databases.target, "INSERT INTO parcels (weight) VALUES (1) RETURNING id") == [(100,)]


def test_a_user_of_production_that_may_not_read_its_sequences_is_told_what_to_grant(databases, copy, context):
    reader = f"reader_{databases.target[-8:]}"
    may_read = "GRANT SELECT ON ALL {} IN SCHEMA public TO " + reader
    databases.run(databases.source, f"CREATE ROLE {reader} LOGIN", may_read.format("TABLES"))
    action = copy(source=databases.source.replace("//stackhand@", f"//{reader}@"))

    with pytest.raises(ActionFailed, match="sequences customers_id_seq, orders_id_seq") as failed:
        action.preview(context(secrets=shop.SECRETS, previewing=True))
    assert "GRANT SELECT ON ALL SEQUENCES" in failed.value.hint

    databases.run(databases.source, may_read.format("SEQUENCES"))
    assert action.run(context(secrets=shop.SECRETS)).tables == 4
    databases.run(databases.source, f"DROP OWNED BY {reader}", f"DROP ROLE {reader}")


def test_a_type_of_our_own_is_looked_into_whatever_it_is_called(databases, copy, context):
    databases.run(
        databases.source,
        "CREATE DOMAIN international AS text",
        "CREATE TABLE calls (id int PRIMARY KEY, who international)",
        f"INSERT INTO calls SELECT n, '{shop.MARK}@raw.example.org' FROM generate_series(1, 9) n",
    )

    with pytest.raises(ActionFailed, match=r"calls\.who \(holds what looks like e-mail addresses\)"):
        copy().run(context(secrets=shop.SECRETS))


@pytest.fixture
def owner(databases: Pair) -> Iterator[str]:
    """A user of staging's server who is no superuser."""
    name = f"owner_{databases.target[-8:]}"
    databases.run(databases.source, f"CREATE ROLE {name} LOGIN")
    yield name
    databases.run(databases.target, f"REASSIGN OWNED BY {name} TO stackhand", f"DROP OWNED BY {name}")
    for kept in databases.beside():
        databases.run(databases.target, f'ALTER DATABASE "{kept}" OWNER TO stackhand')
    databases.run(databases.source, f"DROP ROLE {name}")


def test_rights_that_staging_would_want_at_the_end_are_missed_before_the_click(databases, copy, context, owner):
    staging = databases.target.rpartition("/")[2]
    action = copy(target=databases.target.replace("//stackhand@", f"//{owner}@"))
    looking = context(secrets=shop.SECRETS, previewing=True)

    with pytest.raises(ActionFailed, match=f"{owner} may not make databases"):
        action.preview(looking)
    databases.run(databases.source, f"ALTER ROLE {owner} CREATEDB")
    with pytest.raises(ActionFailed, match=f"{owner} may not rename {staging}"):
        action.preview(context(secrets=shop.SECRETS, previewing=True))
    databases.run(databases.source, f"ALTER DATABASE {staging} OWNER TO {owner}")

    assert "orders" in action.preview(context(secrets=shop.SECRETS, previewing=True))


def test_sessions_on_staging_are_ended_and_who_may_not_is_told_what_to_grant(databases, copy, context, owner):
    staging = databases.target.rpartition("/")[2]
    databases.run(
        databases.source,
        f"ALTER ROLE {owner} CREATEDB",
        f"ALTER DATABASE {staging} OWNER TO {owner}",
        f"CREATE ROLE app_{owner} LOGIN",
    )
    action = copy(target=databases.target.replace("//stackhand@", f"//{owner}@"))

    with psycopg.connect(databases.target.replace("//stackhand@", f"//app_{owner}@"), autocommit=True) as session:
        with pytest.raises(ActionFailed, match=f"Other users have {staging} open") as failed:
            action.run(context(secrets=shop.SECRETS))
        assert failed.value.hint == f'Staging is as it was. On its server: GRANT pg_signal_backend TO "{owner}";'
        assert databases.beside() == []
        assert session.execute("SELECT 1").fetchall() == [(1,)]
        databases.run(databases.source, f"GRANT pg_signal_backend TO {owner}")

        assert action.run(context(secrets=shop.SECRETS)).kept
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")
    databases.run(databases.source, f"DROP ROLE app_{owner}")


def test_what_others_copy_on_the_same_server_does_not_matter(databases, copy, context, owner):
    staging = databases.target.rpartition("/")[2]
    databases.run(databases.source, f"ALTER ROLE {owner} CREATEDB", f"ALTER DATABASE {staging} OWNER TO {owner}")

    with closing(psycopg.connect(databases.source)) as other:
        other.pgconn.send_query(b"COPY (SELECT pg_sleep(600)) TO STDOUT")
        done = copy(target=databases.target.replace("//stackhand@", f"//{owner}@")).run(context(secrets=shop.SECRETS))
        other.cancel()

    assert done.tables == 4


def test_two_tables_of_one_name_are_refused_instead_of_one_being_left_out(databases, copy, context):
    made = "CREATE TABLE {} (id int)"
    databases.run(databases.source, made.format('"stock.cakes"'), "CREATE SCHEMA stock", made.format("stock.cakes"))

    with pytest.raises(ActionFailed, match=r"stock\.cakes is a table of public and a table of another schema"):
        copy().preview(context(secrets=shop.SECRETS, previewing=True))


def test_what_is_not_copied_is_said_before_the_click(databases, copy, context):
    databases.run(
        databases.source,
        "SELECT lo_create(4711)",
        "CREATE EXTENSION file_fdw",
        "CREATE SERVER disk FOREIGN DATA WRAPPER file_fdw",
        "CREATE FOREIGN TABLE log (line text) SERVER disk OPTIONS (filename '/dev/null')",
    )

    text = copy().preview(context(secrets=shop.SECRETS, previewing=True))

    assert (
        "Not copied: the rows of the foreign table log, which reads in staging, too, where production reads, "
        "1 large objects." in text
    )


def test_personal_data_in_binary_columns_is_found(databases, copy, context):
    databases.run(
        databases.source,
        "CREATE TABLE carts (id int PRIMARY KEY, state bytea)",
        f"INSERT INTO carts VALUES (1, '\\x00ff'::bytea || convert_to('mail:{shop.MARK}@raw.example.org', 'UTF8'))",
    )

    with pytest.raises(ActionFailed, match=r"carts\.state \(holds what looks like e-mail addresses\)"):
        copy().run(context(secrets=shop.SECRETS))
