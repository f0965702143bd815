"""The weekly digest: what it counts, when it is owed, and that it can be drawn."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from bot.control.digest import WeeklyDigest, newest_monday, week_of
from bot.control.digest_picture import alt_text, draw, title_of, words_of
from bot.model.digest import Digest
from bot.model.plan import Plan, Then
from bot.model.run import RunStatus
from bot.model.timer import TimerKind
from bot.store.store import Store

BERLIN = ZoneInfo("Europe/Berlin")
#: A Monday.
END = datetime(2026, 11, 23, tzinfo=UTC)
START = END - timedelta(days=7)


@dataclass
class Clock:
    """Stands still."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path}/rows.db")
    yield opened
    opened.close()


def ran(
    store: Store,
    job: str,
    ended_at: datetime,
    *,
    took: timedelta = timedelta(minutes=1),
    then: str = "",
    has_inverse: bool = True,
    **values: Any,
) -> int:
    """A run that ended; with *then* it set a timer for that job."""
    next_job = Then(run=then, after="1h") if then else None
    plan = Plan(folder=".", steps=(), scope={}, then=next_job, has_inverse=has_inverse)
    with store.begin() as tx:
        about: dict[str, Any] = {
            "key": f"{job}{ended_at}",
            "stack": "site",
            "job": job,
            "title": job.title(),
            "environment": "eu",
            "inputs": {},
            "plan": plan,
            "status": RunStatus.SUCCEEDED,
            "started_by_id": "U1",
            "started_by": "Ada",
            "cause": "",
            "origin": "slack",
            "lock": None,
            "created_at": ended_at - took,
            "begun_at": ended_at - took,
            "ended_at": ended_at,
            **values,
        }
        run = tx.runs.add(**about)
        if then:
            tx.timers.set(key=f"then {run.number}", kind=TimerKind.START, at=ended_at, run=run.number, stack="site")
    return run.number


def week(store: Store) -> Digest:
    with store.read() as tx:
        return week_of(tx, START, END, ZoneInfo("UTC"))


def test_it_counts_what_ended_in_the_week_by_day_and_kind(store: Store) -> None:
    ran(store, "deploy", START - timedelta(seconds=1))
    ran(store, "deploy", START, took=timedelta(minutes=3))
    ran(store, "deploy", START + timedelta(days=1, hours=1), status=RunStatus.FAILED)
    ran(store, "clear", START + timedelta(days=1, hours=2), status=RunStatus.ABORTED)
    ran(store, "deploy", END)

    digest = week(store)

    assert [(day.succeeded, day.failed, day.aborted) for day in digest.days[:3]] == [(1, 0, 0), (0, 1, 1), (0, 0, 0)]
    assert (digest.runs, digest.success_percent) == (3, 50)
    assert digest.most_used == (("Deploy, eu", 2), ("Clear, eu", 1))
    assert digest.slowest[0] == ("Deploy, eu #2", timedelta(minutes=3))


def test_time_in_maintenance_is_between_a_job_and_the_one_that_ends_it(store: Store) -> None:
    ran(store, "on", START - timedelta(hours=1), then="off")
    ran(store, "off", START + timedelta(hours=2))
    undone = ran(store, "on", START + timedelta(days=2), then="off")
    ran(store, "on", START + timedelta(days=2, hours=1), undo_of=undone)
    ran(store, "on", END - timedelta(minutes=30), then="off")

    ran(store, "copy", START + timedelta(days=3), then="forget", has_inverse=False)

    assert week(store).held == (("On, eu", timedelta(hours=3, minutes=30)),)


def test_a_day_is_a_day_where_the_people_are(store: Store) -> None:
    ran(store, "deploy", datetime(2026, 11, 16, 23, 30, tzinfo=UTC))
    monday = newest_monday(datetime(2026, 11, 23, 12, tzinfo=UTC), BERLIN).replace(hour=0)

    with store.read() as tx:
        digest = week_of(tx, monday - timedelta(days=7), monday, BERLIN)

    assert [day.succeeded for day in digest.days] == [0, 1, 0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("now", "is_owed"),
    [
        (datetime(2026, 11, 23, 7, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 25, 7, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 25, 9, 0, tzinfo=UTC), False),
    ],
    ids=["before nine in Berlin", "at nine", "the bot was down till Wednesday", "too late"],
)
def test_it_is_owed_on_monday_and_made_up_for_within_two_days(store: Store, now: datetime, is_owed: bool) -> None:
    ran(store, "deploy", START + timedelta(days=1))

    owe(store, now)

    with store.read() as tx:
        assert (tx.messages.get("digest:2026-11-23T00:00:00+01:00") is not None) is is_owed


def owe(store: Store, now: datetime, channel: str | None = "#ops") -> None:
    WeeklyDigest(store=store, clock=Clock(now), channel=channel, zone="Europe/Berlin").owe_due()


def test_it_is_owed_once_by_however_many_bots(store: Store) -> None:
    ran(store, "deploy", START + timedelta(days=1))

    for minute in range(5):
        owe(store, END + timedelta(hours=12, minutes=minute))

    with store.begin() as tx:
        [message] = tx.messages.claim(by="me", now=END + timedelta(days=1), lease_s=1, limit=10)
        assert message.wanted == 1


def test_a_week_without_runs_and_a_bot_without_a_channel_owe_nothing(store: Store) -> None:
    owe(store, END + timedelta(hours=12))
    ran(store, "deploy", START + timedelta(days=1))
    owe(store, END + timedelta(hours=12), channel=None)

    with store.begin() as tx:
        assert tx.messages.claim(by="me", now=END + timedelta(days=1), lease_s=1, limit=10) == []


def test_it_is_told_in_words_and_drawn(store: Store) -> None:
    ran(store, "on", START + timedelta(hours=1), then="off", took=timedelta(minutes=2))
    ran(store, "off", START + timedelta(hours=3), status=RunStatus.FAILED)
    digest = week(store)

    assert title_of(digest) == "Week of 16 to 22 November 2026"
    assert words_of(digest)[0] == "2 runs, 50% succeeded, 1 failed"
    assert "Slowest: On, eu #1 (2m), Off, eu #2 (1m)" in alt_text(digest)


def test_no_name_in_the_picture_runs_into_its_bar(store: Store) -> None:
    ran(store, "on", START + timedelta(hours=1), title="Wiederherstellung der Warenwirtschaft aus ihrer Sicherung")

    drawn = draw(week(store))

    assert drawn is not None
    # Between the names and the bars of both lists.
    gap = Image.open(io.BytesIO(drawn)).convert("L").crop((960, 240, 964, 640))
    assert gap.getextrema() == (255, 255)
