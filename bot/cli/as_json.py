"""Runs and jobs as JSON, for programs. Keys are only ever added."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.control.jobs import JobOffer
from bot.control.start import ReadyJob
from bot.model.approval import ApprovalView, StepPreview
from bot.model.audit import AuditRecord
from bot.model.plan import walk
from bot.model.run import NextTry, Run, RunView, StepRecord


def dumps(value: object) -> str:
    """*value* as indented JSON; moments as ISO 8601."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=_other)


def run_object(view: RunView) -> dict[str, Any]:
    """A run with its steps and what the named ones returned."""
    names = {step.id: step.name for step in walk(view.run.plan.steps) if step.name}
    return {
        **run_line(view.run),
        "inputs": dict(view.run.inputs),
        "hint": view.run.hint,
        "waits_for": view.waits_for,
        "lock": view.run.lock,
        "steps": [_step(step, names.get(step.id), view.next_tries.get(step.id)) for step in view.steps],
        "outputs": {
            names[step.id]: dict(step.outputs or {})
            for step in view.steps
            if step.id in names and step.outputs is not None
        },
    }


def run_line(run: Run) -> dict[str, Any]:
    """A run in short, as lists have it."""
    return {
        "number": run.number,
        "name": run.name,
        "status": run.status,
        "reason": run.reason,
        "stack": run.stack,
        "job": run.job,
        "title": run.title,
        "environment": run.environment,
        "started_by": run.started_by,
        "origin": run.origin,
        "cause": run.cause,
        "undo_of": run.undo_of,
        "retry_of": run.retry_of,
        "parent": run.parent,
        "created_at": run.created_at,
        "begun_at": run.begun_at,
        "ended_at": run.ended_at,
    }


def job_object(offer: JobOffer) -> dict[str, Any]:
    """A job, where it may be started, and what it asks."""
    return {
        "stack": offer.stack.name,
        "job": offer.job.name,
        "title": offer.job.title,
        "description": offer.job.description,
        "danger": offer.job.danger,
        "environments": [
            # The fields are the author's; a field called `name` would hide the environment's own.
            {**environment.fields, "protected": environment.protected, "name": environment.name}
            for environment in offer.environments
        ],
        "form": [asdict(field) for field in offer.job.form],
    }


def plan_object(ready: ReadyJob, steps: Sequence[StepPreview]) -> dict[str, Any]:
    """What a job would do."""
    return {
        "stack": ready.stack.name,
        "job": ready.job.name,
        "title": ready.job.title,
        "environment": ready.environment.name if ready.environment else None,
        "inputs": ready.inputs,
        "lock": ready.lock,
        "steps": [asdict(step) for step in steps],
    }


def approval_object(view: ApprovalView) -> dict[str, Any]:
    """What waits for people's yes."""
    approval = view.approval
    return {
        "id": approval.id,
        "run": run_line(view.run),
        "inputs": dict(view.run.inputs),
        "step": view.step.id,
        "title": view.step.title,
        "who": view.who,
        "count": view.step.count,
        "yes": [{"by": vote.person.name, "at": vote.at, "reason": vote.reason} for vote in approval.yes],
        "asked_at": approval.asked_at,
        "until": view.timer.at,
        "hash": approval.hash,
        "previews": [asdict(preview) for preview in approval.previews],
    }


def audit_object(record: AuditRecord) -> dict[str, Any]:
    """One line of the audit."""
    return asdict(record)


def _step(step: StepRecord, name: str | None, next_try: NextTry | None) -> dict[str, Any]:
    shown = asdict(step)
    del shown["run"], shown["position"]
    return {"id": step.id, "name": name, **shown, "next_try_at": next_try.at if next_try else None}


def _other(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
