"""`database.copy_masked` and what only MariaDB has."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pymysql
import pytest

from actions.api import ActionFailed
from actions.database.addresses import parse
from actions.database.copy_masked import CopyMasked
from actions.database.engine import Access
from actions.database.mariadb_target import MariadbTarget
from tests.actions.database import shop
from tests.actions.database.products import Pair, pair

pytestmark = pytest.mark.full


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[Pair]:
    with pair("mariadb", tmp_path) as made:
        yield made


@pytest.fixture
def copy(databases: Pair) -> Callable[..., CopyMasked]:
    def make(**values: object) -> CopyMasked:
        fields = {"source": databases.source, "target": databases.target, "key": "env:MASK_KEY", "tables": shop.RULES}
        return CopyMasked.model_validate({**fields, **values})

    return make


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
