"""Locks and pauses in the words of Slack."""

from datetime import UTC, datetime

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
      - {title: Mow, uses: command.run, with: {argv: [sh, -c, "echo {{ run.number }} >> mown"]}}
  rest:
    title: Rest
    lock: "lawn/{{ env.name }}"
    steps: [{wait: 1h}]
  rake:
    title: Rake
    freeze: ignore
    steps:
      - {title: Rake, uses: command.run, with: {argv: ["true"]}}
    then: {run: mow, after: 1s}
"""
#: Another stack, with a job that needs one of the same locks.
YARD = """\
stack: yard
title: Yard
jobs:
  dig:
    title: Dig
    lock: lawn/west
    steps: [{title: Dig, uses: command.run, with: {argv: ["true"]}}]
"""


@pytest.fixture(autouse=True)
def park(bot, slack):
    """Two stacks whose jobs need the same locks, one for each environment."""
    bot.write("stack.yml", STACK, stack="park")
    bot.write("stack.yml", YARD, stack="yard")
    slack.message_with("[Mow]")


def private(slack, part):
    """The newest private answer with *part* in it."""
    return slack.until(lambda: next((one for one in reversed(slack.ephemerals()) if part in read(one)), None))


def answer(slack, words, part):
    """The private answer to `/stack words`, once *part* stands in one."""
    known = {one["ts"] for one in slack.ephemerals()}
    slack.command(words)
    return slack.until(
        lambda: next((read(one) for one in slack.ephemerals() if one["ts"] not in known and part in read(one)), None)
    )


def text_of(slack, message, channel="#ops"):
    """What *message* shows now."""
    return next(read(one) for one in slack.messages(channel) if one["ts"] == message["ts"])


def test_staging_is_mine_until_i_give_it_back(slack):
    grace = slack.as_name("grace")
    slack.command("lock east for 2h because I show it to a customer")
    mine = private(slack, "is yours <!date")
    assert "I show it to a customer" in read(mine)
    assert "[Extend 30 min]" in read(mine)

    run = start(grace, "Mow", {"Environment": "east"})
    run.until("Ada Lovelace holds lawn/east until")
    assert "(I show it to a customer). This run is next." in run.text
    grace.command("locks")
    assert "held by *Ada Lovelace*" in read(private(grace, "lawn/east"))

    own = start(slack, "Mow", {"Environment": "east"})
    own.until("*Succeeded*")
    assert answer(slack, "locks", "*lawn/east* is yours <!date"), "the reservation stays"

    slack.click(mine, "Release")
    private(slack, "You gave lawn/east back.")
    run.until("*Succeeded*")


def test_a_reservation_says_that_it_ends_and_is_extended_or_given_up(bot, slack):
    said = answer(slack, "lock east for 1h because a demo", "is yours <!date")
    assert said.startswith("lawn/east: It is yours. Your own runs go on there; those of others wait.")
    waiting = start(slack.as_name("grace"), "Mow", {"Environment": "east"})
    waiting.until("Ada Lovelace holds lawn/east until")

    bot.bring("lock:lawn/east", warn_at=datetime.now(UTC))
    reminder = slack.message_with("*lawn/east* is yours <!date", channel="bot")
    assert [label for label in ("[Extend 30 min]", "[Release now]", "[Cancel]") if label in read(reminder)] == [
        "[Extend 30 min]",
        "[Release now]",
    ]
    slack.click(reminder, "Extend 30 min")
    moved = slack.message_with("Changed by Ada Lovelace.", channel="bot")
    assert "Ada Lovelace holds lawn/east" in waiting.text
    slack.click(moved, "Release now")

    slack.until(lambda: "*lawn/east*: your time with it is over." in text_of(slack, reminder, "bot"))
    waiting.until("*Succeeded*")


def test_a_reservation_ends_by_itself_and_the_next_in_line_has_it(bot, slack):
    grace = slack.as_name("grace")
    answer(slack, "lock west for 1h because a demo", "is yours <!date")
    answer(grace, "lock west for 2h because my turn", "You are number 1 in line")

    bot.bring("lock:lawn/west", at=datetime.now(UTC))

    grace.message_with("lawn/west is yours now, for 2h: my turn", channel="bot")
    answer(grace, "unlock west", "You gave lawn/west back.")


def test_the_terminal_takes_a_lock_over_from_a_run_that_waits(bot, slack):
    run = start(slack, "Rest", {"Environment": "west"})
    run.until("*Waiting*")

    said = bot.ask("lock", "lawn/west", "--take-over", "--because", "the grass is too high")

    assert "holds lawn/west; you are number 1 in line." in said
    run.until("*Aborted*")
    assert bot.ask("unlock", "lawn/west") == "You gave lawn/west back.\n"


def test_a_waiting_run_takes_the_lock_over_with_a_reason(slack):
    grace = slack.as_name("grace")
    slack.command("lock park/west for 1h because lunch")
    private(slack, "lawn/west")
    grace.command("yard dig")
    grace.submit(filled(grace))
    run = grace.until(lambda: next((one for one in runs(grace) if "yard #" in one.text), None))
    run.until("Ada Lovelace holds lawn/west")
    assert "· <!date" in answer(grace, "locks", "*lawn/west* is held by *Ada Lovelace* <!date")

    grace.click(run.message, "Take over")
    form = grace.until(lambda: next((one for one in grace.snapshot()["modals"] if one.get("submit")), None))
    assert "They lose it now, and are told." in read(form)
    grace.submit(form, {"Why? Everybody reads it": "the grass is too high"})

    run.until("*Succeeded*")
    slack.message_with("took over lawn/west: the grass is too high", channel="bot")


def test_a_place_in_line_is_handed_the_lock(slack):
    grace = slack.as_name("grace")
    answer(slack, "lock east because tests", ": tests")
    assert "[Wait no more]" in answer(grace, "lock east because my turn", "You are number 1 in line")

    slack.command("locks")
    slack.click(private(slack, "[Hand over to Grace Hopper]"), "Hand over to Grace Hopper")

    grace.message_with("lawn/east is yours now, for 1h: my turn", channel="bot")
    grace.command("unlock east")
    private(grace, "You gave lawn/east back.")


def test_a_stack_a_job_an_environment_and_everything_are_paused_until_the_last_pause_ends(bot, slack):
    board = slack.message_with("[Mow]")
    for words, said in (
        ("park", "Park"),
        ("park mow", "Mow of Park"),
        ("east", "everything in east"),
        ("", "everything"),
    ):
        answer(slack, f"pause {words} because {said} rests", "is paused* by Ada Lovelace")
        slack.message_with(f"Ada Lovelace paused {said} at")
    menu = answer(slack, "", "What you start there waits until the pause is over.")
    assert all(f"*{what} is paused*" in menu for what in ("Park", "Mow of Park", "Everything in east", "Everything"))
    assert "*Everything in east is paused* by Ada Lovelace" in answer(slack, "locks", "Nothing is locked.")
    slack.until(lambda: "*Everything is paused* by Ada Lovelace <!date" in text_of(slack, board))
    assert "*Everything in east is paused* by Ada Lovelace <!date" in text_of(slack, board)
    slack.click(slack.message_with("[Mow]"), "Mow")
    form = filled(slack)
    slack.close(form)
    assert "*Everything in east is paused*" in read(form)
    first, second = (start(slack, "Mow", {"Environment": "east"}) for _ in range(2))
    assert "Ada Lovelace paused Mow of Park at" in first.until("everything rests")

    for words in ("", "east", "park"):
        answer(slack, f"unpause {words}", "Nothing waited for its end.")
    assert "Ada Lovelace paused Mow of Park at" in second.until("*Waiting*")

    answer(slack, "unpause park mow", "2 runs that waited go on.")

    first.until("*Succeeded*")
    second.until("*Succeeded*")
    mown = (bot.stacks / "park" / "mown").read_text().split()
    assert mown[-2:] == [str(first.number), str(second.number)]
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
        return next(
            (one for one in slack.ephemerals() if "*Park, north*: Frozen until somebody ends it" in read(one)), None
        )

    slack.until(menu, timeout_s=30)
    slack.message_with("*Park, north*: Frozen until")
    slack.command("park mow on north")
    sure = filled(slack)
    assert "Frozen until" in read(sure)
    known = {run.number for run in runs(slack)}
    slack.submit(sure, {"Why does it have to be now? Everybody reads it": "the queen comes"})

    slack.until(lambda: next((run for run in runs(slack) if run.number not in known), None)).until("*Succeeded*")

    start(slack, "Rake", {"Environment": "north"})
    waiting = slack.message_with("*Mow, north* waits for a freeze, which somebody has to end.")
    assert "[Extend 30 min]" not in read(waiting)
    frozen = "Frozen until somebody ends it (stocktaking). It begins by itself then."
    by_itself = slack.until(lambda: next((run for run in runs(slack) if frozen in run.text), None))
    slack.click(waiting, "Start now")
    by_itself.until("*Succeeded*")
