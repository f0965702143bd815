"""`up` and `worker`: the bot itself."""

import gc
import logging
import os
import sys
from typing import Annotated

import typer

from bot.app import App
from bot.cli.opened import opened
from bot.cli.screen import out, say
from bot.cli.signals import caught
from bot.cli.slack_account import account
from bot.cli.typed import Data, Stacks, number

_FOR_NEWCOMERS = "Open that page in a browser: a small Slack, to try everything in. "

Port = Annotated[
    int | None,
    typer.Option(
        "--port",
        metavar="PORT",
        help="Of the page, or of HTTP mode; 0 takes a free one.",
        parser=number(0, 65535, of="--port"),
        show_default=False,
    ),
]


def up(*, port: Port = None, data: Data = None, stacks: Stacks = None) -> None:
    """Start the bot, and say where its page is. Ctrl-C or SIGTERM ends it; what runs then goes on at the next start."""
    with opened(data, stacks, port=port, level=logging.INFO) as app:
        _stay(app, slack=True)


def worker(*, data: Data = None, stacks: Stacks = None) -> None:
    """Advance runs, and leave Slack to others: more hands on one PostgreSQL database."""
    with opened(data, stacks, level=logging.INFO) as app:
        _stay(app, slack=False)


def _stay(app: App, *, slack: bool) -> None:
    """Run until a signal comes. A second one, while the first still ends what there is, kills: nothing is lost."""
    with caught() as signals:
        app.start(slack=slack)
        # Whoever started us may read this line to know when, and where.
        print(f"Ready: {_where(app) if slack else 'advancing runs'}", flush=True)  # noqa: T201
        if sys.stdout.isatty():
            is_sandbox = slack and app.settings.sandbox
            say(out(), f"{_FOR_NEWCOMERS if is_sandbox else ''}Ctrl-C ends it; what runs goes on at the next start.")
        # What there is by now stays. To look through all of it again and again would stop every answer, for 0.1 s each
        # time and half a second on a busy machine.
        gc.collect()
        gc.freeze()
        signals.wait()
    if not app.stop():
        # A step that nobody could take up again is still at work after all patience; it will be found interrupted.
        os._exit(0)


def _where(app: App) -> str:
    return app.url or f"connected to Slack as {account(app.settings)}"
