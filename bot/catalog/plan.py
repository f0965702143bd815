"""Freezes a job into the plan of one run."""

from collections.abc import Mapping
from typing import Any

from bot.base.errors import Refused
from bot.catalog.expressions import ExpressionProblem, evaluate
from bot.model.form import FormValue
from bot.model.plan import Plan
from bot.model.stack import Environment, Job, Stack

_HINT = "The stack's author has to mend it in stack.yml."
#: It stands in buttons, which hold 2,000 characters.
_LONGEST_LOCK = 200


def make_plan(
    stack: Stack,
    job: Job,
    environment: Environment | None,
    inputs: Mapping[str, FormValue],
    variables: Mapping[str, Any],
) -> tuple[Plan, str | None]:
    """The plan of a run that starts now, and the name of its lock; None: it needs none.

    The values of steps stay as their author wrote them, since later steps name the outputs of earlier ones. Secrets
    stay references. Raises Refused when a field of the environment or the lock's name cannot be computed.
    """
    scope = {**scope_before(stack, job, environment, variables), "form": dict(inputs)}
    plan = Plan(
        folder=str(stack.folder),
        steps=job.steps,
        gate=job.gate,
        on_failure=job.on_failure,
        on_success=job.on_success,
        on_abort=job.on_abort,
        ensure=job.ensure,
        scope=scope,
        then=job.then,
        announce=job.announce,
        channel=stack.channel,
        timeout_s=job.timeout_s,
        outputs=dict(job.outputs),
        notify=stack.notify,
        has_inverse=job.inverse is not None,
    )
    return plan, _lock(job, scope)


def lock_of(
    stack: Stack,
    job: Job,
    environment: Environment | None,
    inputs: Mapping[str, FormValue],
    variables: Mapping[str, Any],
) -> str | None:
    """The name of the lock that a run would need; None: it needs none. Raises Refused when it cannot be computed."""
    return _lock(job, {**scope_before(stack, job, environment, variables), "form": dict(inputs)})


def scope_before(
    stack: Stack, job: Job, environment: Environment | None, variables: Mapping[str, Any]
) -> dict[str, Any]:
    """What expressions may name before anybody answers the form. Raises Refused."""
    return {
        **(environment.given if environment else {}),
        "stack": {"name": stack.name, "title": stack.title},
        "job": {"name": job.name, "title": job.title},
        "env": _fields(environment, variables) if environment else {},
        "vars": dict(variables),
    }


def _fields(environment: Environment, variables: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {"name": environment.name, **evaluate(environment.fields, {**environment.given, "vars": variables})}
    except ExpressionProblem as problem:
        raise Refused(f"The environment {environment.name} is not complete: {problem}", hint=_HINT) from problem


def _lock(job: Job, scope: Mapping[str, Any]) -> str | None:
    if job.lock is None:
        return None
    try:
        name = str(evaluate(job.lock, scope)).strip()
    except ExpressionProblem as problem:
        raise Refused(f"The lock of {job.title} has no name: {problem}", hint=_HINT) from problem
    if not name:
        # An empty name would lock out every other job that computes to nothing.
        raise Refused(f"The lock of {job.title} has no name: {job.lock} is empty here.", hint=_HINT)
    if len(name) > _LONGEST_LOCK:
        raise Refused(f"The name of the lock of {job.title} has {len(name)} characters; {_LONGEST_LOCK} are the most.")
    return name
