"""Everything one may run, found by typing, by stars and by habit; and the same words wherever one writes them."""

import pytest

from tests.scenarios.watched import filled, runs
from tests.slack import read

STACK = """\
stack: bakery
title: Bakery
description: Bread and cake for the whole town.
owners: ["@platform"]
channel: "#ops"
environments: {north: {}, south: {protected: true}}
jobs:
  bread:
    title: Bake bread
    description: Dark, and a lot of it.
    form:
      loaves: {type: integer, label: Loaves, min: 1, max: 9}
      note: {type: text, label: Note, default: none}
    steps:
      - {title: Bake, uses: command.run, with: {argv: [echo, "{{ form.loaves }} {{ form.note }}"]}}
  cake:
    title: Bake cake
    environments: [north]
    steps: [{uses: command.run, with: {argv: ["true"]}}]
  slow:
    title: Prove dough
    environments: [north]
    steps: [{uses: command.run, with: {argv: [sh, -c, "until test -e done; do sleep 0.05; done"]}}]
"""
RULES = """\
roles:
  bakers: {people: ["@platform", U0BEA], may: [run, cancel, undo, approve], on: [bakery, "bakery/*/south", demo]}
rules:
  - {who: U0BEA, may: run, on: bakery/cake, deny: true}
"""


@pytest.fixture(autouse=True)
def bakery(bot, slack):
    """A stack that not everybody may see."""
    bot.write("access.yml", RULES, stack="")
    bot.write("stack.yml", STACK, stack="bakery")
    slack.message_with("[Prove dough]")


def told(person, part, *, channel="#ops"):
    """The newest private message, once *part* is in it."""
    return person.until(lambda: next((one for one in reversed(person.ephemerals(channel)) if part in read(one)), None))


def options(person, message, typed):
    """What the search offers to somebody who typed this."""
    block = next(one for one in message["blocks"] if one["type"] == "actions" and "search_job" in str(one))
    container = {"type": "message", "channel": "C0OPS", "ts": message["ts"]}
    asked = {"block_id": block["block_id"], "action_id": "search_job", "value": typed}
    return [one["text"]["text"] for one in person.act("options", container=container, **asked)["options"]]


def menu(person):
    """The private menu."""
    before = len(person.ephemerals())
    person.command("")
    return person.until(lambda: person.ephemerals()[before:])[0]


def test_the_search_in_the_menu_finds_a_job_and_opens_its_form(slack):
    shown = menu(slack)

    assert options(slack, shown, "bake") == ["Bake bread", "Bake cake", "Prove dough"]
    assert options(slack, shown, "bakery cake") == ["Bake cake"]
    assert options(slack, shown, "nothing like it") == []
    slack.choose(shown, "search_job", "bakery/bread")

    modal = filled(slack)
    assert modal["title"]["text"] == "Bake bread"
    slack.close(modal)


def test_menu_search_and_card_show_only_what_i_may(slack):
    bea, linus = slack.as_name("bea"), slack.as_name("linus")

    assert "[Bake cake]" not in read(menu(bea))
    assert options(bea, menu(bea), "bake") == ["Bake bread", "Prove dough"]
    assert "nothing that you may run" in read(menu(linus))
    bea.command("bakery")
    assert "You may not run it. @platform may, but not Bea Miller." in read(told(bea, "Dark, and a lot of it."))
    linus.command("bakery")
    assert "You may not see Bakery.\n@platform and Bea Miller may." in read(told(linus, "may not see"))


def test_what_can_be_written_and_what_has_run_is_answered_in_private(slack):
    slack.command("help")
    slack.command("runs")

    assert "`/stack who may STACK JOB [on ENV]`" in read(told(slack, "`/stack STACK JOB on ENV name=value`"))
    said = ("[Show]", "Nothing has run yet.")
    slack.until(lambda: any(part in read(one) for one in slack.ephemerals() for part in said))


def press_star(slack, job):
    """Press a job's star on the card that stands in the channel."""
    card = told(slack, "Dark, and a lot of it.")
    block = next(one for one in card["blocks"] if one["type"] == "actions" and job in read({"blocks": [one]}))
    action = {"block_id": block["block_id"], "action_id": block["elements"][1]["action_id"]}
    slack.act("block", wait=True, container={"type": "message", "channel": "C0OPS", "ts": card["ts"]}, action=action)


def test_a_star_on_the_card_makes_a_favourite_of_the_menu_and_takes_it_back(slack):
    slack.command("bakery")

    press_star(slack, "Bake cake")
    told(slack, "[★ Favourite]")
    favourites = read(menu(slack)).partition("★ Your favourites")[2].partition("*Bakery*")[0]
    press_star(slack, "Bake cake")

    assert "[Bake cake]" in favourites
    slack.until(lambda: "[★ Favourite]" not in read(told(slack, "Dark, and a lot of it.")))
    assert "Your favourites" not in read(menu(slack))


def test_a_whole_command_goes_straight_to_the_confirmation(slack):
    known = len(runs(slack))

    slack.command('bakery bread on north loaves=3 note="for Ada"')
    page = slack.until(lambda: next((m for m in slack.snapshot()["modals"] if "*for Ada*" in read(m)), None))
    assert "*Bake bread, north*" in read(page)
    slack.submit(page)

    run = slack.until(lambda: runs(slack)[known:])[0]
    run.until("*Succeeded*")


@pytest.mark.parametrize("words", ["bakery bread on north", "bakery bread loaves=3", "bakery bread on north loaves=12"])
def test_where_an_answer_is_missing_or_wrong_the_filled_form_asks(slack, words):
    slack.command(words)

    modal = filled(slack)
    slack.close(modal)
    assert modal["callback_id"] == "job_form"


def test_what_runs_now_and_what_i_use_most_stand_in_the_menu(bot, slack):
    known = len(runs(slack))
    slack.command("bakery slow on north")
    slack.submit(filled(slack))
    run = slack.until(lambda: runs(slack)[known:])[0]
    run.until("running")

    shown = read(menu(slack))
    slack.command("bakery")

    assert f"*Prove dough, north*: running\nbakery #{run.number}" in shown.partition("*Not over yet*")[2]
    assert "[Prove dough]" in shown.partition("You use these most")[2].partition("*Bakery*")[0]
    assert f"north: ● running · bakery #{run.number} · by Ada Lovelace" in read(told(slack, "● running"))
    bot.write("done", "", stack="bakery")
    run.until("*Succeeded*")


def test_the_same_words_by_mention_and_in_a_direct_message(slack):
    slack.mention("who may cancel bakery bread on north")
    assert "*cancel*: @platform and " in read(told(slack, "*cancel*"))

    slack.message("runs bakery", channel="bot")
    slack.message_with("[Show]", channel="bot")

    slack.message(f"bakery bread on north loaves={'3' * 2000}", channel="bot")
    slack.message_with("That is too long for a button of Slack.", channel="bot")

    slack.message("bakery bread on north loaves=3", channel="bot")
    slack.click(slack.message_with("the form is ready", channel="bot"), "Open Bake bread")
    page = slack.until(lambda: next((m for m in slack.snapshot()["modals"] if "*Bake bread, north*" in read(m)), None))
    slack.close(page)
