"""Slack says no while the bot is up: a token is revoked, a channel archived, a person gone, calls are too many."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.control.start import StartJob
from bot.model.message import MessageKind
from bot.model.run import RunStatus
from tests.slack_edge.tiny_slack import Fault


@pytest.fixture
def begin(bot):
    """Starts a run of Ada's from #ops."""

    def begin():
        ask = StartJob(
            person=bot.edge._desk.people.of("U0ADA"),
            stack="maintenance",
            job="disable",
            environment="staging",
            inputs={},
            key="the run",
            origin="slack",
            channel="C0OPS",
        )
        bot.door.runs.start(ask)

    return begin


@pytest.fixture
def start(slack, begin):
    """Starts a run of Ada's from #ops; its message."""

    def start():
        begin()
        return slack.until(lambda: slack.message("Maintenance off, staging"))

    return start


def undeliverable(bot) -> list[str]:
    with bot.store.read() as tx:
        return [record.detail for record in tx.audit.recent() if record.answer == "undeliverable"]


# A channel that was archived


def archive(slack) -> None:
    """#ops takes neither edits nor posts any more, in Slack's own words for each."""
    slack.refusals |= {("chat.update", "C0OPS"): "is_inactive", ("chat.postMessage", "C0OPS"): "is_archived"}


def test_a_run_whose_channel_is_archived_goes_on_in_a_message_to_the_person_who_started_it(bot, slack, start):
    start()
    archive(slack)

    bot.door.runs.change(1, status=RunStatus.RUNNING)

    told = slack.until(lambda: slack.message("running", channel="DU0ADA"))
    bot.door.runs.end(1, RunStatus.SUCCEEDED)
    slack.until(lambda: slack.message("succeeded", channel="DU0ADA"))
    assert len(slack.messages["DU0ADA"]) == 1
    assert "Maintenance off" in told["text"]
    assert undeliverable(bot) == []


def test_a_failure_is_told_below_the_message_that_moved(bot, slack, start):
    start()
    archive(slack)

    bot.door.runs.end(1, RunStatus.FAILED)

    moved = slack.until(lambda: slack.message("failed", channel="DU0ADA"))
    assert slack.until(lambda: slack.thread(moved))


def test_a_message_of_nobody_in_an_archived_channel_is_given_up_once_however_often_it_changes(bot, slack):
    def owe(words: str) -> None:
        with bot.store.begin() as tx:
            tx.messages.owe(key="board", kind=MessageKind.FIXED, channel="C0OPS", body={"text": words})
        bot.edge._outbox.wake()

    owe("one")
    slack.until(lambda: slack.message("one"))
    archive(slack)
    for words in ("two", "three", "four"):
        tries = len(slack.called("chat.update"))
        owe(words)
        slack.until(lambda tries=tries: len(slack.called("chat.update")) > tries)
    slack.until(lambda: is_settled(bot))

    assert undeliverable(bot) == ["C0OPS: is_inactive"]


def is_settled(bot) -> bool:
    with bot.store.engine.connect() as connection:
        return not connection.execute(text("SELECT 1 FROM message WHERE sent < wanted AND NOT gave_up")).first()


# A channel in which only some people may post


@pytest.mark.parametrize("error", ["restricted_action", "restricted_action_read_only_channel"])
def test_who_starts_something_where_posting_is_restricted_is_told_so_alone_and_once(bot, slack, begin, error):
    """The run turned up in a direct message, and nothing said why."""
    slack.refusals |= {("chat.postMessage", "C0OPS"): error}

    begin()

    told = slack.until(lambda: slack.message("I may not post", channel="DU0ADA"))
    bot.door.runs.end(1, RunStatus.SUCCEEDED)
    slack.until(lambda: slack.message("succeeded", channel="DU0ADA"))
    assert told["text"] == (
        "I may not post in the channel of maintenance #1: posting there is restricted, so nobody there reads of "
        "maintenance #1. Whoever manages the channel can let me post."
    )
    assert len(slack.messages["DU0ADA"]) == 2
    with bot.store.read() as tx:
        assert tx.messages.undeliverable()["C0OPS"] == error


# A token that was revoked


def test_a_revoked_token_loses_no_message_and_is_called_by_its_name(bot, slack, start):
    start()
    slack.refusals |= {("chat.update", "C0OPS"): "token_revoked"}

    with capture_logs() as said:
        bot.door.runs.end(1, RunStatus.SUCCEEDED)
        slack.until(lambda: "set SLACK_BOT_TOKEN anew, and start again" in str(said))
    slack.refusals.clear()
    bot.clock.pushed = timedelta(minutes=2)

    slack.until(lambda: slack.message("succeeded"))
    assert undeliverable(bot) == []


# A person who left


def test_a_home_whose_person_left_is_left_alone(bot, slack):
    slack.event({"type": "app_home_opened", "user": "U0ADA", "tab": "home"})
    slack.until(lambda: "U0ADA" in slack.homes)
    slack.flags["U0ADA"] = {"deleted": True}
    bot.clock.pushed = timedelta(minutes=11)

    asked = len(slack.called("users.info"))
    with bot.store.begin() as tx:
        tx.events.add(1, "something to show", bot.clock.now())
    with capture_logs() as said:
        for _ in range(3):
            bot.edge._homes.refresh()

    assert [line for line in said if line["event"] == "a home was not published"] == []
    assert len(slack.called("users.info")) == asked + 1


def test_a_message_to_a_person_who_left_is_given_up_with_a_word_and_holds_up_no_other(bot, slack):
    slack.refusals |= {("chat.postMessage", "U0ADA"): "channel_not_found"}
    with bot.store.begin() as tx:
        tx.messages.owe(key="to ada", kind=MessageKind.FIXED, channel="U0ADA", body={"text": "Hello Ada"})
        tx.messages.owe(key="to all", kind=MessageKind.FIXED, channel="C0OPS", body={"text": "Hello all"})
    bot.edge._outbox.wake()

    slack.until(lambda: slack.message("Hello all"))

    assert undeliverable(bot) == ["U0ADA: channel_not_found"]


# A minute without a call


def test_after_a_minute_of_too_many_calls_everything_is_told_once_in_its_newest_state(bot, slack, start):
    start()
    slack.faults.append(Fault("chat.update", "ratelimited", retry_after=60))

    bot.door.runs.change(1, status=RunStatus.RUNNING)
    slack.until(lambda: slack.called("chat.update"))
    bot.door.runs.end(1, RunStatus.SUCCEEDED)
    slack.until(lambda: not slack.faults)
    calls = len(slack.called("chat.update"))
    bot.clock.pushed = timedelta(minutes=1)

    slack.until(lambda: slack.message("succeeded"))
    assert len(slack.called("chat.update")) == calls + 1


def test_a_click_in_such_a_minute_is_answered_when_slack_takes_no_form(bot, slack):
    slack.faults += [Fault("views.open", "ratelimited", retry_after=60)]

    slack.command("maintenance disable")

    answer = slack.until(lambda: slack.private, timeout_s=20)[-1]
    assert "again" in answer["text"]
