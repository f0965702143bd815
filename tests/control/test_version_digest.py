"""Channels that are told of all new versions at once: once for each day or week, and not of nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.control.watchers.version_digest import VersionDigests, newest_end
from bot.model.announce import Every
from bot.model.message import MessageKind
from bot.slack.views.versions_message import versions_blocks
from tests.control.front import Front
from tests.slack import read

STACK = """
stack: web
channel: "#ops"
resources:
  app: {check: http.versions, with: {url: "http://a/", pattern: x}, announce: {digest: weekly}}
  base: {check: http.versions, with: {url: "http://b/", pattern: x}, announce: {digest: weekly}}
jobs:
  a: {steps: [{wait: 1s}]}
"""
BY_ID = "pattern: x}, announce: {channel: C0OPS, digest: weekly}}\njobs"
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def front(tmp_path: Path, database_url: str | None) -> Iterator[Front]:
    front = Front(tmp_path, STACK, database_url)
    yield front
    front.store.close()


def owe_due(front: Front) -> None:
    VersionDigests(store=front.store, catalog=front.catalog, clock=front.clock, zone="UTC").owe_due()


def told(front: Front) -> list[str]:
    """What the channel is told."""
    with front.store.begin() as tx:
        owed = tx.messages.claim(by="test", now=front.clock.now(), lease_s=0, limit=100)
    digests = [message.body for message in owed if message.kind is MessageKind.VERSIONS]
    return [read({"blocks": versions_blocks(body)}) for body in digests]


def test_all_versions_of_a_week_are_told_in_one_message_once(front: Front) -> None:
    for resource in ("app", "base"):
        front.find("1.0", resource=resource)
        front.find("1.0", "1.1", resource=resource)
    front.find("1.0", "1.1", "1.2")
    owe_due(front)
    assert told(front) == []
    front.clock.pass_(days=7)

    owe_due(front)
    owe_due(front)

    assert told(front) == ["New versions of the last week\n• *app*: 1.2, 1.1\n• *base*: 1.1"]


def test_a_week_without_news_is_told_nothing(front: Front) -> None:
    front.find("1.0")
    front.clock.pass_(days=7)
    owe_due(front)

    assert told(front) == []


def test_what_was_told_is_not_told_the_week_after(front: Front) -> None:
    front.find("1.0")
    front.find("1.0", "1.1")
    for _ in range(2):
        front.clock.pass_(days=7)
        owe_due(front)

    assert len(told(front)) == 1


def test_what_is_written_down_just_after_the_digest_is_told_in_the_next_one(front: Front) -> None:
    front.find("1.0")
    front.find("1.0", "1.1")
    nine = front.clock.moment = newest_end(front.clock.now(), Every.WEEKLY, ZoneInfo("UTC")) + timedelta(days=7)
    owe_due(front)
    # Found a moment before, while the database was busy.
    front.clock.pass_(seconds=-1)
    front.find("1.0", "1.1", "1.2")
    front.clock.moment = nine + timedelta(days=7)

    owe_due(front)

    assert told(front) == [f"New versions of the last week\n• *app*: {number}" for number in ("1.1", "1.2")]


def test_what_another_stack_calls_by_the_same_name_and_number_is_told_too(front: Front) -> None:
    (front.folder / "shop").mkdir()
    (front.folder / "shop" / "stack.yml").write_text(STACK.replace("stack: web", "stack: shop"))
    assert front.catalog.refresh()
    front.control.watch.keep()
    for stack in ("web", "shop"):
        for numbers in (("1.0",), ("1.0", "1.1")):
            front.control.watch.record(replace(front.result(*numbers), watcher=f"{stack}/app"))
        front.clock.pass_(days=7)
        owe_due(front)

    assert told(front) == ["New versions of the last week\n• *app*: 1.1"] * 2


def test_a_channel_that_is_written_by_its_name_and_by_its_id_gets_one_digest(front: Front) -> None:
    front.edit(STACK.replace("pattern: x}, announce: {digest: weekly}}\njobs", BY_ID))
    with front.store.begin() as tx:
        tx.messages.owe(key="hello", kind=MessageKind.FIXED, channel="#ops")
        hello = tx.messages.get("hello")
        assert hello
        tx.messages.posted(hello.id, revision=1, channel_id="C0OPS", ts="1.1")
    for numbers in (("1.0",), ("1.0", "1.1"), ("1.0", "1.1", "1.2")):
        front.find(*numbers)
        front.find(*numbers, resource="base")
        front.clock.pass_(days=7)
        owe_due(front)

    week = "New versions of the last week\n• *app*: {0}\n• *base*: {0}"
    assert told(front) == [week.format("1.1"), week.format("1.2")]


def test_after_weeks_of_downtime_what_was_found_before_is_told(front: Front) -> None:
    front.find("1.0")
    front.find("1.0", "1.1")
    front.clock.pass_(days=21)

    owe_due(front)

    assert told(front) == ["New versions of the last week\n• *app*: 1.1"]


def test_what_was_told_by_itself_is_in_no_digest(front: Front) -> None:
    front.edit(STACK.replace("{digest: weekly}", "{}"))
    front.find("1.0")
    front.find("1.0", "1.1")
    front.edit(STACK)
    front.clock.pass_(days=7)

    owe_due(front)

    assert told(front) == []


@pytest.mark.parametrize(
    ("now", "every", "end"),
    [
        ("2026-03-02T12:00", Every.WEEKLY, "2026-03-02T08:00"),
        ("2026-03-02T07:59", Every.DAILY, "2026-03-01T08:00"),
        # The clocks change on the 29th: nine is an hour sooner for the world.
        ("2026-03-29T12:00", Every.DAILY, "2026-03-29T07:00"),
        ("2026-03-30T06:59", Every.WEEKLY, "2026-03-23T08:00"),
    ],
)
def test_it_is_told_at_nine_where_the_people_are(now: str, every: Every, end: str) -> None:
    found = newest_end(datetime.fromisoformat(now).replace(tzinfo=UTC), every, BERLIN)

    assert f"{found.astimezone(UTC):%Y-%m-%dT%H:%M}" == end
