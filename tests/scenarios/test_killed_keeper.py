"""A bot that is killed in the middle of its housekeeping, and two that do it at once on one database.

The digest is told once each week, what must stay stays, and what is left is done by the next round.
"""

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.model.file import GivenFile
from bot.model.message import MessageKind
from bot.model.plan import Plan
from bot.model.run import RunStatus
from bot.model.timer import TimerKind
from bot.store.store import Store, Transaction
from tests.fakes.postgres import postgres_database
from tests.scenarios.forks import Forks, forks
from tests.slack_edge.tiny_slack import Fault, TinySlack

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
WEEK = timedelta(weeks=1)
#: A file that was on its way when the bot was killed is tried again after ten minutes.
LATER = timedelta(minutes=11)
LONG_AGO = NINE - timedelta(days=120)
KILLS = 15
OLD_RUNS = 40
ABOUT_A_RUN = ("step", "event", "message", "timer", "file_use")


@dataclass
class Lab:
    """Rows, a folder, a small Slack, and bots that come up for one round each."""

    store: Store
    folder: Path
    slack: TinySlack
    bots: dict[str, Forks]

    def round(self, do: str, now: datetime, *, kill_after_s: float | None = None) -> int:
        """Let one bot do this; returns how it ended."""
        return self.bots["a"].work(self._word("a", do, now), kill_after_s=kill_after_s)

    def race(self, do: str, now: datetime) -> list[int]:
        """Let all bots do this at once; returns how they ended."""
        for name, bot in self.bots.items():
            bot.begin(self._word(name, do, now))
        return [bot.end() for bot in self.bots.values()]

    def length_s(self, do: str, now: datetime) -> float:
        """How long a round takes that nobody interrupts."""
        began = time.monotonic()
        assert self.round(do, now) == 0
        return time.monotonic() - began

    def _word(self, name: str, do: str, now: datetime) -> str:
        return json.dumps({"name": name, "do": do, "now": now.isoformat()})


@contextmanager
def lab(folder: Path, url: str, *names: str) -> Iterator[Lab]:
    store, slack = Store.open(url), TinySlack()
    slack.start()
    with ExitStack() as ends:
        ends.callback(store.close)
        ends.callback(slack.stop)
        bots = [ends.enter_context(forks("tests.scenarios.keeper", url, str(folder), slack.api_url)) for _ in names]
        yield Lab(store, folder, slack, dict(zip(names, bots, strict=True)))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.full)])
def killed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lab]:
    """One bot, on each kind of database."""
    with ExitStack() as ends:
        is_server = request.param == "postgresql"
        url = ends.enter_context(postgres_database()) if is_server else f"sqlite:///{tmp_path}/rows.db"
        yield ends.enter_context(lab(tmp_path, url, "a"))


@pytest.fixture
def racing(tmp_path: Path) -> Iterator[Lab]:
    """Two bots on one PostgreSQL."""
    with postgres_database() as url, lab(tmp_path, url, "a", "b") as both:
        yield both


# The digest


def weeks(slack: TinySlack) -> Counter[str]:
    """The first line of everything that was said in #ops."""
    return Counter(str(one["text"]).splitlines()[0] for one in slack.messages["C0OPS"].values())


def no_files(slack: TinySlack) -> None:
    slack.faults += [Fault("files.getUploadURLExternal", "error", error="missing_scope") for _ in range(10 * KILLS)]


def run_in_each_week(store: Store, count: int) -> None:
    with store.begin() as tx:
        for week in range(count):
            ended(tx, f"week {week}", NINE + week * WEEK - timedelta(days=3))


@pytest.mark.parametrize("may_upload", [True, False], ids=["with its picture", "in words alone"])
def test_the_week_is_told_once_though_the_bot_is_killed_at_any_moment_of_it(killed: Lab, may_upload: bool) -> None:
    moments = random.Random(20260101)
    run_in_each_week(killed.store, KILLS + 2)
    if not may_upload:
        no_files(killed.slack)
    killed.length_s("digest", NINE)
    length_s = killed.length_s("digest", NINE + WEEK)

    deaths = 0
    for week in range(2, KILLS + 2):
        now = NINE + week * WEEK
        deaths += killed.round("digest", now, kill_after_s=moments.uniform(0, length_s)) == -signal.SIGKILL
        assert killed.round("digest", now + LATER) == 0

    told = weeks(killed.slack)
    assert (len(told), set(told.values())) == (KILLS + 2, {1})
    assert deaths, "every round was over before its kill"


def test_a_week_in_words_alone_whose_answer_got_lost_is_told_once(killed: Lab) -> None:
    run_in_each_week(killed.store, 1)
    no_files(killed.slack)
    killed.slack.faults.append(Fault("chat.postMessage", "reset_after"))

    killed.round("digest", NINE)
    killed.round("digest", NINE + LATER)

    assert list(weeks(killed.slack).values()) == [1]


def test_a_week_whose_answer_got_lost_is_told_once_also_in_a_channel_where_much_is_said(killed: Lab) -> None:
    """It was looked for among the newest 200 messages alone."""
    run_in_each_week(killed.store, 1)
    killed.slack.faults.append(Fault("files.completeUploadExternal", "reset_after"))

    killed.round("digest", NINE)
    said = killed.slack.messages["C0OPS"]
    said.update({f"9999999999.{number}": {"text": f"Chat {number}", "ts": ""} for number in range(250)})
    killed.round("digest", NINE + LATER)

    assert [count for words, count in weeks(killed.slack).items() if not words.startswith("Chat")] == [1]


