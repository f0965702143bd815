"""`plan`: what a job would do, found by reading only."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from rich.console import Console

from bot.app import App
from bot.base.errors import Refused, WrongInputs
from bot.base.text import did_you_mean, join_words
from bot.cli.as_json import dumps, plan_object
from bot.cli.opened import ORIGIN, me, opened
from bot.cli.screen import out, say
from bot.cli.typed import Answers, AsJson, Data, EnvironmentName, JobName, Preset, StackName, Stacks, read_answers
from bot.control.start import ReadyJob, StartJob
from bot.model.approval import StepPreview
from bot.model.form import FieldType, FormField
from bot.model.stack import Job


def plan(
    stack: StackName,
    job: JobName,
    *,
    env: EnvironmentName = None,
    answers: Answers = None,
    preset: Preset = "",
    as_json: AsJson = False,
    data: Data = None,
    stacks: Stacks = None,
) -> int:
    """Say what a job would do; change nothing. The exit code is 1 when a step could not do its work."""
    with opened(data, stacks) as app:
        ask, ready = request(app, stack, job, env, answers, preset=preset)
        steps = app.previewer.preview(ask)
        if as_json:
            print(dumps(plan_object(ready, steps)))  # noqa: T201
        else:
            show_preview(out(), ask, steps)
    return 1 if any(step.problem for step in steps) else 0


def request(
    app: App, stack: str, job: str, env: str | None, answers: Sequence[str] | None, *, preset: str = ""
) -> tuple[StartJob, ReadyJob]:
    """What was typed, as the front door takes it, and what it would start.

    Raises NotFound, NotAllowed, and Refused for wrong answers and for a preset that the job does not have.
    """
    _, found = app.catalog.job(stack, job)
    ask = StartJob(
        person=me(),
        stack=stack,
        job=job,
        environment=env,
        inputs={**_preset(found, preset), **_with_files(app, found, read_answers(answers))},
        key=f"cli:{uuid4()}",
        origin=ORIGIN,
    )
    try:
        ready = app.control.runs.prepare(ask)
    except WrongInputs as wrong:
        names = [f"-i {field.name}=…" for field in found.form if field.name in wrong.errors]
        raise Refused(str(wrong), hint=f"Answers are written {join_words(names)}." if names else "") from wrong
    return replace(ask, environment=ready.environment.name if ready.environment else None), ready


def _with_files(app: App, job: Job, answers: Mapping[str, Any]) -> dict[str, Any]:
    """*answers* with a copy of each file that they name, as `report.csv` or `@report.csv`. Raises Refused."""
    fields = {field.name: field for field in job.form if field.type is FieldType.FILE}

    def taken(field: FormField, path: str) -> Mapping[str, Any]:
        return app.control.files.take(Path(path.removeprefix("@")).expanduser(), most_bytes=field.max_bytes, by=me())

    found = dict(answers)
    for name in fields.keys() & answers.keys():
        answer = answers[name]
        if isinstance(answer, list):
            found[name] = [taken(fields[name], path) for path in answer]
        elif answer:
            found[name] = taken(fields[name], answer)
    return found


def _preset(job: Job, name: str) -> Mapping[str, Any]:
    """The answers of the preset called *name*, in any case; none without a name. Raises Refused."""
    if not name:
        return {}
    found = next((one for one in job.presets if one.casefold() == name.casefold()), None)
    if found is None:
        hint = did_you_mean(name, list(job.presets)) if job.presets else "It has none."
        raise Refused(f'"{job.title}" has no preset "{name}".', hint=hint)
    return job.presets[found]


def show_preview(console: Console, ask: StartJob, steps: Sequence[StepPreview]) -> None:
    """What each step would do, in plain lines."""
    where = f", {ask.environment}" if ask.environment else ""
    say(console, f"{ask.stack}/{ask.job}{where} would do:", "bold")
    show_steps(console, steps)


def show_steps(console: Console, steps: Sequence[StepPreview]) -> None:
    """The same, without a heading."""
    for step in steps:
        indent = "  " * (1 + step.id.count("."))
        uses = f"  ({step.uses})" if step.uses else ""
        final = ", cannot be undone" if step.is_final else ""
        say(console, f"{indent}{step.id}  {step.title}{uses}{final}")
        if step.known_after:
            say(console, f"{indent}   known after {step.known_after}", "dim")
        for line in step.text.splitlines():
            say(console, f"{indent}   {line}", _diff_style(line))
        if step.problem:
            say(console, f"{indent}   ✗ {step.problem}", "red")


def _diff_style(line: str) -> str:
    """Previews of files are diffs."""
    return {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
