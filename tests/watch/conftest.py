"""A site that tells versions, and time that moves only when it is told to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tests.fakes.told_site import Told, told_site


@dataclass
class HandClock:
    """Moves by hand."""

    moment: datetime = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def pass_(self, **length: float) -> None:
        """Let time pass."""
        self.moment += timedelta(**length)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def told() -> Iterator[Told]:
    with told_site() as site:
        yield site
