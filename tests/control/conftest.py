"""A front door on each kind of database, and one that watches."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.control.front import Front
from tests.control.house import House, house
from tests.fakes.postgres import postgres_database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.full)])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Of an empty database; empty for a file."""
    if request.param == "sqlite":
        yield ""
        return
    with postgres_database() as found:
        yield found


@pytest.fixture
def the_house(tmp_path: Path, url: str) -> Iterator[House]:
    with house(tmp_path, url) as made:
        yield made


@pytest.fixture
def front(tmp_path: Path, url: str) -> Iterator[Callable[[str], Front]]:
    made: list[Front] = []

    def make(stack: str) -> Front:
        made.append(Front(tmp_path, stack, url))
        return made[-1]

    yield make
    for one in made:
        one.store.close()
