"""The end of a run: final status, timers, messages and the next in line for its lock, in one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.base.text import format_duration, parse_duration
from bot.catalog.expressions import ExpressionProblem, evaluate
from bot.control.called import called_by_steps
from bot.control.engine import Engine
from bot.control.holds.asking import lets_pass, withdraw
from bot.control.holds.reservations import begin_reservation
from bot.control.moments import call_off, wait_key
from bot.control.notify import tell_end, tell_interrupted
from bot.control.scope import scope_of
from bot.model.freeze import freeze_key
from bot.model.lock import Claim, Lock
from bot.model.message import MessageKind
from bot.model.run import Run, RunStatus, StepRecord, StepStatus
from bot.model.timer import TimerKind, TimerState
from bot.store.store import Transaction


def finish(
    tx: Transaction, engine: Engine, run: Run, status: RunStatus, *, now: datetime, reason: str, hint: str
) -> None:
    """Write the end of *run*. What its success promises (`announce`, `then`) is written with it."""
    tx.runs.change(run.number, status=status, held="", ended_at=now, reason=reason, hint=hint)
    tx.steps.change_those(run.number, (StepStatus.PENDING, StepStatus.WAITING), status=StepStatus.SKIPPED)
    tx.events.add(run.number, f"run.{status}", now, text=reason)
    tx.audit.add(
        at=now,
        by=run.starter,
        origin=run.origin,
        verb="run",
        target=run.target,
        answer=status,
        detail=f"{run.name}. {reason}" if reason else run.name,
    )
    withdraw(tx, run, now=now)
    if run.held:
        call_off(tx, freeze_key(run.number), by=run.cancelled_by or "")
    if status is RunStatus.SUCCEEDED:
        _succeed(tx, run, now)
    tell_end(tx, run, status, now=now)
    # After the timers: a timer that comes at this very moment holds its row, then the lock of the run it starts.
    release_locks(tx, engine, run, now=now)
    if run.parent is not None:
        _bring_back(tx, engine, run.parent)
    if run.channel:
        tx.messages.owe(
            key=f"run:{run.number}:log",
            kind=MessageKind.LOG,
            channel=run.channel,
            parent=f"run:{run.number}",
            run=run.number,
        )


def _succeed(tx: Transaction, run: Run, now: datetime) -> None:
    """Write what the success of *run* means to others: what it puts out, what ends with it, what it promised."""
    tx.runs.change(run.number, outputs=_outputs(tx, run))
    call_off(tx, then_key(run.stack, run.job, run.environment), by=run.started_by)
    if run.undo_of is not None:
        _cancel_what_should_follow(tx, run, run.undo_of)
    _announce(tx, run)
    _then(tx, run, now)
    if run.plan.has_inverse:
        tx.messages.show_boards(run.stack)


def _bring_back(tx: Transaction, engine: Engine, parent: int) -> None:
    """Let the run that waits for this one go on. One that is at work elsewhere looks before it stands still."""
    waiting = tx.runs.lock_row(parent)
    if waiting is not None and waiting.status is RunStatus.WAITING:
        go_on(tx, engine, parent)
    elif waiting is not None:
        tx.runs.change(parent)


def _outputs(tx: Transaction, run: Run) -> dict[str, object]:
    """What the job says that it puts out; what cannot be computed is empty, and the history says why."""
    scope, found = scope_of(tx, run), {}
    for name, value in run.plan.outputs.items():
        try:
            found[name] = evaluate(value, scope)
        except ExpressionProblem as problem:
            found[name] = ""
            tx.events.add(run.number, "output.failed", run.created_at, text=f"{name}: {problem}")
    return found


def release_locks(tx: Transaction, engine: Engine, run: Run, *, now: datetime) -> None:
    """Give up the run's locks and hand those that now hold them to the engine."""
    for lock in tx.locks.release(run.number, now):
        hand_on(tx, engine, lock, now=now)


def hand_on(tx: Transaction, engine: Engine, lock: Lock, *, now: datetime) -> None:
    """Somebody who waited holds *lock* now: a run goes on; a person is told, and a waiting run of theirs goes on."""
    if lock.run is None:
        begin_reservation(tx, lock, now=now)
        lock = tx.locks.let_own_in(lock.name) or lock
    if lock.run is not None:
        go_on(tx, engine, lock.run)
    show_queue(tx, lock.queue)


def show_queue(tx: Transaction, queue: Sequence[Claim]) -> None:
    """The messages of those that wait say who holds the lock, and how many are before them."""
    for claim in queue:
        if claim.run is not None:
            tx.runs.change(claim.run)


