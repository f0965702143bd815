"""An edge that is connected to a small Slack, before a front door without an engine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.base.nudges import Nudges
from bot.slack.edge import SlackEdge
from bot.store.store import Store
from tests.slack_edge.front_door import FrontDoor, MovableClock
from tests.slack_edge.tiny_slack import TinySlack


@dataclass
class Bot:
    """What a test may reach into."""

    store: Store
    door: FrontDoor
    edge: SlackEdge
    clock: MovableClock

    def runs(self) -> list[str]:
        """The names of all runs, oldest first."""
        return [run.name for run in reversed(self.door.runs.recent())]


@pytest.fixture
def slack() -> Iterator[TinySlack]:
    slack = TinySlack()
    slack.start()
    yield slack
    slack.stop()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path}/bot.db")
    yield store
    store.close()


@pytest.fixture
def make_bot(slack: TinySlack, store: Store):
    """Builds bots on the same rows; ends them all."""
    edges: list[SlackEdge] = []

    def make(**settings) -> Bot:
        nudges, clock = Nudges(), MovableClock()
        door = FrontDoor(store, nudges, clock)
        values = {"bot_token": "xoxb-1", "app_token": "xapp-1", "api_url": slack.api_url} | settings
        edge = SlackEdge(
            **values,
            control=door,
            catalog=door.catalog,
            store=store,
            previewer=door.previews,
            clock=clock,
            nudges=nudges,
        )
        edges.append(edge)
        edge.start(timeout_s=10)
        return Bot(store, door, edge, clock)

    yield make
    for edge in edges:
        edge.stop(timeout_s=5)


@pytest.fixture
def bot(make_bot: Callable[..., Bot]) -> Bot:
    return make_bot()
