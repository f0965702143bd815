"""What the program says of itself on stderr."""

import io
from contextlib import redirect_stderr

import structlog

from bot.cli.own_words import speak_plainly
from bot.slack.desk import report


def test_the_trace_of_a_bug_names_no_token_and_no_password() -> None:
    said = io.StringIO()
    try:
        with redirect_stderr(said):
            speak_plainly(0)
            try:
                raise RuntimeError("refused: xoxb-1111-C4naryBird at postgresql://bot:C4naryBird@db/bot")
            except RuntimeError:
                told = report()
    finally:
        structlog.reset_defaults()

    assert "RuntimeError: refused: *** at postgresql://***@db/bot" in said.getvalue()
    assert "C4naryBird" not in said.getvalue() + told
    assert told.rpartition(" ")[2] in said.getvalue()
