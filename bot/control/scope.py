"""What the expressions of a run may name."""

from bot.model.run import Run, StepStatus, first_failed
from bot.store.store import Transaction


def scope_of(tx: Transaction, run: Run) -> dict[str, object]:
    """What expressions of *run* may name now.

    Its plan's scope, `run`, `STEP.outputs` of the named steps that have succeeded, and `failure` once a step failed.
    """
    scope: dict[str, object] = {**run.plan.scope, "run": _of_itself(run)}
    named = {step.id: step.name for step in run.plan.all_steps() if step.name}
    records = tx.steps.of(run.number)
    for record in records:
        if record.id in named and record.status is StepStatus.SUCCEEDED:
            scope[named[record.id]] = {"outputs": dict(record.outputs or {})}
    if (failed := first_failed(records)) is not None:
        scope["failure"] = {"step": failed.title, "reason": failed.reason}
    return scope


def _of_itself(run: Run) -> dict[str, object]:
    """What an expression may know of its own run."""
    return {
        "number": run.number,
        "name": run.name,
        "started_by": run.started_by,
        "title": run.title,
        "status": run.status.value,
    }