@pytest.mark.full
def test_two_bots_tell_each_week_once(racing: Lab) -> None:
    run_in_each_week(racing.store, 8)

    for week in range(8):
        assert racing.race("digest", NINE + week * WEEK) == [0, 0]

    told = weeks(racing.slack)
    assert (len(told), set(told.values())) == (8, {1})


# Forgetting


def ended(tx: Transaction, key: str, at: datetime) -> int:
    """A run that ended then; its number."""
    about: dict[str, Any] = {
        "key": key,
        "stack": "shop",
        "job": "deploy",
        "title": "Deploy",
        "environment": None,
        "inputs": {},
        "plan": Plan(folder=".", steps=(), scope={}),
        "status": RunStatus.SUCCEEDED,
        "started_by_id": "U1",
        "started_by": "Ada",
        "cause": "",
        "origin": "slack",
        "lock": None,
        "created_at": at,
        "ended_at": at,
    }
    return tx.runs.add(**about).number


def live_through(lab: Lab, key: str, at: datetime, *, is_promised: bool = False) -> int:
    """A run with a row of each kind, a log, and a file that was given to it; *is_promised*: something follows it."""
    with lab.store.begin() as tx:
        number = ended(tx, key, at)
        tx.steps.add(run=number, id="1", position=1, title="Do it", uses=None)
        tx.events.add(number, "began", at)
        tx.messages.owe(key=f"run:{number}", kind=MessageKind.RUN, channel="#ops", run=number)
        timer = tx.timers.set(key=f"then {number}", kind=TimerKind.START, at=at, run=number, stack="shop")
        if not is_promised:
            tx.timers.cancel_key(timer.key, by="")
        file = GivenFile(ref=f"ref-{key}", person="U1", source="F1", name="may.csv", size=1, sha256="")
        tx.files.add(file, at=at)
        tx.files.use([file.ref], run=number)
    content, log = lab.folder / "runs" / "given" / f"ref-{key}.csv", lab.folder / "runs" / str(number) / "1.log"
    for path in (content, log):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("1")
        for one in (path, path.parent):
            os.utime(one, (at.timestamp(), at.timestamp()))
    return number


def is_whole(lab: Lab, number: int, key: str) -> bool:
    """Is everything about a run there?"""
    with lab.store.read() as tx:
        rows = [count(tx, f"{table} WHERE run = {number}") for table in ABOUT_A_RUN]
    given, log = lab.folder / "runs" / "given" / f"ref-{key}.csv", lab.folder / "runs" / str(number) / "1.log"
    return min(rows) == 1 and given.exists() and log.exists()


def left_alone(lab: Lab) -> dict[str, int]:
    """How many rows there are about runs that are gone."""
    with lab.store.read() as tx:
        gone = {table: count(tx, f"{table} WHERE run NOT IN (SELECT number FROM run)") for table in ABOUT_A_RUN}
    return {table: found for table, found in gone.items() if found}


def count(tx: Transaction, rows: str) -> int:
    return int(tx.session.execute(text(f"SELECT count(*) FROM {rows}")).scalar_one())


def grow_old(lab: Lab, name: str) -> Callable[[], None]:
    """Many runs of long ago, among them what must stay; returns what looks whether it stayed."""
    for number in range(OLD_RUNS):
        live_through(lab, f"{name}-{number}", LONG_AGO)
    stays = {
        key: live_through(lab, key, at, is_promised=is_promised)
        for key, at, is_promised in (
            (f"{name}-promised", LONG_AGO, True),
            (f"{name}-young", NINE - timedelta(days=80), False),
        )
    }

    def look() -> None:
        assert [key for key, number in stays.items() if not is_whole(lab, number, key)] == []
        assert left_alone(lab) == {}

    return look


def test_what_must_stay_stays_though_the_bot_is_killed_at_any_moment_of_forgetting(killed: Lab) -> None:
    moments = random.Random(20260101)
    looks = [grow_old(killed, "first")]
    length_s = killed.length_s("forget", NINE)

    deaths = 0
    for kill in range(KILLS):
        looks.append(grow_old(killed, f"kill{kill}"))
        deaths += killed.round("forget", NINE, kill_after_s=moments.uniform(0, length_s)) == -signal.SIGKILL
        for look in looks:
            look()
    # A folder that is forgotten here was touched when its log was.
    assert killed.round("forget", NINE) == 0

    assert left(killed) == 2 * len(looks)
    assert deaths, "every round was over before its kill"


@pytest.mark.full
def test_two_bots_that_forget_at_once_forget_all_that_is_old_and_nothing_else(racing: Lab) -> None:
    looks = []
    for number in range(6):
        looks.append(grow_old(racing, f"race{number}"))
        assert racing.race("forget", NINE) == [0, 0]
        for look in looks:
            look()
    racing.round("forget", NINE)

    assert left(racing) == 2 * len(looks)


def left(lab: Lab) -> int:
    """How many runs there are; of just these there are folders and given files."""
    with lab.store.read() as tx:
        numbers = tx.runs.numbers()
    folders = {int(one.name) for one in (lab.folder / "runs").iterdir() if one.name.isdecimal()}
    assert folders == numbers
    assert len(list((lab.folder / "runs" / "given").iterdir())) == len(numbers)
    return len(numbers)
