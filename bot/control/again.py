"""Runs after runs: what an undo is, where a failed one may be tried again, and what is taken over for that."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot.base.errors import NotFound, NotNow
from bot.catalog.names import RESERVED
from bot.control.start import Request, StartJob
from bot.model.plan import Each, Plan, RunJob, Undo
from bot.model.run import HOOKS, RetryPoint, Run, RunStatus, StepRecord, StepStatus
from bot.store.store import Transaction

#: What a hook's id says of the step that it belongs to: "4." of "4.ensure.1", nothing of the job's own "ensure.1".
_OWNER = rf"(|.*?\.)(?:{'|'.join(HOOKS)})\."
_HINT = "Run it again from the start."
#: What people said yes to was that very run: a new one asks them again.
_ASKED_AGAIN = frozenset({"approve"})


def retry_point(run: Run, steps: Sequence[StepRecord]) -> RetryPoint | None:
    """Where *run* can be tried again; None when that would be its start, or when it did not fail."""
    if not (run.status.is_failure or run.status is RunStatus.ABORTED) or run.undo_of is not None:
        return None
    records = {record.id: record for record in steps}
    failed = next((step for step in run.plan.steps if step.id in records and not _is_done(records[step.id])), None)
    if failed is None:
        return None
    asked = [f"{step.id}." for step in run.plan.all_steps() if step.kind in _ASKED_AGAIN]
    anew = (*asked, *_taken_back(run.plan, records))
    before = [
        record
        for record in steps
        if _comes_before(record, failed.id, run.plan) and not f"{record.id}.".startswith(anew)
    ]
    taken = [record for record in before if _is_done(record) and _stands_for_itself(record, records)]
    partly = [record for record in before if _is_partly_done(record) and not record.is_hook]
    point = RetryPoint(step=failed.id, title=failed.title, taken=tuple(taken), partly=tuple(partly))
    return point if point.titles else None


def taken_up_by(run: Run, follow_ups: Sequence[Run]) -> Run | None:
    """The run that took up what *run* had done; None: there is none, or it never began."""
    return next((one for one in follow_ups if one.retry_of == run.number and one.begun_at), None)


def take_up(tx: Transaction, number: int, run: Run) -> None:
    """Let the new *run* begin where run *number*, which is held, failed.

    Raises NotNow when it cannot, or another one does already.
    """
    old, steps, follow_ups = _at_rest(tx, number)
    if taken := taken_up_by(old, follow_ups):
        raise NotNow(f"{old.name} was taken up by {taken.name}.", hint="Retry that one, or run it from the start.")
    point = _demand_same_steps(old, retry_point(old, steps), run.plan)
    tx.runs.change(run.number, retry_of=number)
    # Its message does not offer that any more.
    tx.runs.change(number)
    for record in point.taken:
        tx.steps.take_over(run.number, record)
    for record in point.partly:
        tx.steps.begin_with(run.number, record)
    for id, record in _items_of(old, steps).items():
        tx.steps.change(run.number, id, fields=record.fields)


def demand_undoable(tx: Transaction, number: int) -> None:
    """Raise NotNow when nothing of run *number*, which is held, can be undone, or another run is about it."""
    old, steps, _ = _at_rest(tx, number)
    if not any(step.can_be_undone for step in steps):
        is_undone = any(step.undone for step in steps)
        raise NotNow(f"{old.name} {'is undone already' if is_undone else 'has nothing that can be undone'}.")


def ask_like(old: Run, request: Request, *, cause: str) -> StartJob:
    """What starts a run like *old*, with its answers."""
    return StartJob(
        person=request.by,
        stack=old.stack,
        job=old.job,
        environment=old.environment,
        inputs=old.inputs,
        key=request.key,
        origin=request.origin,
        cause=cause,
        again=old.number,
        given=_given_by(old),
        channel=request.channel or old.channel,
        patience_s=request.patience_s,
    )


def undo_plan(old: Run) -> Plan:
    """The plan of a run that undoes *old*."""
    step = Undo(id="1", title=f"Undo {old.name}", undo=f"#{old.number}")
    return Plan(
        folder=old.plan.folder,
        steps=(step,),
        scope=old.plan.scope,
        channel=old.plan.channel,
        has_inverse=old.plan.has_inverse,
    )


def undo_values(old: Run) -> dict[str, Any]:
    """What such a run says of itself."""
    return {
        "stack": old.stack,
        "job": old.job,
        "title": f"Undo {old.title}",
        "environment": old.environment,
        "inputs": {},
        "cause": f"undoes {old.name}",
        "undo_of": old.number,
    }


def _at_rest(tx: Transaction, number: int) -> tuple[Run, list[StepRecord], list[Run]]:
    """The run, its steps, and the runs that were about it. Raises NotNow while one of these is not over."""
    old, follow_ups = tx.runs.get(number), tx.runs.follow_ups(number)
    if old is None:
        raise NotFound(f"There is no run #{number} any more.")
    for other in follow_ups:
        if not other.status.is_over:
            what = "undone" if other.undo_of == number else "taken up"
            raise NotNow(f"{old.name} is being {what} by {other.name}.", hint="Wait for its end, or cancel it.")
    return old, tx.steps.of(number), follow_ups


def _demand_same_steps(run: Run, point: RetryPoint | None, today: Plan) -> RetryPoint:
    """What a run by the plan of *today* may take over of *run*. Raises NotNow with the reason when that is nothing."""
    if point is None:
        raise NotNow(f"{run.name} has no done steps that could be taken over.", hint=_HINT)
    if today.steps != run.plan.steps:
        raise NotNow(f"The steps of {run.title} have changed since {run.name}.", hint=_HINT)
    if today.scope.get("env") != run.plan.scope.get("env"):
        raise NotNow(f"What is declared of {run.environment} has changed since {run.name}.", hint=_HINT)
    undone = [step.title for step in point.taken if step.undone]
    if undone:
        raise NotNow(f"{run.name} cannot be taken up: {undone[0]} has been undone since.", hint=_HINT)
    return point


def _items_of(run: Run, steps: Sequence[StepRecord]) -> dict[str, StepRecord]:
    """The steps of *run* that go through a list, whose items must stay the same, by id."""
    lists = {step.id for step in run.plan.all_steps() if isinstance(step, Each)}
    return {record.id: record for record in steps if record.id in lists and record.fields}


def _is_done(record: StepRecord) -> bool:
    """Did it succeed, or was it passed over for a reason? What an earlier failure kept from beginning has no end."""
    return record.status in {StepStatus.SUCCEEDED, StepStatus.SKIPPED} and record.ended_at is not None


def _is_partly_done(record: StepRecord) -> bool:
    """Did it end badly on some of its hosts, and is what it did on the others still so?"""
    ended_badly = record.status.is_failure or record.status is StepStatus.ABORTED
    return ended_badly and not record.undone and 0 < len(record.done_hosts) < len(record.hosts)


def _taken_back(plan: Plan, records: dict[str, StepRecord]) -> Iterator[str]:
    """How the ids begin of what failed, and a hook ran another job about: that job may have taken it back."""
    for step in plan.all_steps():
        owner = re.match(_OWNER, step.id) if isinstance(step, RunJob) else None
        if owner and step.id in records and records[step.id].started_at is not None:
            failed = records.get(owner[1].rstrip("."))
            if failed is None or not _is_done(failed):
                yield owner[1]


def _stands_for_itself(record: StepRecord, records: dict[str, StepRecord]) -> bool:
    """Is it no hook of something that is not taken over itself? The hooks of what fails again come again."""
    parts = record.id.split(".")
    owners = [".".join(parts[:place]) for place, part in enumerate(parts) if part in HOOKS]
    return all(owner in records and _is_done(records[owner]) for owner in owners)


def _comes_before(record: StepRecord, failed: str, plan: Plan) -> bool:
    """Is it part of the step that failed, or of one before it?"""
    order = [step.id for step in plan.steps]
    first = record.id.split(".")[0]
    return first in order and order.index(first) <= order.index(failed)


def _given_by(old: Run) -> dict[str, object]:
    """The version that a run was about: whether it is still there or not, the same run can be made again."""
    return {name: value for name, value in old.plan.scope.items() if name not in RESERVED}
