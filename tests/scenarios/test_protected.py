"""Nothing starts in a protected environment before somebody has typed its name, whatever they clicked."""

import pytest

from tests.fakes.choices_source import choices_source
from tests.scenarios.watched import Watched, runs
from tests.slack import read

STACK = """\
stack: dam
title: Dam
channel: "#ops"
environments: {valley: {protected: true}}
jobs:
  open:
    title: Open the dam
    steps:
      - {title: Look, uses: command.run, with: {argv: ["true"]}}
      - {title: Open, uses: command.run, with: {argv: [sh, -c, "test -e key"]}}
  close:
    title: Close the dam
    steps: [{uses: command.run, with: {argv: ["true"]}}]
  rinse:
    title: Rinse the dam
    steps: [{uses: command.run, with: {argv: ["true"]}}]
    then: {run: close, after: 2h, warn: 1h59m59s}
"""
RULES = """\
rules:
  - {who: [U0ADA, U0GRACE], may: all, on: "*/*/valley"}
  - {who: everyone, may: see}
"""


@pytest.fixture(scope="module")
def failed(_shared):
    """A place for the run that failed, which the tests share."""
    return []


@pytest.fixture(autouse=True)
def dam(bot, slack):
    """A stack in which everything is protected."""
    bot.write("access.yml", RULES, stack="")
    bot.write("stack.yml", STACK, stack="dam")
    slack.message_with("[Open the dam]")


def start(slack, job):
    """Start a job by its board, with the name; the run."""
    known = {run.number for run in runs(slack)}
    slack.click(slack.message_with(f"[{job}]"), job)
    slack.submit(asked(slack, "Environment"), {"Environment": "valley"})
    slack.submit(asked(slack), {"confirm_name": "valley"})
    return slack.until(lambda: next((run for run in runs(slack) if run.number not in known), None))


def asked(slack, part="Type its name to confirm"):
    """The page on top, once it asks for *part*."""
    return slack.until(lambda: next((one for one in slack.snapshot()["modals"][-1:] if part in read(one)), None))


def newer(slack, than):
    """The run that came after another one."""
    return slack.until(lambda: next((one for one in runs(slack) if one.number > than), None))


@pytest.fixture
def broken(slack, failed):
    """A run that failed at its second step."""
    if not failed:
        run = start(slack, "Open the dam")
        run.until("*Failed*")
        failed.append(run)
    return Watched(failed[0].number, failed[0].ts, slack, "#ops")


@pytest.mark.parametrize(("label", "page"), [("Run again", "Run again"), ("Retry from step 2", "Retry")])
def test_what_starts_a_run_after_another_asks_for_the_name_first(bot, slack, broken, label, page):
    before = max(run.number for run in runs(slack))

    slack.click(broken.message, label)
    question = asked(slack)
    wrong = slack.submit(question, {"confirm_name": "vally"})

    assert question["title"]["text"] == page
    assert wrong["errors"] == {"confirm_name": 'Type "valley" to confirm.'}
    assert len(bot.json("runs")) == before
    slack.submit(question, {"confirm_name": "valley"})
    newer(slack, before)
    assert not slack.snapshot()["modals"]
    assert len(bot.json("runs")) == before + 1


def test_a_timer_that_is_to_start_something_now_asks_for_the_name_first(bot, slack):
    start(slack, "Rinse the dam").until("*Succeeded*")
    warning = slack.message_with("[Close the dam now]")
    before = max(run.number for run in runs(slack))

    slack.click(warning, "Close the dam now")

    question = asked(slack)
    assert "Close the dam, valley starts now." in read(question)
    assert len(bot.json("runs")) == before
    slack.submit(question, {"confirm_name": "valley"})
    newer(slack, before).until("*Succeeded*")


def test_a_button_of_a_board_asks_for_the_name_before_it_starts(bot, slack):
    before = len(bot.json("runs"))
    slack.click(slack.message_with("[Close the dam]"), "Close the dam")
    slack.submit(asked(slack, "Environment"), {"Environment": "valley"})

    wrong = slack.submit(asked(slack), {"confirm_name": ""})

    assert wrong["errors"]
    assert len(bot.json("runs")) == before


def test_who_may_not_is_told_so_and_asked_for_nothing(slack):
    closed = start(slack, "Close the dam")
    closed.until("*Succeeded*")
    linus = slack.as_name("linus")

    linus.click(closed.message, "Run again")

    linus.until(lambda: "may." in "".join(map(read, linus.ephemerals())))
    assert not linus.snapshot()["modals"]


WEIR = """\
stack: weir
title: Weir
channel: "#ops"
environments: {valley: {protected: true}}
jobs:
  lift:
    title: Lift the weir
    form:
      version: {type: choice, label: Version, choices_from: {url: SOURCE/moody, cache: 0s, timeout: 9s}, default: "1.1"}
    steps:
      - {title: Look, uses: command.run, with: {argv: ["true"]}}
      - {title: Lift, uses: command.run, with: {argv: ["false"]}}
"""


@pytest.fixture(scope="module")
def source():
    """Where the versions come from."""
    with choices_source() as found:
        found.moody.set()
        yield found


@pytest.mark.parametrize("label", ["Run again", "Retry from step 2"])
def test_a_list_that_is_slow_when_the_name_was_typed_is_waited_for_on_a_page_that_says_so(bot, slack, source, label):
    bot.write("stack.yml", WEIR.replace("SOURCE", source.url), stack="weir")
    slack.message_with("[Lift the weir]")
    lifted = start(slack, "Lift the weir")
    lifted.until("*Failed*")
    source.moody.clear()

    slack.click(lifted.message, label)
    answer = slack.submit(asked(slack), {"confirm_name": "valley"})

    assert answer["acked"]
    assert "Nothing has begun yet" in read(asked(slack, "Checking once more"))
    assert max(run.number for run in runs(slack)) == lifted.number
    source.moody.set()
    asked(slack, "It is started.")
    newer(slack, lifted.number).until("*Failed*")
    slack.close()
