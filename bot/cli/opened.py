"""The program as a verb of the terminal finds it: set up, opened, and with somebody who asks."""

import logging
import os
import pwd
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from bot.app import App, open_app
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
    speak_plainly(level)
    with open_app(settings(data=data, stacks=stacks, port=port)) as app:
        yield app


def me() -> Person:
    """Who sits at this terminal, as the system knows them: the audit names them."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        # Containers run as numbers that no user has.
        name = f"uid-{os.getuid()}"
    return Person(id=f"cli:{name}", name=name)


def speak_plainly(level: int) -> None:
    """One plain line on stderr for whatever the program, or a library in it, has to say."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
