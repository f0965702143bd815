"""Makes a `model.Stack` of a file in which no mistake was found."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from actions import library
from bot.base.text import parse_duration
from bot.catalog.raw import RawEnvironment, RawField, RawJob, RawStack, RawStep, RawThen
from bot.model.form import Choice, FormField
from bot.model.plan import AnyStep, Do, InParallel, Retry, Then, Undo, Uses, Wait
from bot.model.stack import Environment, Job, Stack


def build_stack(raw: RawStack, folder: Path) -> Stack:
    """The stack of *folder*."""
    environments = {name: _environment(name, found) for name, found in raw.environments.items()}
    return Stack(
        name=folder.name,
        title=raw.title or readable(folder.name),
        description=raw.description,
        owners=tuple(raw.owners),
        channel=raw.channel,
        environments=environments,
        jobs={name: _job(name, found, tuple(environments)) for name, found in raw.jobs.items()},
        folder=folder,
    )


def readable(name: str) -> str:
    """`put_up-page` -> `Put up page`."""
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def in_braces(condition: str | None) -> str | None:
    """`env.name == 'eu'` -> `{{ env.name == 'eu' }}`; a condition that has its braces keeps them."""
    if condition is None:
        return None
    text = condition.strip()
    return text if text.startswith("{{") else f"{{{{ {text} }}}}"


def _environment(name: str, raw: RawEnvironment | None) -> Environment:
    if raw is None:
        return Environment(name=name, fields={})
    fields: Mapping[str, Any] = raw.model_extra or {}
    return Environment(name=name, fields=fields, protected=raw.protected, when=in_braces(raw.when))


def _job(name: str, raw: RawJob, environments: tuple[str, ...]) -> Job:
    return Job(
        name=name,
        title=raw.title or readable(name),
        description=raw.description,
        danger=raw.danger,
        lock=raw.lock,
        form=tuple(_field(key, field) for key, field in raw.form.items()),
        steps=_steps(raw.steps, ""),
        on_failure=_steps(raw.on_failure, "on_failure."),
        ensure=_steps(raw.ensure, "ensure."),
        then=_then(raw.then),
        announce=raw.announce,
        timeout_s=_seconds(raw.timeout),
        environments=tuple(raw.environments) if raw.environments else environments,
    )


def _field(name: str, raw: RawField) -> FormField:
    choices = raw.choices.items() if isinstance(raw.choices, dict) else [(value, value) for value in raw.choices or ()]
    return FormField(
        name=name,
        type=raw.type,
        label=raw.label or readable(name),
        help=raw.help,
        required=raw.required,
        default=raw.default,  # type: ignore[arg-type]  # its type was checked when the file was
        min=raw.min,
        max=raw.max,
        unit=raw.unit,
        pattern=raw.pattern,
        message=raw.message,
        choices=tuple(Choice(value=value, label=label) for value, label in choices),
    )


def _then(raw: RawThen | None) -> Then | None:
    return Then(run=raw.run, after=raw.after, warn_s=_seconds(raw.warn)) if raw else None


def _steps(raw: Sequence[RawStep], prefix: str) -> tuple[AnyStep, ...]:
    return tuple(_step(step, f"{prefix}{index}") for index, step in enumerate(raw, start=1))


def _step(raw: RawStep, id: str) -> AnyStep:
    every: dict[str, Any] = {
        "id": id,
        "title": raw.title or _title(raw),
        "name": raw.name,
        "when": in_braces(raw.when),
        "retry": Retry(times=raw.retry.times, delay_s=_seconds(raw.retry.delay) or 0.0) if raw.retry else None,
        "timeout_s": _seconds(raw.timeout),
        "on_failure": _steps(raw.on_failure, f"{id}.on_failure."),
        "ensure": _steps(raw.ensure, f"{id}.ensure."),
    }
    if raw.uses is not None:
        return Uses(uses=raw.uses, with_=raw.with_, **every)
    if raw.do is not None:
        return Do(steps=_steps(raw.do, f"{id}."), **every)
    if raw.in_parallel is not None:
        return InParallel(steps=_steps(raw.in_parallel, f"{id}."), **every)
    if raw.wait is not None:
        return Wait(wait=raw.wait, **every)
    return Undo(undo=raw.undo or "run", **every)


def _title(raw: RawStep) -> str:
    if raw.uses is not None:
        # "Run a playbook on the hosts of an inventory.": what the action's file says that it is.
        said = sys.modules[library.find(raw.uses).__module__].__doc__ or readable(raw.uses)
        return said.strip().splitlines()[0].rstrip(".")
    if raw.wait is not None:
        return "Wait" if "{{" in raw.wait else f"Wait {raw.wait}"
    if raw.undo is not None:
        return "Undo what was done" if raw.undo == "run" else f"Undo {raw.undo}"
    return "At the same time" if raw.in_parallel is not None else "One after the other"


def _seconds(duration: str | None) -> float | None:
    return None if duration is None else parse_duration(duration).total_seconds()
