"""Bad days: Slack is away, the disk is full, somebody is impatient; what people see of it is the truth, once."""

from contextlib import contextmanager

import pytest

from tests.scenarios.watched import filled, runs, start
from tests.slack import read

ALL = ["begins first", "ends first", "begins second", "ends second"]


def test_a_double_click_and_a_double_submit_start_one_run(bot, slack):
    before = len(runs(slack))
    slack.click(slack.message_with("[Go slowly]"), "Go slowly", times=2)
    modal = filled(slack)

    slack.submit(modal, wait=False)
    slack.act("submit", view_id=modal["id"], state={"values": {}})

    run = slack.until(lambda: runs(slack)[before:])[0]
    bot.go(run.number)
    run.until("*Succeeded*")
    assert bot.done(run.number) == ALL
    assert [one.number for one in runs(slack)[before:]] == [run.number]
    assert bot.json("runs")[0]["name"] == f"demo #{run.number}"


def test_a_run_that_is_handed_over_ends_once_and_in_the_same_message(bot, slack):
    run = start(slack, "Go slowly")
    run.until("First* · running")

    assert bot.stop() == 0
    bot.go(run.number)
    bot.start()

    run.until("*Succeeded*")
    assert bot.done(run.number) == ALL
    assert [one.ts for one in runs(slack) if one.number == run.number] == [run.ts]


@pytest.fixture
def only_platform(bot, slack):
    """While it is there, only the platform team may run anything."""
    rules = bot.stacks / "access.yml"
    with edited(slack):
        rules.write_text('- {who: "@platform", may: run, on: "*"}\n- {who: everyone, may: see, on: "*"}\n')
    yield
    with edited(slack):
        rules.unlink()


@contextmanager
def edited(slack):
    """Files are edited inside; afterwards the bot has noticed, and its board is fresh."""
    before = len(slack.calls("chat.update"))
    yield
    slack.until(lambda: len(slack.calls("chat.update")) > before)


def test_a_person_without_rights_hears_in_private_who_may(bot, slack, only_platform):
    linus, before = slack.as_name("linus"), len(runs(slack))

    linus.click(slack.message_with("[Go slowly]"), "Go slowly")

    modal = linus.until(lambda: next((one for one in linus.snapshot()["modals"] if "may" in read(one)), None))
    linus.close(modal)
    assert "You may not run Go slowly." in read(modal)
    assert "@platform may." in read(modal)
    assert len(runs(slack)) == before
    denied = bot.json("audit")[0]
    assert [denied[name] for name in ("person", "verb", "target", "answer")] == [
        "Linus Park",
        "run",
        "demo/slowly",
        "denied",
    ]


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("dema slowly", 'There is no stack "dema". Did you mean "demo"?'),
        ("demo slowy", 'Demo has no job "slowy". Did you mean "slowly"?'),
        ("show 4711", "There is no run #4711."),
    ],
)
def test_an_unknown_word_is_answered_with_the_nearest(slack, typed, answer):
    before = len(slack.ephemerals())

    slack.command(typed)

    said = slack.until(lambda: slack.ephemerals()[before:])[0]
    assert answer in read(said).replace("\n", " ")


def test_a_broken_edit_keeps_the_last_good_version_and_says_so(bot, slack):
    with edited(slack):
        bot.edit("Go slowly", "Walk")

    with edited(slack):
        bot.edit("steps:", "stepps:")

    problem = 'stacks/demo/stack.yml:7:5: job "slowly" has no key "stepps". Did you mean "steps"?'
    assert problem in bot.said
    assert problem in bot.ask("check")
    run = start(slack, "Walk")
    bot.go(run.number)
    run.until("*Succeeded*")
    with edited(slack):
        bot.edit("stepps:", "steps:")
        bot.edit("Walk", "Go slowly")
