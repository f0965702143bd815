"""Rights are looked at when something is shown, when it is clicked, when it is sent, and when the run begins."""

import pytest

from tests.scenarios.watched import start
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
"""
RULES = """\
roles:
  printers: {people: ["@platform", "U0BEA"], may: [run, cancel], on: "*/*/staging"}
  burners: {people: "@burners", may: run, on: "press/burn/production"}
rules:
  - {who: everyone, may: see}
  - {who: U0BEA, may: cancel, deny: true}
"""


@pytest.fixture(autouse=True)
def press(bot, slack):
    """A stack in which a person waits for another."""
    bot.write("stack.yml", STACK, stack="press")
    bot.write("access.yml", RULES, stack="")
    slack.message_with("[Print]")
    yield
    slack.post("groups", id="S0PLATFORM", handle="platform", name="Platform team", users=["ada", "grace"])
    (bot.stacks / "access.yml").unlink()


def told(person, part):
    """What the person is told in private, once *part* is in it."""
    return person.until(lambda: next((read(one) for one in person.ephemerals() if part in read(one)), None))


def test_who_lost_the_right_while_waiting_is_told_and_the_run_does_not_begin(bot, slack):
    grace = slack.as_name("grace")
    first = start(slack, "Print")
    second = start(grace, "Print")
    second.until("This run is next")

    asked = len(slack.calls("usergroups.list"))
    slack.post("groups", id="S0PLATFORM", handle="platform", name="Platform team", users=["ada"])
    slack.until(lambda: len(slack.calls("usergroups.list")) > asked)
    bot.write("go", "", stack="press")

    first.until("*Succeeded*")
    second.until("Grace Hopper may not run this any more, so it did not begin.")
    assert "@platform and U0BEA may." in second.text
    audit = [(line["person"], line["verb"], line["answer"]) for line in bot.json("audit") if "press" in line["target"]]
    assert ("Grace Hopper", "run", "denied") in audit
    assert ("Grace Hopper", "run", "aborted") in audit
