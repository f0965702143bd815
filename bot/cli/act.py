"""`cancel`, `undo`, `retry`, `resolve`: speak to a run, and follow what comes of it."""

from typing import Annotated
from uuid import uuid4

import typer

from bot.app import App
from bot.cli.follow import follow, take_part
from bot.cli.opened import ORIGIN, me, opened
from bot.cli.run_words import EXIT_CODES
from bot.cli.typed import AsJson, Data, RunNumber, Stacks
from bot.control.start import Request
from bot.model.run import Decision, RunStatus

_ABORTED = EXIT_CODES[RunStatus.ABORTED]


def cancel(number: RunNumber, *, as_json: AsJson = False, data: Data = None, stacks: Stacks = None) -> int:
    """Abort a run, and wait until what it started has ended. The exit code is 1 when it ended another way first."""
    with opened(data, stacks) as app:
        _take_part(app, number)
        app.control.runs.cancel(number, by=me(), origin=ORIGIN)
        return 0 if follow(app, number, as_json=as_json) == _ABORTED else 1


def undo(number: RunNumber, *, as_json: AsJson = False, data: Data = None, stacks: Stacks = None) -> int:
    """Undo what a run did, newest step first."""
    with opened(data, stacks) as app:
        _take_part(app, number)
        undoing = app.control.runs.undo(number, _request())
        return follow(app, undoing.number, as_json=as_json)


def retry(
    number: RunNumber,
    *,
    from_failed: Annotated[
        bool, typer.Option("--from-failed", help="Take over what was done, and begin at the step that failed.")
    ] = False,
    as_json: AsJson = False,
    data: Data = None,
    stacks: Stacks = None,
) -> int:
    """Start a run again with the same answers."""
    with opened(data, stacks) as app:
        _take_part(app, number)
        runs = app.control.runs
        start = runs.retry_from if from_failed else runs.retry
        again = start(number, _request())
        return follow(app, again.number, as_json=as_json)


def resolve(
    number: RunNumber,
    decision: Annotated[
        Decision, typer.Argument(help="About the step that a crash interrupted.", case_sensitive=False)
    ],
    *,
    as_json: AsJson = False,
    data: Data = None,
    stacks: Stacks = None,
) -> int:
    """Say how an interrupted run goes on."""
    with opened(data, stacks) as app:
        _take_part(app, number)
        app.control.runs.resolve(number, decision, by=me(), origin=ORIGIN)
        return follow(app, number, as_json=as_json)


def _request() -> Request:
    return Request(by=me(), origin=ORIGIN, key=f"cli:{uuid4()}")


def _take_part(app: App, number: int) -> None:
    # A wrong number is told at once, before anything starts.
    app.control.runs.get(number)
    take_part(app)
