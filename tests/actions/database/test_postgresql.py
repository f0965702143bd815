"""`database.copy_masked` and what only PostgreSQL has."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from actions.api import ActionFailed
from actions.database.copy_masked import CopyMasked
from tests.actions.database import shop
from tests.actions.database.products import Pair, pair

pytestmark = pytest.mark.full


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[Pair]:
    with pair("postgresql", tmp_path) as made:
        yield made


@pytest.fixture
def copy(databases: Pair) -> Callable[..., CopyMasked]:
    def make(**values: object) -> CopyMasked:
        fields = {"source": databases.source, "target": databases.target, "key": "env:MASK_KEY", "tables": shop.RULES}
        return CopyMasked.model_validate({**fields, **values})

    return make


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
