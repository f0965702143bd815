"""Words behind `stackhand`: verbs, options, answers."""

import importlib
import os
from pathlib import Path

import pytest

from bot.base.errors import Refused
from bot.cli.typed import read_answers
from bot.cli.verbs import VERBS


def test_without_a_word_it_lists_every_verb(terminal):
    done = terminal.call()

    assert done.returncode == 0
    assert all(verb in done.stdout for verb in VERBS)
    assert max(map(len, done.stdout.splitlines())) <= 80, "a small terminal shows each in one line"


def test_help_with_a_verb_behind_it_is_the_help_of_that_verb(terminal):
    assert "Exit codes: 0 succeeded" in terminal.call("help", "run").stdout
    assert terminal.call("help", "rnu").stderr == 'There is no verb "rnu". Did you mean "run"?\n'


def test_an_unknown_verb_is_answered_with_the_nearest(terminal):
    done = terminal.call("rnu")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == 'There is no verb "rnu". Did you mean "run"?\n'


@pytest.mark.parametrize("verb", ["help", "version", "schema"])
def test_a_disk_without_room_for_what_is_printed_is_told_in_one_line(terminal, verb):
    with Path("/dev/full").open("w") as full:
        done = terminal.call(verb, stdout=full)

    assert (done.returncode, done.stderr) == (
        2,
        "It did not come to its end: No space left on device. Make room, and call again.\n",
    )


@pytest.mark.parametrize("verb", ["help", "jobs", "runs"])
def test_who_has_read_enough_hears_no_complaint(terminal, verb):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as nobody:
        done = terminal.call(verb, stdout=nobody)

    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_missing_is_told_in_one_line(terminal):
    done = terminal.ask("watch")

    assert done.stderr.count("\n") == 1
    assert "Choose from: list, test, simulate, preview. See" in done.stderr


@pytest.mark.parametrize("verb", [verb for verb, where in VERBS.items() if where.module])
def test_each_verb_has_its_function(verb):
    module = importlib.import_module(VERBS[verb].module)

    assert getattr(module, verb).__doc__


def test_an_unknown_option_is_wrong_use_in_one_line(terminal):
    done = terminal.call("runs", "--limt", "3")

    assert done.returncode == 2
    assert "--limt" in done.stderr
    assert "stackhand runs --help" in done.stderr
    assert done.stderr.count("\n") == 1


def test_answers_are_read_by_name_and_what_is_said_twice_is_a_list():
    assert read_answers(["reason=a=b", "host=x", "host=y", "empty="]) == {
        "reason": "a=b",
        "host": ["x", "y"],
        "empty": "",
    }


@pytest.mark.parametrize("written", ["reason", "=5", ""])
def test_what_is_no_answer_is_refused(written):
    with pytest.raises(Refused, match="is no answer"):
        read_answers([written])