def stand_still(
    tx: Transaction, engine: Engine, run: Run, status: RunStatus, *, now: datetime, reason: str, hint: str
) -> None:
    """Let *run* leave its worker: for a moment or people's yes (WAITING), or for what a crash left open (INTERRUPTED).

    It goes on at once when what it waits for has happened in the meantime.
    """
    if tx.runs.cancelled_by(run.number) is not None and abort_what_stands_still(tx, run, now=now):
        go_on(tx, engine, run.number)
        return
    tx.runs.change(run.number, status=status, reason=reason, hint=hint)
    if status is RunStatus.INTERRUPTED:
        tell_interrupted(tx, run, now=now)
    if status is RunStatus.WAITING and a_moment_has_come(tx, run.number):
        resume(tx, engine, run, now=now)


def resume(tx: Transaction, engine: Engine, run: Run, *, now: datetime) -> None:
    """Bring a run back that waited. Once its start is approved it asks for its lock, and queues for a taken one."""
    if run.lock is not None and _may_start(tx, run) and not tx.locks.ask(run.lock, run, now=now):
        tx.runs.change(run.number, status=RunStatus.WAITING)
        return
    go_on(tx, engine, run.number)


def go_on(tx: Transaction, engine: Engine, number: int) -> None:
    """Hand a run that stood still to the engine."""
    tx.runs.change(number, status=RunStatus.QUEUED, reason="", hint="")
    engine.submit(tx, number, tx.runs.next_part(number))


def abort_what_stands_still(tx: Transaction, run: Run, *, now: datetime) -> bool:
    """The steps that wait for a moment, for people or for a decision do not go on. False: there were none.

    A hook that waits does go on: it cleans up, whoever cancelled the run.
    """
    # A step whose run is still ending is left when that run has ended.
    ending = {step for step, called in called_by_steps(tx, run.number).items() if not called.status.is_over}
    still = [step for step in tx.steps.of(run.number) if _is_left_by_cancelling(step) and step.id not in ending]
    for step in still:
        tx.steps.change(run.number, step.id, status=StepStatus.ABORTED)
    withdraw(tx, run, [step.id for step in still], now=now)
    return bool(still)


def _is_left_by_cancelling(step: StepRecord) -> bool:
    return step.status is StepStatus.INTERRUPTED or (step.status is StepStatus.WAITING and not step.is_hook)


def then_key(stack: str, job: str, environment: str | None) -> str:
    """The timer's key: one such moment per job and environment; setting it again moves it."""
    return f"then:{stack}/{job}/{environment or ''}"


def a_moment_has_come(tx: Transaction, number: int, *, inside: str = "") -> bool:
    """Does a step wait for a moment that is over, or for a run that has ended?

    It came while other steps, side by side with it, were at work. Of all steps, or of one and those *inside* it.
    """
    to_come = {timer.key for timer in tx.timers.of_run(number) if timer.state is TimerState.WAITING}
    waiting = [step for step in tx.steps.of(number) if step.status is StepStatus.WAITING]
    waiting = [step for step in waiting if not inside or f"{step.id}.".startswith(f"{inside}.")]
    called = called_by_steps(tx, number)
    return any(
        called[step.id].status.is_over if step.id in called else wait_key(number, step.id) not in to_come
        for step in waiting
    )


def _may_start(tx: Transaction, run: Run) -> bool:
    """Does it stand at the approval of its start, and is that given?"""
    gate = run.plan.gate
    step = tx.steps.get(run.number, gate.id) if gate else None
    if gate is None or step is None or step.status is not StepStatus.WAITING:
        return False
    newest = tx.approvals.newest(run.number, gate.id)
    return newest is not None and lets_pass(newest, gate)


def _cancel_what_should_follow(tx: Transaction, run: Run, undone: int) -> None:
    """What was undone needs no end: the maintenance that is off again need not go off."""
    for timer in tx.timers.of_run(undone):
        call_off(tx, timer.key, by=run.started_by)
    tx.runs.change(undone)


def _announce(tx: Transaction, run: Run) -> None:
    if run.plan.announce:
        _tell(tx, run, run.plan.channel, _text(tx, run, run.plan.announce), key="announce")


def _tell(tx: Transaction, run: Run, where: str | None, text: str, *, key: str) -> None:
    if where:
        key = f"run:{run.number}:{key}"
        tx.messages.owe(key=key, kind=MessageKind.FIXED, channel=where, run=run.number, body={"text": text})


def _then(tx: Transaction, run: Run, now: datetime) -> None:
    then = run.plan.then
    if then is None:
        return
    try:
        length = parse_duration(_text(tx, run, then.after))
    except ValueError as error:
        tx.events.add(run.number, "then.failed", now, text=f"`then` was not set: {error}")
        # Somebody relies on it: what was put up stays until a person takes it down.
        text = f"{then.run} does not start by itself after {run.name}: {error}"
        _tell(tx, run, run.plan.channel or run.channel, text, key="then")
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
        behind=run.people,
    )
    tx.events.add(run.number, "then.set", now, text=f"{then.run} in {format_duration(length)}")


def _text(tx: Transaction, run: Run, written: str) -> str:
    try:
        return str(evaluate(written, scope_of(tx, run)))
    except ExpressionProblem as problem:
        return f"{written} ({problem})"
