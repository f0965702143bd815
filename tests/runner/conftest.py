"""The databases that the engine's contract is held to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.postgres import postgres_database
from tests.runner.lab import Lab, lab


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.full)])
def the_lab(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lab]:
    """A lab on each kind of database."""
    if request.param == "sqlite":
        with lab(tmp_path) as made:
            yield made
        return
    with postgres_database() as url, lab(tmp_path, url) as made:
        yield made
