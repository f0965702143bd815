"""A front door on each kind of database, and one that watches."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.control.front import Front
from tests.control.house import House, house


@pytest.fixture
def the_house(tmp_path: Path, database_url: str | None) -> Iterator[House]:
    with house(tmp_path, database_url) as made:
        yield made


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Callable[[str], Front]]:
    made: list[Front] = []

    def make(stack: str) -> Front:
        made.append(Front(tmp_path, stack))
        return made[-1]

    yield make
    for one in made:
        one.store.close()
