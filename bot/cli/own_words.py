"""What the program says about itself while it works: plain lines on stderr."""

import io
import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import ExcInfo

from bot.base.redact import Redactor


def speak_plainly(level: int) -> None:
    """One plain line on stderr for what the program says from *level* on, and for the warnings of its libraries."""
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0, exception_formatter=_masked_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _masked_traceback(out: TextIO, exc_info: ExcInfo) -> None:
    """The trace of a bug, without what looks like a token or a password: the messages of libraries may name them."""
    said = io.StringIO()
    structlog.dev.plain_traceback(said, exc_info)
    out.write(Redactor().mask(said.getvalue()))
