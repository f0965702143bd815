"""`kill -9` of the bot while it fetches a file that was given to a form: it comes again, or one hears why not."""

import time
from pathlib import Path

import pytest

from tests.scenarios.conftest import Bot
from tests.scenarios.watched import Watched, runs
from tests.slack import Slack, read

STACK = """\
stack: post
title: Post
channel: "#ops"
jobs:
  load:
    title: Load it
    form: {report: {type: file, label: Report, max_size: 100 MB}}
    steps: [{title: Count, uses: command.run, with: {argv: [wc, -c, "{{ form.report.path }}"]}}]
"""
#: Large enough that it is under way for a while, also on a machine of ours.
SIZE = 60_000_000


@pytest.fixture
def killed(asleep: Bot) -> Bot:
    """A bot that died in the middle of fetching a file for its first run."""
    asleep.write("stack.yml", STACK, stack="post")
    asleep.start()
    slack = Slack(asleep.url)
    file = slack.upload("report.bin", b"x" * SIZE)
    slack.click(slack.message_with("[Load it]"), "Load it")
    form = slack.until(lambda: next((one for one in slack.snapshot()["modals"] if "Report" in read(one)), None))
    slack.submit(form, {"Report": [file]})
    until_half_there(asleep)
    asleep.kill()
    half, whole = given(asleep)
    assert (len(half), whole) == (1, []), "the file was there before the kill"
    return asleep


def given(bot: Bot) -> tuple[list[Path], list[Path]]:
    """Files on their way, and those that are there."""
    there = list((bot.data / "runs" / "given").glob("*"))
    return [one for one in there if not one.suffix], [one for one in there if one.suffix]


def until_half_there(bot: Bot) -> None:
    end = time.monotonic() + 60
    while not any(one.stat().st_size for one in given(bot)[0]):
        assert time.monotonic() < end, "nothing was fetched"
        time.sleep(0.001)


def first_run(bot: Bot) -> Watched:
    slack = Slack(bot.url)
    return slack.until(lambda: next(iter(runs(slack)), None))


def test_it_is_fetched_again_from_its_beginning(killed: Bot) -> None:
    killed.start()

    first_run(killed).until("*Succeeded*")

    assert f"{SIZE} " in killed.ask("log", "1")
    assert [one.stat().st_size for one in given(killed)[1]] == [SIZE]


def test_one_that_is_gone_in_slack_by_then_is_one_sentence_and_no_step_begins(killed: Bot) -> None:
    for kept in killed.data.rglob("files/F*"):
        kept.unlink()
    killed.start()

    run = first_run(killed)
    run.until("*Failed*")

    assert "report.bin is gone in Slack." in read(run.message)
    assert "Start the job with the file anew." in read(run.message)
