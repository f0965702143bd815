"""`run`: start a job and follow it to its end."""

import sys
from dataclasses import replace
from typing import Annotated

import typer

from bot.app import App
from bot.base.errors import Refused
from bot.cli.follow import follow, take_part
from bot.cli.opened import opened
from bot.cli.plan import request, show_preview
from bot.cli.run_words import EXIT_CODES
from bot.cli.screen import err, say
from bot.cli.typed import Answers, AsJson, Data, EnvironmentName, JobName, Preset, StackName, Stacks
from bot.control.start import StartJob
from bot.model.run import RunStatus
from bot.model.stack import Job

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before a job of danger.", show_default=False)]


def run(
    stack: StackName,
    job: JobName,
    *,
    env: EnvironmentName = None,
    answers: Answers = None,
    preset: Preset = "",
    yes: Yes = False,
    override: Annotated[str, typer.Option("--override", metavar="REASON", help="Start it also in a freeze.")] = "",
    as_json: AsJson = False,
    data: Data = None,
    stacks: Stacks = None,
) -> int:
    """Start a job and follow it to its end. The first Ctrl-C cancels it, the second leaves it.

    Exit codes: 0 succeeded, 1 failed, 2 wrong use, 3 errored, 4 aborted, 5 interrupted.
    """
    with opened(data, stacks) as app:
        ask, ready = request(app, stack, job, env, answers, preset=preset)
        if ready.job.danger and not yes and not _agreed(app, ask, ready.job):
            say(err(), "Nothing was started.")
            return EXIT_CODES[RunStatus.ABORTED]
        take_part(app)
        started = app.control.runs.start(replace(ask, override=override))
        return follow(app, started.number, as_json=as_json)


def _agreed(app: App, ask: StartJob, job: Job) -> bool:
    """Show what a job of danger would do, and ask."""
    if not sys.stdin.isatty():
        raise Refused(
            f'"{job.title}" asks before it starts, and nobody is here to answer.',
            hint="Say --yes, or look first: stackhand plan.",
        )
    show_preview(err(), ask, app.previewer.preview(ask))
    return typer.confirm("Start it?", err=True)
