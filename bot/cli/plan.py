"""`plan`: what a job would do, found by reading only."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from rich.console import Console

from bot.app import App
from bot.base.errors import Refused, WrongInputs
from bot.base.text import join_words
from bot.cli.as_json import dumps, plan_object
from bot.cli.opened import ORIGIN, me, opened
from bot.cli.screen import out, say
from bot.cli.typed import Answers, AsJson, Data, EnvironmentName, JobName, StackName, Stacks, read_answers
from bot.control.preview import StepPreview
from bot.control.runs import ReadyJob
from bot.control.start import StartJob


def plan(
    stack: StackName,
    job: JobName,
    *,
    env: EnvironmentName = None,
    answers: Answers = None,
    as_json: AsJson = False,
    data: Data = None,
    stacks: Stacks = None,
) -> int:
    """Say what a job would do; change nothing. The exit code is 1 when a step could not do its work."""
    with opened(data, stacks) as app:
        ask, ready = request(app, stack, job, env, answers)
        steps = app.previewer.preview(ask)
        if as_json:
            print(dumps(plan_object(ready, steps)))  # noqa: T201
        else:
            show_preview(out(), ask, steps)
    return 1 if any(step.problem for step in steps) else 0


def request(
    app: App, stack: str, job: str, env: str | None, answers: Sequence[str] | None
) -> tuple[StartJob, ReadyJob]:
    """What was typed, as the front door takes it, and what it would start.

    Raises NotFound, NotAllowed, and Refused for wrong answers.
    """
    ask = StartJob(
        person=me(),
        stack=stack,
        job=job,
        environment=env,
        inputs=read_answers(answers),
        key=f"cli:{uuid4()}",
        origin=ORIGIN,
    )
    try:
        ready = app.control.runs.prepare(ask)
    except WrongInputs as wrong:
        _, found = app.catalog.job(stack, job)
        names = [f"-i {field.name}=…" for field in found.form if field.name in wrong.errors]
        raise Refused(str(wrong), hint=f"Answers are written {join_words(names)}." if names else "") from wrong
    return replace(ask, environment=ready.environment.name if ready.environment else None), ready


def show_preview(console: Console, ask: StartJob, steps: Sequence[StepPreview]) -> None:
    """What each step would do, in plain lines."""
    where = f", {ask.environment}" if ask.environment else ""
    say(console, f"{ask.stack}/{ask.job}{where} would do:", "bold")
    for step in steps:
        indent = "  " * (1 + step.id.count("."))
        uses = f"  ({step.uses})" if step.uses else ""
        say(console, f"{indent}{step.id}  {step.title}{uses}")
        if step.known_after:
            say(console, f"{indent}   known after {step.known_after}", "dim")
        for line in step.text.splitlines():
            say(console, f"{indent}   {line}", _diff_style(line))
        if step.problem:
            say(console, f"{indent}   ✗ {step.problem}", "red")


def _diff_style(line: str) -> str:
    """Previews of files are diffs."""
    return {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
