"""Channels are told of runs by the rules of their stack; a reply in a thread is never told to the whole channel."""

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.model.message import MessageKind
from bot.store.store import Store
from bot.store.tables import MessageRow
from tests.scenarios.watched import start
from tests.slack import read

STACK = """\
stack: bell
title: Bell
channel: "#ops"
notify:
  - {channel: "#general", on: [failure, recovery], mention: [starter]}
  - {on: [failure], mention: [starter, "@support"]}
  - {channel: "#general", on: [start], environments: [far]}
  - {channel: "#general", on: [finish], environments: [night], quiet: {from: "00:00", until: "23:59"}}
environments: {near: {}, far: {}, night: {}}
jobs:
  ring:
    title: Ring
    steps:
      - {title: Pull, uses: command.run, with: {argv: [test, -e, there]}}
"""


@pytest.fixture(autouse=True)
def bell(bot, slack):
    """A stack that works once its file is there."""
    bot.write("stack.yml", STACK, stack="bell")
    slack.message_with("[Ring]")
    (bot.stacks / "bell" / "there").unlink(missing_ok=True)
    return lambda: bot.write("there", "", stack="bell")


def ring(slack, where):
    return start(slack, "Ring", {"Environment": where})


def thread(slack, run):
    return slack.messages(thread=run.message)


def let_the_night_end(bot):
    """What waits for the end of quiet hours waits no more."""
    store = Store.open(f"sqlite:///{bot.data}/stackhand.db")
    with store.begin() as tx:
        held_back = col(MessageRow.kind) == MessageKind.QUIET
        tx.session.execute(update(MessageRow).where(held_back).values(not_before=None))
    store.close()


def lines(slack):
    return [read(one) for one in slack.messages("#general") if "Ring" in read(one)]


def test_a_failure_is_told_elsewhere_and_in_its_thread_and_the_first_success_after_it_elsewhere(slack, bell):
    failed = ring(slack, "near")
    failed.until("*Failed*")
    line = slack.message_with("*Ring, near* failed after", channel="#general")
    assert f"<@{slack.id}>" in read(line)
    assert "[Show]" in read(line)
    slack.until(lambda: len(thread(slack, failed)) == 2)
    called = [read(one) for one in thread(slack, failed) if f"<@{slack.id}>" in read(one)]
    assert len(called) == 1, "one failure calls once"
    assert "*Ring, near* failed after" in called[0]
    assert "<!subteam^S0SUPPORT>" in called[0], "and so are those on call"
    assert not any(call.get("reply_broadcast") for call in slack.calls("chat.postMessage"))
    before = len(lines(slack))

    bell()
    ring(slack, "near").until("*Succeeded*")
    slack.message_with("*Ring, near* works again: succeeded in", channel="#general")
    ring(slack, "near").until("*Succeeded*")
    # What comes later, came later: nothing was told in between.
    ring(slack, "far").until("*Succeeded*")
    slack.message_with("*Ring, far* has begun", channel="#general")

    assert len(lines(slack)) == before + 2


def test_what_is_not_urgent_waits_for_the_end_of_quiet_hours(bot, slack, bell):
    bell()
    ring(slack, "night").until("*Succeeded*")
    ring(slack, "far").until("*Succeeded*")
    slack.message_with("*Ring, far* has begun", channel="#general")

    assert not any("night" in line for line in lines(slack))
    let_the_night_end(bot)
    assert "✓ Ring, night (#" in read(slack.message_with("While it was quiet", channel="#general"))
