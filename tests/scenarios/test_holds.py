"""Locks and pauses in the words of Slack."""

import pytest

from tests.scenarios.watched import filled, runs, start
from tests.slack import read

STACK = """\
stack: park
title: Park
channel: "#ops"
environments: {east: , west: , north: }
jobs:
  mow:
    title: Mow
    lock: "lawn/{{ env.name }}"
    steps:
      - {title: Mow, uses: command.run, with: {argv: [sh, -c, "echo mown >> mown"]}}
"""


@pytest.fixture(autouse=True)
def park(bot, slack):
    """A stack whose job has one lock per environment."""
    bot.write("stack.yml", STACK, stack="park")
    slack.message_with("[Mow]")


def private(slack, part):
    """The newest private answer with *part* in it."""
    return slack.until(lambda: next((one for one in reversed(slack.ephemerals()) if part in read(one)), None))


def text_of(slack, message):
    """What *message* shows now."""
    return next(read(one) for one in slack.messages() if one["ts"] == message["ts"])


def test_staging_is_mine_until_i_give_it_back(slack):
    grace = slack.as_name("grace")
    slack.command("lock east for 2h because I show it to a customer")
    mine = private(slack, "is yours until")
    assert "I show it to a customer" in read(mine)
    assert "[Extend 30 min]" in read(mine)

    run = start(grace, "Mow", {"Environment": "east"})
    run.until("Ada Lovelace holds lawn/east until")
    assert "(I show it to a customer). This run is next." in run.text
    grace.command("locks")
    assert "held by *Ada Lovelace*" in read(private(grace, "lawn/east"))

    slack.click(mine, "Release")
    private(slack, "You gave lawn/east back.")
    run.until("*Succeeded*")


def test_a_waiting_run_takes_the_lock_over_with_a_reason(slack):
    grace = slack.as_name("grace")
    slack.command("lock park/west for 1h because lunch")
    private(slack, "lawn/west")
    run = start(grace, "Mow", {"Environment": "west"})
    run.until("Ada Lovelace holds lawn/west")

    grace.click(run.message, "Take over")
    form = grace.until(lambda: next((one for one in grace.snapshot()["modals"] if one.get("submit")), None))
    assert "They lose it now, and are told." in read(form)
    grace.submit(form, {"Why? Everybody reads it": "the grass is too high"})

    run.until("*Succeeded*")
    slack.message_with("took over lawn/west: the grass is too high", channel="bot")


def test_a_place_in_line_is_handed_the_lock(slack):
    grace = slack.as_name("grace")
    slack.command("lock east because tests")
    private(slack, "is yours until")
    grace.command("lock east because my turn")
    waiting = private(grace, "You are number 1 in line")
    assert "[Wait no more]" in read(waiting)

    slack.command("locks")
    slack.click(private(slack, "[Hand over to Grace"), "Hand over to Grace Hopper")

    grace.message_with("lawn/east is yours now, for 1h: my turn", channel="bot")
    grace.command("unlock east")
    private(grace, "You gave lawn/east back.")


def test_a_pause_holds_what_is_started_and_its_end_lets_it_go(slack):
    slack.command("pause park because the mower is in repair")
    slack.message_with("Ada Lovelace paused park")
    slack.command("")
    assert "*Park is paused* by Ada Lovelace since" in read(private(slack, "is paused"))

    first = start(slack, "Mow", {"Environment": "east"})
    first.until("Ada Lovelace paused park")
    second = start(slack, "Mow", {"Environment": "west"})
    second.until("the mower is in repair")
    slack.command("unpause park")

    private(slack, "The pause is over. 2 runs that waited go on.")
    first.until("*Succeeded*")
    second.until("*Succeeded*")
    assert [one.number for one in runs(slack)][-2:] == [first.number, second.number]


def test_a_board_says_what_is_paused_from_the_begin_to_the_end(slack):
    board = slack.message_with("[Mow]")
    slack.command("pause west because moles")
    slack.until(lambda: "*Everything in west is paused* by Ada Lovelace since" in text_of(slack, board))
    assert ": moles" in text_of(slack, board)
    slack.click(slack.message_with("[Mow]"), "Mow")
    form = filled(slack)
    slack.close(form)
    assert "*Everything in west is paused*" in read(form)

    slack.command("unpause west")

    slack.until(lambda: "is paused" not in text_of(slack, board))


def test_what_is_not_there_is_told_with_the_nearest_name(slack):
    slack.command("lock lawn/eas because typing")
    private(slack, 'Did you mean "lawn/east"?')
    slack.command("lock east")
    private(slack, "Say why: others read it while they wait.")


def test_a_freeze_is_seen_before_anybody_clicks_and_is_overridden_with_a_reason(bot, slack):
    bot.stacks.joinpath("freezes.yml").write_text(
        "freezes: [{title: stocktaking, weekly: Mon 00:00 - Mon 00:00, on: park/*/north}]\n"
    )

    def menu():
        slack.command("")
        return next((one for one in slack.ephemerals() if "*Park, north*: Frozen until" in read(one)), None)

    slack.until(menu, timeout_s=30)
    slack.message_with("*Park, north*: Frozen until")
    slack.command("park mow on north")
    sure = filled(slack)
    assert "Frozen until" in read(sure)
    slack.submit(sure, {"Why does it have to be now? Everybody reads it": "the queen comes"})

    slack.until(lambda: runs(slack)[-1:] and runs(slack)[-1].until("*Succeeded*"), timeout_s=30)
