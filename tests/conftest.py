"""What all tests share."""

import structlog
from hypothesis import settings

# The same examples each time: what fails on one machine fails on the next one, too. No deadline: two cores, busy.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

# Traces with all local values take seconds to draw on a busy machine, longer than an acknowledgement may.
structlog.configure(
    processors=[structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
)
