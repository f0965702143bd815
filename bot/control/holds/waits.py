"""For what a run waits, in words, and until when."""

from collections.abc import Mapping, Sequence

from bot.base.text import format_moment, join_words, plural
from bot.control.holds.holds import pauses_of
from bot.control.moments import wait_key
from bot.model.pause import HELD, titled
from bot.model.run import NextTry, Run, RunStatus, StepRecord
from bot.model.stack import Stack
from bot.model.timer import TimerState
from bot.store.store import Transaction


def waits_for(tx: Transaction, run: Run, stacks: Mapping[str, Stack]) -> str:
    """The run's own reason, the runs that its steps started, or who holds its lock and how many stand before it."""
    if run.held == HELD:
        return " ".join(f"{pause.in_words}." for pause in titled(pauses_of(tx, run.target), stacks))
    lock = tx.locks.of(run.lock) if run.lock else None
    ahead = lock.place_of(run=run.number) if lock else None
    if lock is None or ahead is None:
        return run.reason or _whose_yes(tx, run) or _called(tx, run)
    line = "This run is next." if ahead == 0 else f"{plural(ahead, 'other')} before this one."
    if lock.run is not None and lock.person_id == run.started_by_id:
        return f"#{lock.run} works in {lock.name}, which {lock.holder} holds. This run comes after it."
    why = f" ({lock.why})" if lock.person_id and lock.why else ""
    until = f" until {format_moment(lock.until, beside=lock.since)}" if lock.until else ""
    return f"{lock.owner} holds {lock.name}{until}{why}. {line}"


def next_tries(tx: Transaction, run: Run, steps: Sequence[StepRecord]) -> dict[str, NextTry]:
    """When the steps are tried again that have failed and wait for that, by their ids."""
    ids = {wait_key(run.number, step.id): step.id for step in steps if step.comes_again}
    if not ids:
        # Each message of each run asks.
        return {}
    waiting = [one for one in tx.timers.of_run(run.number) if one.key in ids and one.state is TimerState.WAITING]
    return {ids[one.key]: NextTry(at=one.at, of=run.plan.tries(ids[one.key])) for one in waiting}


def is_in_line(tx: Transaction, run: Run) -> bool:
    """Does it wait for its lock, behind others?"""
    lock = tx.locks.of(run.lock) if run.lock and run.status is RunStatus.WAITING else None
    if lock is None or lock.person_id == run.started_by_id:
        return False
    return lock.place_of(run=run.number) is not None


def _whose_yes(tx: Transaction, run: Run) -> str:
    """How many of the people whose yes it needs have given it."""
    waiting = [one for one in tx.approvals.of_run(run.number) if one.is_open]
    steps = [run.plan.approval(one.step) for one in waiting]
    return " ".join(
        f"{step.title}: {len(one.yes)} of {step.count} said yes." for one, step in zip(waiting, steps, strict=True)
    )


def _called(tx: Transaction, run: Run) -> str:
    """The runs that it waits for, in words."""
    names = [child.name for child in tx.runs.called_by(run.number) if not child.status.is_over]
    return f"It waits for {join_words(names)}." if names else ""
