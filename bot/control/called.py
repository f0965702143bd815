"""Runs that a step of another run starts: what is asked for, and how the two end together."""

from collections.abc import Mapping
from typing import Any

from bot.base.errors import NotNow, Refused
from bot.catalog.catalog import Catalog
from bot.catalog.expressions import evaluate
from bot.control.start import StartJob
from bot.model.person import Person
from bot.model.plan import RunJob
from bot.model.run import HOOKS, Run
from bot.store.store import Transaction

#: Jobs in jobs in jobs: deeper is a circle that came about while they ran.
_DEEPEST = 8


def call_key(number: int, step: str) -> str:
    """The key of the run that a step starts: it starts one, however often a crash makes it ask."""
    return f"step:{number}:{step}"


def ask_for(catalog: Catalog, parent: Run, step: RunJob, scope: Mapping[str, Any], starter: Person) -> StartJob:
    """What *step* of *parent* asks the front door for. Raises NotFound, ExpressionProblem."""
    _, job = catalog.job(step.stack, step.job)
    if step.environment is not None:
        environment: str | None = str(evaluate(step.environment, scope))
    else:
        environment = parent.environment if parent.environment in job.environments else None
    return StartJob(
        person=starter,
        stack=step.stack,
        job=step.job,
        environment=environment,
        inputs=evaluate(step.with_, scope),
        key=call_key(parent.number, step.id),
        origin=parent.origin,
        cause=f"for {parent.name}",
        channel=parent.channel,
        parent=parent.number,
        parent_step=step.id,
    )


def parents_of(tx: Transaction, ask_parent: int | None) -> list[Run]:
    """The runs above a new one, nearest first."""
    found: list[Run] = []
    while ask_parent is not None and (run := tx.runs.get(ask_parent)):
        found.append(run)
        ask_parent = run.parent
    return found


def demand_living_parent(tx: Transaction, ask: StartJob) -> None:
    """Raise NotNow when the run that asks has been cancelled meanwhile, Refused when it stands too deep already.

    Holds the parent's row: whoever cancels it either sees the new run, or is seen here.
    """
    if ask.parent is None or ask.parent_step is None:
        return
    parent = tx.runs.lock_row(ask.parent)
    if parent is None or (parent.cancelled_by and not _is_hook(ask.parent_step)):
        raise NotNow("The run was cancelled.")
    above = parents_of(tx, ask.parent)
    if len(above) > _DEEPEST:
        names = " → ".join(run.name for run in reversed(above[:3]))
        raise Refused(f"{names}: jobs start one another without an end.", hint="stackhand check names the circle.")


def living_family(tx: Transaction, number: int) -> list[int]:
    """Run *number* and, above it, all runs that end with it, the newest first: the order in which rows are held.

    Whoever ends a run holds its row before that of the run which waits for it; so must whoever cancels both. What a
    hook started is not among them: it cleans up.
    """
    found = [number]
    for child in tx.runs.called_by(number):
        if not child.status.is_over and not _is_hook(child.parent_step or ""):
            found += living_family(tx, child.number)
    return sorted(found, reverse=True)


def called_by_steps(tx: Transaction, number: int) -> dict[str, Run]:
    """The runs that the steps of run *number* started, by the step."""
    return {child.parent_step: child for child in tx.runs.called_by(number) if child.parent_step}


def _is_hook(step: str) -> bool:
    return not HOOKS.isdisjoint(step.split("."))
