"""A worker that looks at one site and announces what is new, and that a test kills: fork by fork."""

import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from slack_sdk import WebClient

from bot.base.nudges import Nudges
from bot.catalog.catalog import Catalog
from bot.control.control import Control
from bot.control.forms.choices import NoLists
from bot.control.logs import RunLog
from bot.control.watchers.watch import present_versions
from bot.slack.errands import Errands
from bot.slack.live import Live
from bot.slack.outbox import Outbox
from bot.slack.people import People
from bot.slack.posting import Posting
from bot.store.store import Store
from bot.watch.look import Looker
from bot.watch.polite import PoliteHttp
from bot.watch.schedule import next_moment
from tests.control.front import Engine, NoPreviews
from tests.scenarios.forks import fork_for_each_line


class HastyClock:
    """Each look at it takes half a second, so that no message has to wait for Slack's pace."""

    def __init__(self) -> None:
        self._now = datetime.now(UTC)

    def now(self) -> datetime:
        """A little later than before."""
        self._now += timedelta(seconds=0.5)
        return self._now


def one_round(folder: Path, slack_url: str) -> None:
    """Look at the stack's resource, write down what is new, and send what is owed."""
    clock, nudges = HastyClock(), Nudges()
    store = Store.open(f"sqlite:///{folder}/rows.db")
    catalog = Catalog(folder / "stacks", dict, present=partial(present_versions, store))
    control = Control.make(
        store=store,
        catalog=catalog,
        engine=Engine(),
        clock=clock,
        nudges=nudges,
        logs=RunLog(folder),
        previewer=NoPreviews(),
        next_moment=next_moment,
        choices=NoLists(),
        registries={},
    )
    control.watch.keep()
    polite = PoliteHttp(clock.now)
    looker = Looker(clock=clock, polite=polite, guarded=polite, read_secret=lambda one, _folder: one, vars=dict)
    stack = catalog.stacks["web"]
    known = {one.number: one for one in control.watch.history("web", "app")}
    control.watch.record(looker.look(stack, stack.resources["app"], known))
    client = WebClient(token="xoxb-1", base_url=slack_url)
    outbox = Outbox(
        name="announcer",
        store=store,
        live=Live(door=control, stacks=catalog, group_id=lambda _: None, person=People(client, clock, store).of),
        posting=Posting(client),
        uploads={},
        errands=Errands(client=client, door=control),
        clock=clock,
        nudges=nudges,
    )
    while _is_owed(store):
        outbox.send_due()


def _is_owed(store: Store) -> bool:
    with store.begin() as tx:
        owed = tx.messages.claim(
            by="announcer", now=datetime.max.replace(tzinfo=UTC) - timedelta(days=1), lease_s=0, limit=1
        )
    return bool(owed)


if __name__ == "__main__":
    fork_for_each_line(lambda _: one_round(Path(sys.argv[1]), sys.argv[2]))
