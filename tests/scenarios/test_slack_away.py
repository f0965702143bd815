"""Slack is away, slow, or says no: the work goes on, and the message catches up and stands there once."""

from collections.abc import Iterator

import pytest

from bot.sandbox.sandbox import Sandbox
from tests.scenarios.conftest import ROOT, Bot
from tests.scenarios.watched import filled, runs, start
from tests.slack import Slack

ALL = ["begins first", "ends first", "begins second", "ends second"]


class Workspace:
    """A Slack workspace apart from the bot, as the real one is, that can go away and come back as it was."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._sandbox = Sandbox(manifest=ROOT / "manifest.yml", data=bot.folder)
        self._sandbox.start()
        self.url = self._sandbox.url

    @property
    def environ(self) -> dict[str, str]:
        """The settings of a bot that is a member of it."""
        return {
            "SLACK_BOT_TOKEN": self._sandbox.bot_token,
            "SLACK_APP_TOKEN": self._sandbox.app_token,
            "SLACK_API_URL": self._sandbox.api_url,
            "NO_PROXY": "127.0.0.1",
        }

    def go_away(self) -> None:
        """Nothing answers any more."""
        self._sandbox.stop()

    def come_back(self) -> None:
        """At the same address, with everything that was said."""
        port = int(self.url.rstrip("/").rpartition(":")[2])
        self._sandbox = Sandbox(manifest=ROOT / "manifest.yml", data=self._bot.folder, port=port)
        self._sandbox.start()


@pytest.fixture
def workspace(asleep: Bot) -> Iterator[Workspace]:
    workspace = Workspace(asleep)
    yield workspace
    asleep.kill()
    workspace.go_away()


@pytest.fixture
def archived(bot, slack):
    """A run of Ada's in a channel that was archived while it went on."""
    slack.post("channels", name="old", members=["U0ADA"])
    slack.command("demo slowly", channel="#old")
    slack.submit(filled(slack))
    run = slack.until(lambda: next(iter(runs(slack, "#old")), None))
    run.until("First* · running")
    slack.post("channels", name="old", is_archived=True)
    return run


def test_a_run_whose_channel_is_archived_is_told_to_the_person_who_started_it(archived, bot, slack):
    bot.go(archived.number)

    moved = slack.until(lambda: next((one for one in runs(slack, "bot") if one.number == archived.number), None))
    moved.until("*Succeeded*")
    assert bot.done(archived.number) == ALL


@pytest.mark.parametrize("token", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
def test_a_refused_token_is_one_sentence(asleep, workspace, token):
    broken = workspace.environ[token] + "x"

    process = asleep.call(**workspace.environ | {token: broken})

    assert (process.communicate(timeout=30)[0], process.returncode) == ("", 2)
    assert asleep.said.count("\n") == 1
    assert asleep.said.startswith("Slack refused the ")
    assert broken not in asleep.said


def test_a_run_goes_on_without_slack_and_its_message_catches_up(asleep, workspace):
    asleep.start(**workspace.environ)
    slack = Slack(workspace.url)
    slack.command("board demo")
    run = start(slack, "Go slowly")
    run.until("First* · running")

    workspace.go_away()
    asleep.go(run.number)
    slack.until(lambda: asleep.json("show", "1")["status"] == "succeeded")
    workspace.come_back()

    run.until("*Succeeded*")
    assert asleep.done(run.number) == ALL
    assert [one.ts for one in runs(slack)] == [run.ts]
    # Clicks arrive again, too.
    slack.until(lambda: slack.get("app")["connected"])
    asleep.go(start(slack, "Go slowly").number)


def test_while_slack_takes_no_edits_the_run_goes_on(bot, slack):
    run = start(slack, "Go slowly")
    run.until("First* · running")

    slack.fault("socket", "drop", times=2)
    slack.fault("chat.update", "reset_before")
    slack.fault("chat.update", "ratelimited")
    slack.fault("chat.update", "error", error="service_unavailable")
    slack.fault("chat.update", "delay")
    bot.go(run.number)

    run.until("*Succeeded*")
    assert not [fault for fault in slack.get("faults") if fault["on"] == "chat.update"]
    assert bot.done(run.number) == ALL
    assert [one.ts for one in runs(slack) if one.number == run.number] == [run.ts]


@pytest.mark.parametrize("do", ["reset_after", "reset_before"])
def test_a_post_without_an_answer_is_not_posted_twice(bot, slack, do):
    slack.fault("chat.postMessage", do)

    run = start(slack, "Go slowly")

    bot.go(run.number)
    run.until("*Succeeded*")
    assert not slack.get("faults")
    assert [one.ts for one in runs(slack) if one.number == run.number] == [run.ts]
