"""An empty database of each kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.store import Store


@pytest.fixture
def store(tmp_path: Path, database_url: str | None) -> Iterator[Store]:
    opened = Store.open(database_url or f"sqlite:///{tmp_path}/rows.db")
    yield opened
    opened.close()
