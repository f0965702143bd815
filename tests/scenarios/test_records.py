"""The audit and the weekly digest, as they come to a channel."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import requests

from bot.control.digest import WeeklyDigest
from bot.store.store import Store
from tests.scenarios.watched import start
from tests.slack import Slack, read


@dataclass
class Clock:
    """Stands still."""

    at: datetime

    def now(self) -> datetime:
        return self.at


def test_an_admin_gets_the_audit_as_a_file_in_a_thread(bot, slack):
    bot.go(1)
    start(slack, "Go slowly").until("*Succeeded*")

    slack.command("audit target=demo/*")

    head = slack.message_with("The audit, for Ada Lovelace: records on demo/*.")
    assert " records fit." in read(head)
    [reply] = slack.until(lambda: slack.messages(thread=head))
    content = requests.get(reply["files"][0]["url_private"], timeout=10)
    records = [json.loads(line) for line in content.text.splitlines()]
    assert [(one["verb"], one["answer"]) for one in records] == [("start", "allowed"), ("run", "succeeded")]


def test_who_is_no_admin_gets_a_no_which_is_recorded(bot, slack):
    rules = bot.stacks / "access.yml"
    rules.write_text("- {who: everyone, may: run}\n")
    bot.edit("title: Go slowly", "title: Go slower")
    try:
        # Both files are read together.
        slack.message_with("[Go slower]")

        slack.command("audit")

        slack.until(lambda: any("You may not administer everything." in read(one) for one in slack.ephemerals()))
        denied = bot.json("audit", "--limit", "1")[0]
        assert (denied["verb"], denied["answer"], denied["person"]) == ("admin", "denied", "Ada Lovelace")
    finally:
        rules.unlink()
        bot.edit("title: Go slower", "title: Go slowly")


def test_the_week_comes_with_a_picture_and_words_for_those_who_do_not_see_it(asleep):
    bot = asleep
    bot.start()
    slack = Slack(bot.url)
    bot.go(1)
    start(slack, "Go slowly").until("*Succeeded*")
    bot.stop()
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    store = Store.open(f"sqlite:///{bot.data}/stackhand.db")
    with store.begin() as tx:
        tx.runs.change(1, ended_at=monday - timedelta(days=2))
    # Two front ends look at the clock.
    for minutes in (0, 1):
        clock = Clock(monday + timedelta(hours=9, minutes=minutes))
        WeeklyDigest(store=store, clock=clock, channel="#ops", zone="UTC").owe_due()
    store.close()

    bot.start()

    slack = Slack(bot.url)
    message = slack.message_with("*Week of 16 to 22 November 2026*", timeout_s=60)
    assert "1 run, 100% succeeded" in message["text"]
    assert message["files"][0]["name"] == "digest-2026-11-23.png"
    assert "Most used: Go slowly (1)" in slack.calls("files.getUploadURLExternal")[-1]["alt_txt"]
    assert len([one for one in slack.messages() if "Week of" in read(one)]) == 1
