"""A bot's housekeeping, one piece at a time, that a test kills or lets race: the week's digest, and forgetting."""

import json
import ssl
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from bot.base.nudges import Nudges
from bot.control.digest import WeeklyDigest
from bot.control.forms.files import Files
from bot.control.logs import RunLog
from bot.control.retention import Retention
from bot.model.message import MessageKind
from bot.slack.client import make_client
from bot.slack.digest_upload import DigestUpload
from bot.slack.file_upload import FileUpload
from bot.slack.outbox import Outbox
from bot.slack.posting import Posting
from bot.store.store import Store
from tests.control.test_forgetting import NoEntries
from tests.scenarios.forks import fork_for_each_line


class ClockFrom:
    """Goes on from a moment."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment
        self._began = time.monotonic()

    def now(self) -> datetime:
        """The moment, and what passed since."""
        return self._moment + timedelta(seconds=time.monotonic() - self._began)


def tell_the_week(store: Store, name: str, clock: ClockFrom, slack_url: str) -> None:
    """Owe the digest if its moment has come, and send it."""
    WeeklyDigest(store=store, clock=clock, channel="#ops", zone="UTC").owe_due()
    tls = ssl.create_default_context()
    client = make_client("xoxb-1", api_url=slack_url, tls=tls, patience_s=0)
    posting, files = Posting(client), FileUpload(client=client, tls=tls)
    # What draws other messages is not asked: a digest is all that is owed here.
    nobody = cast("Any", None)
    outbox = Outbox(
        name=name,
        store=store,
        live=nobody,
        posting=posting,
        uploads={MessageKind.DIGEST: DigestUpload(files=files, posting=posting, store=store)},
        errands=nobody,
        clock=clock,
        nudges=Nudges(),
    )
    outbox.send_due()
    outbox._files.shutdown(wait=True)


def forget(store: Store, clock: ClockFrom, folder: Path) -> None:
    """Forget what is too old, bit by bit."""
    logs = RunLog(folder / "runs")
    files = Files(store=store, clock=clock, folder=logs.given_folder())
    keep = timedelta(days=90)
    Retention(store=store, entries=NoEntries(), logs=logs, files=files, clock=clock, keep=keep).sweep()


def one_round(word: str) -> None:
    """What the line asks for, as the bot of that name at that moment."""
    url, folder, slack_url = sys.argv[1:]
    asked = json.loads(word)
    store, clock = Store.open(url), ClockFrom(datetime.fromisoformat(asked["now"]))
    if asked["do"] == "digest":
        tell_the_week(store, asked["name"], clock, slack_url)
    else:
        forget(store, clock, Path(folder))


if __name__ == "__main__":
    fork_for_each_line(one_round)
