"""What the tests of databases share: each runs against each product."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from actions.database.copy_masked import CopyMasked
from tests.actions.database import shop
from tests.actions.database.products import Pair, pair

FULL = [pytest.param(product, marks=pytest.mark.full) for product in ("postgresql", "mariadb")]


@pytest.fixture(params=["sqlite", *FULL])
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    """Production and staging of one product."""
    with pair(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def copy(databases: Pair) -> Callable[..., CopyMasked]:
    """Makes the action, with the shop's rules unless told otherwise."""

    def make(**values: object) -> CopyMasked:
        fields = {"source": databases.source, "target": databases.target, "key": "env:MASK_KEY", "tables": shop.RULES}
        return CopyMasked.model_validate({**fields, **values})

    return make
