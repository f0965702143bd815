"""What the verbs of the terminal say to wrong words."""

import importlib

import pytest

from bot.base.errors import Refused
from bot.cli.typed import call
from bot.cli.verbs import VERBS


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("dmo", "greet"), 'Did you mean "demo"?'),
        (("demo", "great"), 'Did you mean "greet"?'),
        (("demo", "greet", "-e", "her", "-i", "name=Ada"), '"here"'),
        (("demo", "greet", "-i", "name=Ada"), "Name here or there."),
        (("demo", "greet", "-e", "here"), "Answers are written -i name=…."),
        (("demo", "greet", "-e", "here", "-i", "name=Ada", "-i", "times=9"), "Answers are written -i times=…."),
        (("demo", "greet", "-e", "here", "-i", "nam=Ada"), "Answers are written -i name=…."),
        (("demo", "greet", "-e", "here", "-i", "name"), "Write -i name=value."),
        (("demo",), "JOB"),
    ],
)
@pytest.mark.parametrize("verb", ["run", "plan"])
def test_wrong_words_end_with_2_and_one_line_that_says_what_would_be_right(terminal, verb, words, said):
    done = terminal.ask(verb, *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("verb", ["show", "log", "cancel", "undo", "retry", "approve", "deny", "resolve"])
@pytest.mark.parametrize("written", ["abc", "0", "1.5", "9" * 20])
def test_what_is_no_number_of_a_run_is_answered_in_our_words(verb, written):
    """It was "Input should be a valid integer, unable to parse string as an integer."."""
    with pytest.raises(Refused) as refused:
        read(verb, [written])

    assert str(refused.value) == f'"{written}" is no number of a run. "stackhand runs" lists them.'


@pytest.mark.parametrize(
    ("verb", "words", "said"),
    [
        ("runs", ("-n", "abc"), '--limit takes a number from 1 to 1000000, not "abc".'),
        ("audit", ("--limit", "0"), '--limit takes a number from 1 to 1000000, not "0".'),
        ("up", ("--port", "99999"), '--port takes a number from 0 to 65535, not "99999".'),
        ("new", ("bot", "x"), "'bot' is not one of 'stack', 'action'."),
        ("locks", ("all",), "These words are too many: (all)."),
    ],
)
def test_what_a_verb_does_not_take_is_answered_in_our_words(verb, words, said):
    with pytest.raises(Refused) as refused:
        read(verb, words)

    assert refused.value.reason == said


def read(verb, words):
    """Only the reading: nothing is done by a verb whose words are wrong."""
    call(verb, importlib.import_module(VERBS[verb].module), words)


@pytest.mark.parametrize(
    "words",
    [
        ("show",),
        ("runs", "--status", "odd"),
        ("jobs", "--bogus"),
        ("resolve", "1", "wait"),
    ],
)
def test_words_that_cannot_be_read_get_whole_sentences(terminal, words):
    done = terminal.ask(*words)

    assert done.returncode == 2
    assert f'. See "stackhand {words[0]} --help".' in done.stderr
    assert "Value error" not in done.stderr


@pytest.mark.parametrize("verb", ["runs", "jobs", "doctor"])
def test_a_damaged_database_is_told_without_a_trace(terminal, verb):
    terminal.data.mkdir()
    (terminal.data / "stackhand.db").write_text("no database at all, " * 100)

    done = terminal.ask(verb)

    assert done.returncode in {1, 2}
    assert "file is not a database" in done.stdout + done.stderr
