"""What `stackhand run` says to wrong words. Read in this process: nothing is started, so none is needed."""

import importlib

import pytest
import structlog

from bot.base.errors import Refused
from bot.cli.typed import call


@pytest.fixture
def refusal(terminal, monkeypatch):
    """Call a verb that has to refuse; what it says."""
    monkeypatch.setenv("STACKHAND_STACKS", str(terminal.stacks))
    monkeypatch.setenv("STACKHAND_DATA", str(terminal.data))

    def refused_by(verb, *words):
        with pytest.raises(Refused) as refused:
            call(verb, importlib.import_module(f"bot.cli.{verb}"), words)
        return str(refused.value)

    yield refused_by
    structlog.reset_defaults()


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
def test_wrong_words_are_answered_with_what_would_be_right(refusal, verb, words, said):
    assert said in refusal(verb, *words)
