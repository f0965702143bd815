"""Rights are looked at when something is shown, when it is clicked, when it is sent, and when the run begins."""

import pytest

from tests.scenarios.watched import filled, runs, start
from tests.slack import read

STACK = """\
stack: press
title: Press
channel: "#ops"
environments: {staging: {}, production: {protected: true}}
jobs:
  print:
    title: Print
    lock: press
    environments: [staging]
    steps:
      - {title: Ink, uses: command.run, with: {argv: [sh, -c, "until test -e go; do sleep 0.05; done"]}}
  burn:
    title: Burn
    environments: [production]
    steps: [{uses: command.run, with: {argv: ["true"]}}]
  bind:
    title: Bind
    environments: [staging]
    approve: {by: ["@platform"]}
    steps: [{uses: command.run, with: {argv: ["true"]}}]
"""
RULES = """\
roles:
  printers: {people: ["@platform", "U0BEA"], may: [run, cancel], on: "*/*/staging"}
  burners: {people: "@burners", may: run, on: "press/burn/production"}
rules:
  - {who: everyone, may: see}
  - {who: U0BEA, may: cancel, deny: true}
"""
#: Only of this stack, and by the addresses of people.
OWN_RULES = """\
- {who: "linus@example.org", may: run, on: print}
- {who: "*@elsewhere.example.org", may: run, on: bind}
"""


@pytest.fixture(autouse=True)
def press(bot, slack):
    """A stack in which a person waits for another."""
    if not (bot.stacks / "press").exists():
        # The stack last: once it is seen, so are its rules.
        bot.write("access.yml", RULES, stack="")
        bot.write("access.yml", OWN_RULES, stack="press")
        bot.write("stack.yml", STACK, stack="press")
    (bot.stacks / "press" / "go").unlink(missing_ok=True)
    slack.message_with("[Print]")
    yield
    grouped(slack, "ada", "grace")


def grouped(slack, *people):
    """These people, and no others, are the platform team; the bot knows."""
    asked = len(slack.calls("usergroups.list"))
    slack.post("groups", id="S0PLATFORM", handle="platform", name="Platform team", users=list(people))
    slack.until(lambda: len(slack.calls("usergroups.list")) > asked)


def told(person, part):
    """What the person is told in private, once *part* is in it."""
    return person.until(lambda: next((read(one) for one in person.ephemerals() if part in read(one)), None))


def refused(person, part):
    """What the page on top says, once *part* is in it; it is closed."""
    page = person.until(lambda: next((one for one in person.snapshot()["modals"][-1:] if part in read(one)), None))
    person.close(all_of_them=True)
    return read(page)


def opened(person, job):
    """The form of a job, by its button."""
    person.click(person.message_with(f"[{job}]"), job)
    return filled(person)


def test_who_lost_the_right_while_waiting_is_told_and_the_run_does_not_begin(bot, slack):
    grace = slack.as_name("grace")
    first = start(slack, "Print")
    second = start(grace, "Print")
    second.until("This run is next")

    grouped(slack, "ada")
    bot.write("go", "", stack="press")

    first.until("*Succeeded*")
    second.until("Grace Hopper may not run this any more, so it did not begin.")
    assert "@platform, U0BEA and linus@example.org may." in second.text
    audit = [(line["person"], line["verb"], line["answer"]) for line in bot.json("audit") if "press" in line["target"]]
    assert ("Grace Hopper", "run", "denied") in audit
    assert ("Grace Hopper", "run", "aborted") in audit


def test_somebody_else_cancels_a_run_if_they_may_and_is_told_who_may_if_not(slack):
    bea, linus, grace = (slack.as_name(name) for name in ("bea", "linus", "grace"))
    run = start(slack, "Print")
    run.until("Ink* · running")

    linus.click(run.message, "Cancel")
    bea.click(run.message, "Cancel")

    assert "@platform may" in told(linus, "You may not cancel Print, staging.")
    assert "but not Bea Miller" in told(bea, "You may not cancel Print, staging.")
    assert "*Running*" in run.text
    grace.click(run.message, "Cancel")
    text = run.until("*Aborted*")
    assert "Grace Hopper" in text
    own = start(bea, "Print")
    own.until("Ink* · running")
    bea.click(own.message, "Cancel")
    own.until("*Aborted*")


def test_a_lock_is_taken_over_only_by_who_may(bot, slack):
    first = start(slack, "Print")
    second = start(slack.as_name("grace"), "Print")
    second.until("This run is next")

    slack.click(second.message, "Take over")

    assert "Nobody may yet" in refused(slack, "You may not override press.")
    assert "*Running*" in first.text
    bot.write("go", "", stack="press")
    second.until("*Succeeded*")


def test_a_right_that_is_lost_counts_when_the_form_is_sent_and_when_a_yes_is_given(slack):
    grace = slack.as_name("grace")
    run = start(slack, "Bind")
    question = slack.message_with("[Approve]")
    form = opened(grace, "Print")
    known = len(runs(slack))

    grouped(slack, "ada")
    grace.submit(form)
    grace.click(question, "Approve")

    assert "may." in refused(grace, "You may not run Print.")
    assert "@platform may." in told(grace, f"You may not approve press #{run.number}.")
    assert len(runs(slack)) == known
    run.click("Cancel")
    run.until("*Aborted*")


def test_rules_of_a_stack_name_people_by_their_address_and_reach_no_other_stack(slack):
    linus = slack.as_name("linus")

    linus.click(slack.message_with("[Go slowly]"), "Go slowly")
    refused(linus, "You may not run Go slowly.")
    linus.click(slack.message_with("[Bind]"), "Bind")
    refused(linus, "You may not run Bind.")

    linus.close(opened(linus, "Print"))


def test_what_is_protected_has_to_be_granted_by_its_name(slack):
    slack.click(slack.message_with("[Burn]"), "Burn")

    assert "\n@burners may." in refused(slack, "You may not run Burn.")


def test_a_freeze_holds_back_who_may_not_override_it(bot, slack):
    bot.stacks.joinpath("freezes.yml").write_text(
        "freezes: [{title: stocktaking, weekly: Mon 00:00 - Mon 00:00, on: press/*/staging}]\n"
    )
    slack.message_with("*Press, staging*: Frozen until")
    known = len(runs(slack))

    slack.submit(opened(slack, "Print"))
    page = slack.until(lambda: next((one for one in slack.snapshot()["modals"] if "now?" in read(one)), None))
    slack.submit(page, {"Why does it have to be now? Everybody reads it": "The queen comes"})

    assert "Nobody may yet" in refused(slack, "You may not override Print, staging.")
    assert len(runs(slack)) == known
    bot.stacks.joinpath("freezes.yml").unlink()


def test_on_a_plan_without_user_groups_rules_reach_those_whom_they_name(slack):
    bea = slack.as_name("bea")
    slack.fault("usergroups.list", "error", error="paid_teams_only", times=2)
    grouped(slack, "ada", "grace")

    slack.click(slack.message_with("[Print]"), "Print")

    refused(slack, "You may not run Print.")
    bea.close(opened(bea, "Print"))
