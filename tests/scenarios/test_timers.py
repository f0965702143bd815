"""What was promised for later happens by itself, once, unless somebody says otherwise: also when the bot dies."""

from datetime import UTC, datetime

import pytest

from tests.scenarios.watched import runs, start
from tests.slack import read

STACK = """\
stack: lamp
title: Lamp
channel: "#ops"
jobs:
  light:
    title: Light on
    form:
      seconds: {type: integer, label: Seconds}
    steps:
      - {title: Light, uses: command.run, with: {argv: [sh, -c, "echo on {{ run.number }} >> lamp"]}}
    then: {run: dark, after: "{{ form.seconds }}s", warn: 5m}
  dark:
    title: Light off
    steps:
      - {title: Darken, uses: command.run, with: {argv: [sh, -c, "echo off >> lamp"]}}
  warm:
    title: Warm it up
    steps: [{title: Let it glow, wait: 1h}]
"""
#: Later than any test ends.
LATE = 250


@pytest.fixture(autouse=True)
def lamp(bot, slack):
    """A stack with a lamp that goes off by itself."""
    bot.write("stack.yml", STACK, stack="lamp")
    slack.message_with("[Light on]")
    file = bot.stacks / "lamp" / "lamp"
    file.unlink(missing_ok=True)
    return lambda: file.read_text().split() if file.exists() else []


def lit(slack, seconds):
    """Switch the lamp on; returns the run and the warning that follows it."""
    known = {one["ts"] for one in slack.messages()}
    run = start(slack, "Light on", {"Seconds": seconds})
    run.until("*Succeeded*")
    warning = slack.until(
        lambda: next(
            (one for one in slack.messages() if one["ts"] not in known and "[Extend 30 min]" in read(one)), None
        )
    )
    return run, warning


def shown(slack, message):
    """What a message says now."""
    return next(read(one) for one in slack.messages() if one["ts"] == message["ts"])


def test_the_warning_says_when_and_its_buttons_move_or_end_it(slack, lamp):
    run, warning = lit(slack, LATE)
    moment = shown(slack, warning)
    assert "*Light off* <!date" in moment
    assert "[Light off now]" in moment
    slack.shortcut("about_run", channel="#ops", ts=warning["ts"])
    about = slack.until(lambda: next((m for m in slack.snapshot()["modals"] if "[Run again]" in read(m)), None))
    assert f"lamp #{run.number} ·" in read(about), "the run that set the moment"
    slack.close(about)

    slack.click(warning, "Extend 30 min")

    slack.until(lambda: shown(slack, warning) != moment)
    assert "Changed by Ada Lovelace." in shown(slack, warning)
    assert lamp() == ["on", str(run.number)]
    slack.click(next(one for one in slack.messages() if one["ts"] == warning["ts"]), "Light off now")
    off = slack.until(lambda: next((one for one in runs(slack) if one.number > run.number), None))
    off.until("*Succeeded*")
    assert f"by Ada Lovelace · before its time, after run #{run.number}" in off.text
    assert lamp() == ["on", str(run.number), "off"]
    slack.until(lambda: "[" not in shown(slack, warning))


def test_the_moment_comes_once_by_itself(slack, lamp):
    run, warning = lit(slack, 3)

    slack.until(lambda: "off" in lamp())

    off = slack.until(lambda: next((one for one in runs(slack) if one.number > run.number), None))
    assert f"after Light on (#{run.number}) by Ada Lovelace" in off.until("*Succeeded*")
    slack.until(lambda: "it was started" in shown(slack, warning))
    assert lamp() == ["on", str(run.number), "off"]


def test_a_moment_that_comes_while_the_bot_is_dead_is_made_up_for_once(bot, slack, lamp):
    run, _ = lit(slack, 3)

    bot.kill()
    bot.start()

    off = slack.until(lambda: next((one for one in runs(slack) if one.number > run.number), None))
    off.until("*Succeeded*")
    bot.restart()
    slack.message_with("[Light on]")
    assert lamp() == ["on", str(run.number), "off"]
    assert [one.number for one in runs(slack) if one.number > run.number] == [off.number]


def test_a_pause_says_that_it_ends_and_is_kept(bot, slack, lamp):
    slack.command("pause lamp for 2h because A new bulb")
    slack.message_with("Ada Lovelace paused Lamp")

    bot.bring("pause:lamp", warn_at=datetime.now(UTC))
    warning = slack.message_with("The pause of *Lamp* <!date")
    assert all(f"[{label}]" in read(warning) for label in ("Extend 30 min", "End it now", "Keep it paused"))
    slack.click(warning, "Keep it paused")

    slack.until(lambda: "cancelled by Ada Lovelace, the pause stays until somebody" in shown(slack, warning))
    waiting = start(slack, "Light on", {"Seconds": LATE})
    waiting.until("A new bulb")
    slack.command("unpause lamp")
    waiting.until("*Succeeded*")


def test_who_cancels_it_is_believed(slack, lamp):
    run, warning = lit(slack, LATE)

    slack.click(warning, "Cancel")

    slack.until(lambda: "cancelled by Ada Lovelace" in shown(slack, warning))
    assert lamp() == ["on", str(run.number)]


def test_a_step_that_waits_is_let_go_on_in_the_message_of_its_run(slack):
    run = start(slack, "Warm it up")
    text = run.until("[Go on now]")

    run.click("Extend 30 min")
    run.until("Changed by Ada Lovelace.")
    run.click("Go on now")

    assert "*Let it glow* <!date" in text
    assert "[Go on now]" not in run.until("*Succeeded*")
