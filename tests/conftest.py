"""What all tests share."""

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

from tests.fakes.postgres import postgres_database

# The same examples each time: what fails on one machine fails on the next one, too. No deadline: two cores, busy.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

# Traces with all local values take seconds to draw on a busy machine, longer than an acknowledgement may.
structlog.configure(
    processors=[structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.full)])
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Of an empty database of each kind; None is SQLite, in a file of the test's own folder."""
    if request.param == "sqlite":
        yield None
        return
    with postgres_database() as url:
        yield url
