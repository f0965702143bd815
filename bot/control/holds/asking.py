"""Asking people for their yes, and what follows from how that came out: steps of larger transactions.

Whoever calls these holds the run's row first, and then those of its timers and approvals: in this order everywhere.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.base.text import format_duration
from bot.control.moments import wait_key
from bot.model.approval import Approval, ApprovalState, StepPreview
from bot.model.message import MessageKind
from bot.model.person import Person
from bot.model.plan import Approve, OnTimeout
from bot.model.run import Run, StepStatus
from bot.model.timer import TimerKind
from bot.store.store import Transaction

#: What a time-out leads to, for people.
AFTER_THAT = {
    OnTimeout.FAIL: "After that it counts as a no.",
    OnTimeout.SKIP: "After that what it guards is skipped.",
    OnTimeout.GO_ON: "After that silence counts as a yes.",
}
#: The reminder comes when a quarter of the time is left, and no sooner than this before the end.
_REMIND_BEFORE = timedelta(hours=1)


def hash_of(previews: Sequence[StepPreview]) -> str:
    """What a yes is pinned to: it counts only as long as the previews, made anew, have the same hash."""
    return hashlib.sha256(json.dumps([[preview.id, preview.hash] for preview in previews]).encode()).hexdigest()


def message_key(approval: int, person: str = "") -> str:
    """The key of an approval's message, or of the one that tells *person* directly."""
    return f"approval:{approval}:{person}" if person else f"approval:{approval}"


def told_directly(step: Approve) -> list[str]:
    """Whom `by` names as single people, where they are to be told."""
    one_by_one = [who for who in step.by if who != "everyone" and not who.startswith("@") and "*" not in who]
    return one_by_one if step.notify else []


def ask(tx: Transaction, run: Run, step: Approve, previews: Sequence[StepPreview], *, now: datetime) -> Approval:
    """Ask for the yes that *step* waits for, with what would happen after it."""
    within = timedelta(seconds=step.within_s)
    timer = tx.timers.set(
        key=wait_key(run.number, step.id),
        kind=TimerKind.RESUME,
        at=now + within,
        warn_at=now + within - min(within / 4, _REMIND_BEFORE),
        run=run.number,
        stack=run.stack,
        job=run.job,
        environment=run.environment,
    )
    approval = tx.approvals.add(
        run=run.number, step=step.id, asked_at=now, previews=previews, pinned=hash_of(previews), timer=timer.id
    )
    if step == run.plan.gate:
        # Nothing of it has begun: a cancel ends it at once, and its time-out counts from when it does begin.
        tx.runs.change(run.number, begun_at=None)
    tx.steps.change(run.number, step.id, status=StepStatus.WAITING, started_at=now)
    record(tx, run, step, "asked", by=run.starter, origin=run.origin, now=now)
    body = {"approval": approval.id}
    if where := step.channel or run.channel:
        key = message_key(approval.id)
        tx.messages.owe(key=key, kind=MessageKind.APPROVAL, channel=where, run=run.number, body=body)
    for person in told_directly(step):
        key = message_key(approval.id, person)
        tx.messages.owe(key=key, kind=MessageKind.APPROVAL, channel=person, run=run.number, body=body)
    return approval


def end(
    tx: Transaction, run: Run, approval: Approval, state: ApprovalState, *, now: datetime, reason: str = ""
) -> None:
    """Write down how an approval came out, and show it."""
    tx.approvals.end(approval.id, state, at=now, reason=reason)
    tx.timers.cancel_key(wait_key(run.number, approval.step), by="")
    show_again(tx, run, approval)


def lets_pass(approval: Approval, step: Approve) -> bool:
    """Does the run go on behind it, as far as people are concerned?"""
    is_silence = approval.state is ApprovalState.TIMED_OUT and step.on_timeout is OnTimeout.GO_ON
    return approval.state is ApprovalState.APPROVED or is_silence


def show_again(tx: Transaction, run: Run, approval: Approval) -> None:
    """Draw every message of *approval*, and that of its run."""
    step = run.plan.approval(approval.step)
    tx.messages.show_again(message_key(approval.id), *(message_key(approval.id, who) for who in told_directly(step)))
    tx.runs.change(run.number)


def nobody_decided(approval: Approval, until: datetime) -> str:
    """What a time-out is told with: how long people had, with all that they were given on top."""
    return f"Nobody decided within {format_duration(until - approval.asked_at)}."


def remind(tx: Transaction, run: Run, approval: Approval, until: datetime, *, now: datetime) -> None:
    """Say in the thread that the time runs out: once, and once more after it was extended."""
    if tx.messages.get(message_key(approval.id)) is None:
        return
    step = run.plan.approval(approval.step)
    text = f"Nobody has decided yet, and {format_duration(until - now)} are left. {AFTER_THAT[step.on_timeout]}"
    parent = message_key(approval.id)
    tx.messages.owe(
        key=f"{parent}:reminder:{until:%Y-%m-%dT%H:%M:%S}",
        kind=MessageKind.FIXED,
        channel=step.channel or run.channel or "",
        parent=parent,
        run=run.number,
        body={"text": text},
    )


def withdraw(tx: Transaction, run: Run, steps: Sequence[str] | None = None, *, now: datetime) -> None:
    """*run*, or these *steps* of it, are over: nobody needs to decide any more."""
    for approval in tx.approvals.of_run(run.number):
        if approval.is_open and (steps is None or approval.step in steps):
            end(tx, run, approval, ApprovalState.WITHDRAWN, now=now)


def record(
    tx: Transaction, run: Run, step: Approve, what: str, *, by: Person, origin: str, now: datetime, detail: str = ""
) -> None:
    """Write it into the audit and into the run's history."""
    tx.audit.add(
        at=now,
        by=by,
        origin=origin,
        verb="approval",
        target=run.target,
        answer=what,
        detail=". ".join(part for part in (run.name, step.title, detail) if part),
    )
    tx.events.add(run.number, f"approval.{what.replace(' ', '_')}", now, step=step.id, text=detail, by=by.name)
