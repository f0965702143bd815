"""Makes a `model.Stack` of a file in which no mistake was found."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from actions import library
from bot.base.text import join_words, parse_duration
from bot.catalog.build.form import form, readable
from bot.catalog.build.scheduled import scheduled
from bot.catalog.build.watch import in_braces, resource, triggers, webhook
from bot.catalog.names import GATE_NAME
from bot.catalog.raw.stack import RawApprove, RawEnvironment, RawJob, RawRetry, RawStack, RawStep, RawThen
from bot.catalog.raw.notify import RawNotify
from bot.catalog.raw.watch import RawResource
from bot.model.notify import NotifyRule, Quiet
from bot.model.plan import AnyStep, Approve, Do, Each, InParallel, Retry, RunJob, Then, Undo, Uses, Wait
from bot.model.stack import Environment, Job, Stack

#: The id of the step before all others.
_GATE = "0"


def build_stack(raw: RawStack, folder: Path) -> Stack:
    """The stack of *folder*."""
    environments = {name: _environment(name, found) for name, found in raw.environments.items()}
    return Stack(
        name=folder.name,
        title=raw.title or readable(folder.name),
        description=raw.description,
        owners=tuple(raw.owners),
        channel=raw.channel,
        notify=tuple(_notify(rule, raw.channel) for rule in raw.notify),
        environments=environments,
        jobs={
            name: _job(folder.name, name, found, tuple(environments), raw.resources) for name, found in raw.jobs.items()
        },
        resources={name: resource(name, found, raw.channel) for name, found in raw.resources.items()},
        webhooks={name: webhook(name, found) for name, found in raw.webhooks.items()},
        announcements={
            name: scheduled(name, found, raw.channel) for name, found in raw.announcements.items()
        },
        folder=folder,
    )


def _notify(raw: RawNotify, channel: str | None) -> NotifyRule:
    quiet = raw.quiet
    return NotifyRule(
        channel=raw.channel or channel or "",
        on=tuple(raw.on),
        environments=tuple(raw.environments),
        jobs=tuple(raw.jobs),
        mention=tuple(raw.mention),
        quiet=Quiet(start=quiet.start, until=quiet.until, zone=quiet.zone) if quiet else None,
    )


def _environment(name: str, raw: RawEnvironment | None) -> Environment:
    if raw is None:
        return Environment(name=name, fields={})
    fields: Mapping[str, Any] = raw.model_extra or {}
    return Environment(name=name, fields=fields, protected=raw.protected, when=in_braces(raw.when), each=raw.each)


def _job(
    stack: str, name: str, raw: RawJob, environments: tuple[str, ...], resources: Mapping[str, RawResource]
) -> Job:
    return Job(
        name=name,
        title=raw.title or readable(name),
        description=raw.description,
        danger=raw.danger,
        in_freeze=raw.freeze,
        lock=raw.lock,
        form=form(raw.form, resources),
        presets=raw.presets,
        steps=_steps(stack, raw.steps, ""),
        gate=Approve(id=_GATE, title=_approval_title(raw.approve), name=GATE_NAME, **_approval(raw.approve))
        if raw.approve
        else None,
        on_failure=_steps(stack, raw.on_failure, "on_failure."),
        on_success=_steps(stack, raw.on_success, "on_success."),
        on_abort=_steps(stack, raw.on_abort, "on_abort."),
        ensure=_steps(stack, raw.ensure, "ensure."),
        then=_then(raw.then),
        inverse=raw.inverse,
        announce=raw.announce,
        timeout_s=_seconds(raw.timeout),
        outputs=raw.outputs,
        only_called=raw.callable == "only",
        environments=tuple(raw.environments) if raw.environments else environments,
        triggers=triggers(raw.triggers),
    )


def _then(raw: RawThen | None) -> Then | None:
    return Then(run=raw.run, after=raw.after, warn_s=_seconds(raw.warn), cancel=raw.cancel or "") if raw else None


def _steps(stack: str, raw: Sequence[RawStep], prefix: str) -> tuple[AnyStep, ...]:
    return tuple(_step(stack, step, f"{prefix}{index}") for index, step in enumerate(raw, start=1))


def _step(stack: str, raw: RawStep, id: str) -> AnyStep:
    step = _one_step(stack, raw, id)
    if raw.each is None:
        return step
    # Its outputs are those of all copies together, so the name belongs to the list and not to one of them.
    return Each(
        id=id,
        title=step.title,
        name=raw.name,
        each=raw.each,
        step=step.model_copy(update={"name": None}),
        limit=raw.limit or 1,
        fail_fast=raw.fail_fast,
    )


def _one_step(stack: str, raw: RawStep, id: str) -> AnyStep:
    every: dict[str, Any] = {
        "id": id,
        "title": raw.title or _title(raw),
        "name": raw.name,
        "when": in_braces(raw.when),
        "retry": _retry(raw.retry),
        "timeout_s": _seconds(raw.timeout),
        "on_failure": _steps(stack, raw.on_failure, f"{id}.on_failure."),
        "on_success": _steps(stack, raw.on_success, f"{id}.on_success."),
        "on_abort": _steps(stack, raw.on_abort, f"{id}.on_abort."),
        "ensure": _steps(stack, raw.ensure, f"{id}.ensure."),
    }
    if raw.uses is not None:
        return Uses(uses=raw.uses, with_=raw.with_, **every)
    if raw.run is not None:
        own, _, job = raw.run.rpartition("/")
        return RunJob(stack=own or stack, job=job, environment=raw.environment, with_=raw.with_, **every)
    if raw.do is not None:
        return Do(steps=_steps(stack, raw.do, f"{id}."), **every)
    if raw.in_parallel is not None:
        steps = _steps(stack, raw.in_parallel, f"{id}.")
        return InParallel(steps=steps, limit=raw.limit, fail_fast=raw.fail_fast, **every)
    if raw.wait is not None:
        return Wait(wait=raw.wait, **every)
    if raw.approve is not None:
        return Approve(**_approval(raw.approve), **every)
    return Undo(undo=raw.undo or "run", **every)


def _retry(raw: RawRetry | None) -> Retry | None:
    if raw is None:
        return None
    delay_s = _seconds(raw.delay) or 0.0
    return Retry(times=raw.times, delay_s=delay_s, backoff=raw.backoff, when=in_braces(raw.when))


def _approval(raw: RawApprove) -> dict[str, Any]:
    return {
        "by": tuple(raw.by or ()),
        "count": raw.count,
        "by_starter": raw.self_,
        "within_s": parse_duration(raw.timeout).total_seconds(),
        "on_timeout": raw.on_timeout,
        "needs_reason": raw.reason == "required",
        "form": form(raw.form, {}),
        "notify": raw.notify,
        "channel": raw.channel,
    }


def _approval_title(raw: RawApprove) -> str:
    """`Approval by @platform`, `Approval by 2 of @platform and @security`."""
    if not raw.by:
        return f"Approval by {raw.count} people" if raw.count > 1 else "Approval"
    who = join_words(raw.by, last="and" if raw.count > 1 else "or")
    return f"Approval by {raw.count} of {who}" if raw.count > 1 else f"Approval by {who}"


def _title(raw: RawStep) -> str:
    if raw.uses is not None:
        # "Run a playbook on the hosts of an inventory.": what the action's file says that it is.
        said = sys.modules[library.find(raw.uses).__module__].__doc__ or readable(raw.uses)
        return said.strip().splitlines()[0].rstrip(".")
    if raw.run is not None:
        return readable(raw.run.rpartition("/")[2])
    if raw.wait is not None:
        return "Wait" if "{{" in raw.wait else f"Wait {raw.wait}"
    if raw.approve is not None:
        return _approval_title(raw.approve)
    if raw.undo is not None:
        return "Undo what was done" if raw.undo == "run" else f"Undo {raw.undo}"
    return "At the same time" if raw.in_parallel is not None else "One after the other"


def _seconds(duration: str | None) -> float | None:
    return None if duration is None else parse_duration(duration).total_seconds()
