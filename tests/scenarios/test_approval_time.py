"""People have so long for their yes: they can have longer, and the stack says what silence means."""

from datetime import UTC, datetime

import pytest

from tests.scenarios.watched import looked_at, start
from tests.slack import read

STACK = """\
stack: mill
title: Mill
channel: "#ops"
jobs:
  grind:
    title: Grind
    approve: {by: ["@platform"], timeout: 10m}
    steps: [{title: Stones, uses: command.run, with: {argv: ["true"]}}]
  sift:
    title: Sift
    steps:
      - do:
          - {title: Somebody looks, approve: {by: ["@platform"], timeout: 2h, on_timeout: skip}}
          - {title: Shake, uses: command.run, with: {argv: ["true"]}}
      - {title: Sweep, uses: command.run, with: {argv: ["true"]}}
  sack:
    title: Fill sacks
    approve: {by: ["@platform"], timeout: 2h, on_timeout: go_on}
    steps: [{title: Fill, uses: command.run, with: {argv: ["true"]}}]
"""


@pytest.fixture(autouse=True)
def mill(bot, slack):
    """A mill whose work somebody else has to agree to."""
    bot.write("stack.yml", STACK, stack="mill")
    slack.message_with("[Grind]")


def asked(slack, run):
    """The message that asks for the yes of a run."""
    return slack.until(
        lambda: next(
            (one for one in slack.messages() if f"mill #{run.number}" in read(one) and "asks" in read(one)), None
        )
    )


def shown(slack, message):
    return next(read(one) for one in slack.messages() if one["ts"] == message["ts"])


def until(slack, message, part):
    return slack.until(lambda: shown(slack, message) if part in shown(slack, message) else None)


def told(person, part):
    """What only this person is told."""
    return person.until(lambda: next((read(one) for one in person.ephemerals() if part in read(one)), None))


def end_of(text):
    """Until when the message says that it waits."""
    return int(text.partition("It waits <!date^")[2].partition("^")[0])


def test_who_asks_and_who_is_asked_can_give_it_more_time_and_nobody_else(bot, slack):
    run = start(slack, "Grind")
    message = asked(slack, run)
    first = shown(slack, message)
    bea, grace = slack.as_name("bea"), slack.as_name("grace")

    grace.click(message, "Whole preview")
    page = grace.until(lambda: next((one for one in grace.snapshot()["modals"] if "Stones" in read(one)), None))
    grace.close(page)
    assert page["title"]["text"] == "What would happen"
    bea.click(message, "Wait 10m more")
    assert "@platform may." in told(bea, f"You may not approve mill #{run.number}.")
    slack.click(message, "Wait 10m more")

    longer = until(slack, message, "Changed by Ada Lovelace.")
    assert end_of(longer) == end_of(first) + 600
    assert "After that it counts as a no." in longer
    bot.bring(f"wait:{run.number}:0", warn_at=datetime.now(UTC))
    slack.until(lambda: len(slack.messages(thread=message)) == 1)
    grace.click(asked(slack, run), "Wait 10m more")
    assert end_of(until(slack, message, "Changed by Grace Hopper.")) == end_of(first) + 1200
    bot.bring(f"wait:{run.number}:0", warn_at=datetime.now(UTC))
    reminders = slack.until(lambda: found if len(found := slack.messages(thread=message)) == 2 else None)
    lefts = [read(one).partition(", and ")[2].partition(" ")[0] for one in reminders]
    assert lefts == ["19m", "29m"]

    copy = looked_at(grace)

    bot.bring(f"wait:{run.number}:0", at=datetime.now(UTC))
    over = until(slack, message, "Not decided in time: Grind")
    assert "[" not in over
    grace.click(copy, "Wait 10m more")
    assert "Nobody decided in time. That was at" in told(grace, "It is decided already.")
    assert "[Run again]" in run.until("*Failed*")


def test_silence_is_a_yes_or_skips_what_waits_for_it_where_the_stack_says_so(bot, slack):
    sift, sack = start(slack, "Sift"), start(slack, "Fill sacks")
    messages = [asked(slack, run) for run in (sift, sack)]
    questions = [shown(slack, message) for message in messages]

    bot.bring(f"wait:{sift.number}:1.1", at=datetime.now(UTC))
    bot.bring(f"wait:{sack.number}:0", at=datetime.now(UTC))

    skipped = sift.until("*Succeeded*")
    assert "Shake · Nobody decided within" in skipped
    assert "Sweep · done" in skipped
    assert "Fill · done" in sack.until("*Succeeded*")
    for message, title in zip(messages, ("Sift", "Fill sacks"), strict=True):
        assert "[" not in until(slack, message, f"Not decided in time: {title}")
    assert "After that what it guards is skipped." in questions[0]
    assert "After that silence counts as a yes." in questions[1]
