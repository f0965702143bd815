"""What channels are told of versions: each once, whatever happens in between, and what people answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.base.errors import NotFound
from bot.model.announce import Mark
from bot.model.message import Message, MessageKind
from bot.model.person import Person
from tests.control.front import Front

STACK = """
stack: web
channel: "#ops"
resources:
  app:
    check: http.versions
    every: 1m
    with: {url: "http://a/", pattern: "x"}
    announce: {channel: "#platform", start: upgrade, form: {version: "{{ app.number }}"}}
jobs:
  upgrade: {form: {version: {type: text}}, steps: [{wait: 1s}]}
"""
ADA = Person(id="U1", name="Ada")


@pytest.fixture
def front(tmp_path: Path, database_url: str | None) -> Iterator[Front]:
    front = Front(tmp_path, STACK, database_url)
    yield front
    front.store.close()


def owed(front: Front) -> list[Message]:
    with front.store.begin() as tx:
        return tx.messages.claim(by="test", now=front.clock.now(), lease_s=0, limit=100)


def told(front: Front) -> list[str]:
    """Number and revision of what is owed: one line for each message."""
    return [f"{one.body['number']} {one.wanted}" for one in owed(front) if one.kind is MessageKind.VERSION]


def test_the_first_check_announces_nothing(front: Front) -> None:
    front.find("1.0", "1.1")

    assert told(front) == []


def test_a_version_is_announced_once_in_its_channel(front: Front) -> None:
    front.find("1.0")
    front.find("1.0", "1.1")
    front.find("1.0", "1.1")

    assert [(one.channel, one.body["number"], one.wanted) for one in owed(front)] == [("#platform", "1.1", 1)]


def test_two_bots_that_find_the_same_version_owe_one_message(front: Front) -> None:
    front.find("1.0")
    result = front.result("1.0", "1.1")

    for control in (front.control, front.another()):
        control.watch.record(result)

    assert told(front) == ["1.1 1"]


@pytest.mark.parametrize("later", [("1.0", "1.1@rebuilt"), ("1.0", "1.1!"), ("1.0",)])
def test_a_version_that_changes_or_goes_is_told_in_the_same_message(front: Front, later: tuple[str, ...]) -> None:
    front.find("1.0")
    front.find("1.0", "1.1")

    front.find(*later)

    assert told(front) == ["1.1 2"]


def test_what_was_there_before_is_not_announced_when_it_changes(front: Front) -> None:
    front.find("1.0@old")

    front.find("1.0@new")

    assert told(front) == []


def test_a_week_of_downtime_announces_what_came_meanwhile_once(front: Front) -> None:
    front.find("1.0")
    front.clock.pass_(days=7)
    front.control = front.another()

    front.find("1.0", "1.1", "1.2")
    front.clock.pass_(days=-3)
    front.find("1.0", "1.1", "1.2")

    assert told(front) == ["1.1 1", "1.2 1"]


def test_how_it_is_told_can_be_edited_without_a_new_baseline(front: Front) -> None:
    front.find("1.0")
    front.edit(STACK.replace("#platform", "#dev"))

    front.find("1.0", "1.1")

    assert [one.channel for one in owed(front)] == ["#dev"]


def test_the_button_fills_the_form_with_the_version(front: Front) -> None:
    front.find("1.0", deployed="1.0")
    front.find("1.0", "1.1", deployed="1.0")

    view = front.control.announcements.view("web", "app", "1.1")

    assert (view.job and view.job.name, view.answers, view.deployed) == ("upgrade", {"version": "1.1"}, "1.0")


def test_a_version_has_no_button_of_a_job_that_has_no_environment_here(front: Front) -> None:
    front.edit(STACK.replace("jobs:", "environments: {eu: {when: vars.is_eu is defined}}\njobs:"))
    front.find("1.0")
    front.find("1.0", "1.1")

    assert front.control.announcements.view("web", "app", "1.1").job is None


def test_a_skipped_version_says_who_skipped_it(front: Front) -> None:
    front.find("1.0")
    front.find("1.0", "1.1")

    front.control.announcements.mark("web", "app", "1.1", Mark.SKIPPED, by=ADA, origin="slack")

    marked = front.control.announcements.view("web", "app", "1.1").marked
    assert (marked and marked.mark, marked and marked.by, told(front)) == (Mark.SKIPPED, "Ada", ["1.1 2"])


def test_a_snoozed_version_is_told_again_a_day_later_below_its_message(front: Front) -> None:
    front.find("1.0")
    front.find("1.0", "1.1")
    front.control.announcements.mark("web", "app", "1.1", Mark.SNOOZED, by=ADA, origin="slack")
    [first] = owed(front)
    with front.store.begin() as tx:
        tx.messages.posted(first.id, revision=first.wanted, channel_id="C1", ts="1.1")

    before = owed(front)
    front.clock.pass_(days=1)

    assert (before, [one.parent for one in owed(front)]) == ([], [first.key])


@pytest.mark.parametrize(("name", "called"), [("Cake 1.1", "Cake 1.1"), ("", "app 1.1")])
def test_a_snoozed_version_is_told_again_by_the_name_that_its_message_has(front: Front, name: str, called: str) -> None:
    front.find("1.0")
    front.find_fields("app", {"number": "1.0"}, {"number": "1.1", "name": name})
    front.control.announcements.mark("web", "app", "1.1", Mark.SNOOZED, by=ADA, origin="slack")
    [first] = owed(front)
    with front.store.begin() as tx:
        tx.messages.posted(first.id, revision=first.wanted, channel_id="C1", ts="1.1")

    front.clock.pass_(days=1)

    assert [one.body["text"] for one in owed(front)] == [f"{called} still waits: Ada put it off until now."]


def test_a_snoozed_version_that_is_deployed_meanwhile_is_not_told_again(front: Front) -> None:
    front.find("1.0")
    front.find("1.0", "1.1")
    for mark in (Mark.SNOOZED, Mark.DEPLOYED):
        front.control.announcements.mark("web", "app", "1.1", mark, by=ADA, origin="slack")
    [first] = owed(front)
    with front.store.begin() as tx:
        tx.messages.posted(first.id, revision=first.wanted, channel_id="C1", ts="1.1")

    front.clock.pass_(days=2)

    assert owed(front) == []


@pytest.mark.parametrize("later", [[], [{"number": "1.1", "is_yanked": True}]])
def test_a_snoozed_version_that_is_withdrawn_meanwhile_does_not_still_wait(
    front: Front, later: list[dict[str, object]]
) -> None:
    front.find("1.0")
    front.find("1.0", "1.1")
    front.control.announcements.mark("web", "app", "1.1", Mark.SNOOZED, by=ADA, origin="slack")
    front.find_fields("app", {"number": "1.0"}, *later)
    [first] = owed(front)
    with front.store.begin() as tx:
        tx.messages.posted(first.id, revision=first.wanted, channel_id="C1", ts="1.1")

    front.clock.pass_(days=2)

    assert owed(front) == []


def test_what_was_said_of_a_version_can_be_taken_back(front: Front) -> None:
    front.find("1.0")
    front.find("1.0", "1.1")
    front.control.announcements.mark("web", "app", "1.1", Mark.SKIPPED, by=ADA, origin="slack")

    front.control.announcements.take_back("web", "app", "1.1", by=ADA, origin="slack")

    assert front.control.announcements.view("web", "app", "1.1").marked is None
    assert told(front) == ["1.1 3"]
    with front.store.read() as tx:
        assert [line.answer for line in tx.audit.recent()] == ["taken back", "skipped"]


def test_nothing_can_be_said_of_a_version_that_was_not_announced(front: Front) -> None:
    front.find("1.0")

    with pytest.raises(NotFound, match="was not announced"):
        front.control.announcements.mark("web", "app", "1.0", Mark.SKIPPED, by=ADA, origin="slack")
