"""The App Home: opened once, it shows what happens while one looks at it."""

import pytest

from tests.scenarios.watched import filled, runs, start
from tests.slack import read

STACK = """\
stack: train
title: Train
channel: "#ops"
jobs:
  leave:
    title: Leave
    steps: [{uses: command.run, with: {argv: [sh, -c, "until test -e gone; do sleep 0.05; done"]}}]
    then: {run: arrive, after: 4h}
  arrive:
    title: Arrive
    steps: [{uses: command.run, with: {argv: ["true"]}}]
  wash:
    title: Wash
    lock: depot
    approve: {by: [everyone]}
    triggers: [{cron: "0 3 * * *"}]
    steps: [{uses: command.run, with: {argv: ["true"]}}]
"""


@pytest.fixture(autouse=True)
def train(bot, slack):
    """A stack whose run takes until a test lets it end."""
    bot.write("stack.yml", STACK, stack="train")
    slack.message_with("[Leave]")


def home(person, part):
    """What the home says once *part* is in it."""
    return person.until(lambda: next((read(one) for one in [person.home()] if part in read(one)), None))


def between(text, first, last):
    return text.partition(first)[2].partition(last)[0]


def test_the_home_keeps_itself_fresh(bot, slack):
    slack.open_home()
    assert "Not over yet" not in home(slack, "Run a job")

    grace = slack.as_name("grace")
    grace.open_home()
    run = start(grace, "Leave")

    assert "*Leave*" in between(home(slack, "Not over yet"), "Not over yet", "Run a job")
    assert "*Leave*" in between(home(grace, "Your runs now"), "Your runs now", "Run a job")
    bot.write("gone", "", stack="train")
    run.until("*Succeeded*")
    over = home(slack, "*Arrive* <!date")
    assert "Not over yet" not in home(slack, "*Leave*: succeeded")
    assert "*Arrive* <!date" in between(over, "Next", "Lately")


def opens_card(slack, stack):
    """Click About; not done when the home was drawn anew in between."""
    shown = slack.home()
    card = next(one for one in shown["blocks"] if stack in read({"blocks": [one]}))
    try:
        slack.click(shown, card["accessory"]["action_id"])
    except AssertionError:
        return False
    return True


def test_a_star_shows_at_home_at_once(slack):
    slack.open_home()
    home(slack, "[About]")
    slack.until(lambda: opens_card(slack, "*Train*"))
    modal = slack.until(lambda: next((one for one in slack.snapshot()["modals"] if "[Arrive]" in read(one)), None))
    star = next(one for one in modal["blocks"] if "[Arrive]" in read({"blocks": [one]}))["elements"][1]
    slack.click(modal, star["action_id"])

    assert "[Arrive]" in between(home(slack, "★ Your favourites"), "★ Your favourites", "*Train*")


def test_a_home_is_fresh_again_after_the_bot_was_killed(bot, slack):
    slack.open_home()
    home(slack, "Run a job")

    bot.restart()
    known = len(runs(slack))
    slack.command("train arrive")
    slack.submit(filled(slack))

    slack.until(lambda: runs(slack)[known:])
    home(slack, "*Arrive*: succeeded")


def test_the_home_shows_what_waits_for_me_what_i_hold_and_what_the_calendar_starts(slack):
    slack.command("lock depot for 2h because Wagons are repaired")
    start(slack.as_name("grace"), "Wash")

    slack.open_home()

    shown = home(slack, "Waits for your approval")
    assert "*Wash*" in between(shown, "Waits for your approval", "Locks you hold")
    assert "*depot* is yours" in between(shown, "Locks you hold", "Run a job")
    assert "*Wash* <!date" in between(shown, "Next", "Lately")


def test_the_home_shows_the_line_in_which_i_wait(slack):
    grace = slack.as_name("grace")
    grace.command("lock depot because Then mine")
    grace.open_home()

    shown = home(grace, "Locks you wait for")

    assert "*depot* is held by *Ada Lovelace*" in between(shown, "Locks you wait for", "Run a job")
    assert "1. Grace Hopper" in shown
    grace.command("unlock depot")


def test_a_card_shows_what_is_held_of_its_stack(slack):
    grace = slack.as_name("grace")

    grace.command("train")

    card = grace.until(lambda: next((read(one) for one in grace.ephemerals() if "*depot*" in read(one)), None))
    assert "🔒 *depot* is held by *Ada Lovelace* <!date" in card
    assert "Wagons are repaired" in card


def test_the_home_shows_what_was_edited_and_what_froze(bot, slack):
    slack.open_home()
    home(slack, "[Leave]")

    bot.write("stack.yml", STACK.replace("title: Leave", "title: Depart"), stack="train")
    assert "[Leave]" not in home(slack, "[Depart]")
    bot.write("freezes.yml", "freezes: [{title: snow, on: train, weekly: Mon 00:00 - Mon 00:00}]\n", stack="")
    home(slack, "*Train*: Frozen")
    (bot.stacks / "freezes.yml").unlink()
    slack.until(lambda: "*Train*: Frozen" not in read(slack.home()))
