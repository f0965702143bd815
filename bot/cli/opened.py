"""The program as a verb of the terminal finds it: set up, opened, and with somebody who asks."""

import logging
import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.app import App, open_app
from bot.cli.database_words import in_words
from bot.cli.own_words import speak_plainly
from bot.cli.typed import settings
from bot.model.person import Person

#: Where runs of the terminal say they come from.
ORIGIN = "cli"


@contextmanager
def opened(
    data: Path | None, stacks: Path | None, *, port: int | None = None, level: int = logging.WARNING
) -> Iterator[App]:
    """The app on *data* with *stacks*; nothing runs yet. What it says of itself goes to stderr from *level* on.

    Raises SetupProblem.
    """
    with opened_to_look(data, stacks, port=port, level=level) as app:
        # Not by the transaction that first asks for them: all others would wait for it.
        app.catalog.refresh()
        yield app


@contextmanager
def opened_to_look(
    data: Path | None, stacks: Path | None, *, port: int | None = None, level: int = logging.WARNING
) -> Iterator[App]:
    """The same for those who only look at what happened: the stacks, half of a verb's time, stay unread."""
    speak_plainly(level)
    with in_words(), open_app(settings(data=data, stacks=stacks, port=port)) as app:
        yield app


def me() -> Person:
    """Who sits at this terminal, as the system knows them: the audit names them."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        # Containers run as numbers that no user has.
        name = f"uid-{os.getuid()}"
    return Person(id=f"cli:{name}", name=name)
