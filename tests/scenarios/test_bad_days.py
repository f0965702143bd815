"""Bad days: Slack is away, the disk is full, somebody is impatient; what people see of it is the truth, once."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, contextmanager

import pytest

from tests.scenarios.watched import filled, runs, start
from tests.slack import Slack, read

ALL = ["begins first", "ends first", "begins second", "ends second"]
TALKATIVE = """\
echo "begins $1" >> done
until test -e "go.$1"; do sleep 0.05; done
seq 300000
touch "said.$1"
"""


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
        ("run demo slowly", 'Leave "run" out. Write /stack STACK JOB on ENV.'),
        ("hello, how do I start?", "/stack help has all words."),
    ],
)
def test_an_unknown_word_is_answered_with_the_nearest(slack, typed, answer):
    assert answer in answered(slack, typed).replace("\n", " ")


def answered(slack, typed):
    """What somebody is told in private after these words."""
    before = len(slack.ephemerals())
    slack.command(typed)
    return read(slack.until(lambda: slack.ephemerals()[before:])[0])


def test_a_broken_edit_keeps_the_last_good_version_and_says_so(bot, slack):
    with edited(slack):
        bot.edit("Go slowly", "Walk")

    with edited(slack):
        bot.edit("steps:", "stepps:")

    problem = 'stacks/demo/stack.yml:7:5: job "slowly" has no key "stepps". Did you mean "steps"?'
    assert problem in bot.said
    assert problem in bot.ask("check")
    assert "has a mistake; its last good version is in use" in answered(slack, "demo")
    run = start(slack, "Walk")
    bot.go(run.number)
    run.until("*Succeeded*")
    with edited(slack):
        bot.edit("stepps:", "steps:")
        bot.edit("Walk", "Go slowly")


def test_a_new_stack_that_cannot_be_read_is_not_called_missing(bot, slack):
    with edited(slack):
        bot.write("stack.yml", "stack: cellar\n", stack="cellar")

    assert "The file of the stack cellar has a mistake." in answered(slack, "cellar")
    shutil.rmtree(bot.stacks / "cellar")


def test_a_locked_database_holds_up_nothing_but_itself(bot, slack):
    run = start(slack, "Go slowly")
    run.until("First* · running")

    with closing(sqlite3.connect(bot.data / "stackhand.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        bot.go(run.number)
        slack.until(lambda: "ends first" in bot.done(run.number))
        slack.command(f"show {run.number}")
        slack.until(lambda: any(f"demo #{run.number}" in read(one) for one in slack.ephemerals()))
        other.execute("ROLLBACK")

    run.until("*Succeeded*")
    assert bot.done(run.number) == ALL
    assert [one.ts for one in runs(slack) if one.number == run.number] == [run.ts]


@pytest.fixture
def small_disk(asleep):
    """The bot's data on a disk of its own, of a few megabytes."""
    asleep.data.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "stackhand", str(asleep.data)], check=True)
    yield asleep.data
    asleep.kill()
    subprocess.run(["umount", "--lazy", str(asleep.data)], check=True)


@pytest.mark.full
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a disk")
def test_on_a_full_disk_a_run_goes_on_once_there_is_room(asleep, small_disk):
    asleep.start()
    slack = Slack(asleep.url)
    run = start(slack, "Go slowly")
    slack.until(lambda: "begins first" in asleep.done(run.number))

    filler = fill(small_disk)
    asleep.go(run.number)
    slack.until(lambda: "ends first" in asleep.done(run.number))
    slack.click(slack.message_with("[Go slowly]"), "Go slowly")
    slack.submit(filled(slack))
    slack.until(lambda: "takes no changes right now" in read(slack.modal()))
    filler.unlink()

    run.until("*Succeeded*")
    assert asleep.done(run.number) == ALL
    assert [one.ts for one in runs(slack)] == [run.ts]


@pytest.mark.full
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a disk")
def test_a_full_disk_costs_no_line_of_the_log(asleep, small_disk):
    asleep.write("step.sh", TALKATIVE)
    asleep.start()
    slack = Slack(asleep.url)
    run = start(slack, "Go slowly")
    slack.until(lambda: "begins first" in asleep.done(run.number))

    filler = fill(small_disk)
    asleep.go(run.number)
    slack.until((asleep.stacks / "demo" / f"said.{run.number}.first").exists)
    filler.unlink()

    run.until("*Succeeded*", timeout_s=40)
    said = [line for line in asleep.ask("log", "1").splitlines() if line.isdigit()]
    assert said == [str(number) for number in range(1, 300_001)] * 2


@pytest.mark.full
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a disk")
def test_on_a_full_disk_the_bot_ends_when_told_to_and_its_next_start_goes_on(asleep, small_disk):
    asleep.start()
    slack = Slack(asleep.url)
    run = start(slack, "Go slowly")
    asleep.go(run.number, "first")
    slack.until(lambda: "begins second" in asleep.done(run.number))

    filler = fill(small_disk)
    asleep.go(run.number, "second")
    slack.until(lambda: "ends second" in asleep.done(run.number))
    assert asleep.stop() == 0
    filler.unlink()
    asleep.start()

    run.until("*Succeeded*")
    assert asleep.done(run.number) == ALL


def fill(folder):
    """Fill the disk of *folder* to its last byte; returns the file that does."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
    return filler
