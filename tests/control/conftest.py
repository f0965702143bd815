"""A front door on each kind of database, and one that watches."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.control.front import Front
from tests.control.house import House, house
from tests.fakes.postgres import postgres_database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.full)])
def the_house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    if request.param == "sqlite":
        with house(tmp_path) as made:
            yield made
        return
    with postgres_database() as url, house(tmp_path, url) as made:
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
