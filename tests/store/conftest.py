"""An empty database of each kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.store import Store
from tests.fakes.postgres import postgres_database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.full)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        opened = Store.open(f"sqlite:///{tmp_path}/rows.db")
        yield opened
        opened.close()
        return
    with postgres_database() as url:
        opened = Store.open(url)
        yield opened
        opened.close()
