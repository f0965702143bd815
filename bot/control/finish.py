"""The end of a run: final status, timers, messages and the next in line for its lock, in one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.base.text import format_duration, parse_duration
from bot.catalog.expressions import ExpressionProblem, evaluate
from bot.control.engine import Engine
from bot.control.moments import call_off
from bot.model.message import MessageKind
from bot.model.run import Run, RunStatus, StepRecord, StepStatus
from bot.model.timer import TimerKind, TimerState
from bot.store.store import Transaction


def finish(
    tx: Transaction, engine: Engine, run: Run, status: RunStatus, *, now: datetime, reason: str, hint: str
) -> None:
    """Write the end of *run*. What its success promises (`announce`, `then`) is written with it."""
    tx.runs.change(run.number, status=status, ended_at=now, reason=reason, hint=hint)
    tx.steps.change_those(run.number, (StepStatus.PENDING, StepStatus.WAITING), status=StepStatus.SKIPPED)
    tx.events.add(run.number, f"run.{status}", now, text=reason)
    tx.audit.add(
        at=now,
        person_id=run.started_by_id,
        person=run.started_by,
        origin=run.origin,
        verb="run",
        target=run.target,
        answer=status,
        detail=f"{run.name}. {reason}".strip(),
    )
    release_locks(tx, engine, run, now=now)
    if status is RunStatus.SUCCEEDED:
        call_off(tx, then_key(run.stack, run.job, run.environment), by=run.started_by)
        if run.undo_of is not None:
            _cancel_what_should_follow(tx, run, run.undo_of)
        _announce(tx, run)
        _then(tx, run, now)
    if run.channel:
        tx.messages.owe(
            key=f"run:{run.number}:log",
            kind=MessageKind.LOG,
            channel=run.channel,
            parent=f"run:{run.number}",
            run=run.number,
        )


def release_locks(tx: Transaction, engine: Engine, run: Run, *, now: datetime) -> None:
    """Give up the run's locks and hand those that now hold them to the engine."""
    for number in tx.locks.release(run.number, now):
        go_on(tx, engine, number)


def stand_still(tx: Transaction, engine: Engine, run: Run, status: RunStatus, *, reason: str, hint: str) -> None:
    """Let *run* leave its worker: for a moment (WAITING) or a person's decision (INTERRUPTED).

    It goes on at once when what it waits for has happened in the meantime.
    """
    if tx.runs.cancelled_by(run.number) is not None:
        abort_what_stands_still(tx, run.number)
        go_on(tx, engine, run.number)
        return
    if status is RunStatus.WAITING and _a_moment_has_come(tx, run.number):
        go_on(tx, engine, run.number)
        return
    tx.runs.change(run.number, status=status, reason=reason, hint=hint)


def go_on(tx: Transaction, engine: Engine, number: int) -> None:
    """Hand a run that stood still to the engine."""
    tx.runs.change(number, status=RunStatus.QUEUED, reason="", hint="")
    engine.submit(tx, number, tx.runs.next_part(number))


def abort_what_stands_still(tx: Transaction, number: int) -> None:
    """The steps that wait for a moment or a decision do not go on."""
    tx.steps.change_those(number, (StepStatus.WAITING, StepStatus.INTERRUPTED), status=StepStatus.ABORTED)


def then_key(stack: str, job: str, environment: str | None) -> str:
    """The timer's key: one such moment per job and environment; setting it again moves it."""
    return f"then:{stack}/{job}/{environment or ''}"


def wait_key(number: int, step: str) -> str:
    """The timer's key of a `wait` step."""
    return f"wait:{number}:{step}"


def _a_moment_has_come(tx: Transaction, number: int) -> bool:
    """Does a step wait for a moment that is over? It came while other steps, side by side with it, were at work."""
    to_come = {timer.key for timer in tx.timers.of_run(number) if timer.state is TimerState.WAITING}
    waiting = [step for step in tx.steps.of(number) if step.status is StepStatus.WAITING]
    return any(wait_key(number, step.id) not in to_come for step in waiting)


def _cancel_what_should_follow(tx: Transaction, run: Run, undone: int) -> None:
    """What was undone needs no end: the maintenance that is off again need not go off."""
    for timer in tx.timers.of_run(undone):
        call_off(tx, timer.key, by=run.started_by)
    tx.runs.change(undone)


def _announce(tx: Transaction, run: Run) -> None:
    if not run.plan.announce or not run.plan.channel:
        return
    text = _text(tx, run, run.plan.announce)
    key = f"run:{run.number}:announce"
    tx.messages.owe(key=key, kind=MessageKind.FIXED, channel=run.plan.channel, run=run.number, body={"text": text})


def _then(tx: Transaction, run: Run, now: datetime) -> None:
    then = run.plan.then
    if then is None:
        return
    try:
        length = parse_duration(_text(tx, run, then.after))
    except ValueError as error:
        tx.events.add(run.number, "then.failed", now, text=f"`then` was not set: {error}")
        return
    warn_at = now + max(length - timedelta(seconds=then.warn_s), timedelta()) if then.warn_s is not None else None
    key = then_key(run.stack, then.run, run.environment)
    call_off(tx, key, by="")
    tx.timers.set(
        key=key,
        kind=TimerKind.START,
        at=now + length,
        warn_at=warn_at,
        run=run.number,
        stack=run.stack,
        job=then.run,
        environment=run.environment,
        channel=run.plan.channel or run.channel,
    )
    tx.events.add(run.number, "then.set", now, text=f"{then.run} in {format_duration(length)}")


def _text(tx: Transaction, run: Run, written: str) -> str:
    try:
        return str(evaluate(written, scope_of(tx, run)))
    except ExpressionProblem as problem:
        return f"{written} ({problem})"


def scope_of(tx: Transaction, run: Run) -> dict[str, object]:
    """What expressions of *run* may name now.

    Its plan's scope, `run`, `STEP.outputs` of the named steps that have succeeded, and `failure` once a step failed.
    """
    scope: dict[str, object] = {**run.plan.scope, "run": run_scope(run)}
    named = {step.id: step.name for step in run.plan.all_steps() if step.name}
    records = tx.steps.of(run.number)
    for record in records:
        if record.id in named and record.status is StepStatus.SUCCEEDED:
            scope[named[record.id]] = {"outputs": dict(record.outputs or {})}
    if (failed := first_failed(records)) is not None:
        scope["failure"] = {"step": failed.title, "reason": failed.reason}
    return scope


def run_scope(run: Run) -> dict[str, object]:
    """What an expression may know of its own run."""
    return {"number": run.number, "name": run.name, "started_by": run.started_by, "title": run.title}


def first_failed(records: Sequence[StepRecord]) -> StepRecord | None:
    """The step whose failure the others followed: the first that ended badly, and of nested ones the innermost."""
    bad = [step for step in records if step.status in {StepStatus.FAILED, StepStatus.ERRORED} and step.ended_at]
    return min(bad, key=lambda step: (step.ended_at, -len(step.id)), default=None)
