"""What keeps a run from beginning, and what follows when it does so no longer: steps of larger transactions."""

from collections.abc import Sequence
from datetime import datetime

from bot.control.access import covers
from bot.control.engine import Engine
from bot.control.finish import go_on, release_locks, resume
from bot.control.holds.calendar import frozen
from bot.control.moments import call_off, message_key
from bot.model import freeze, pause
from bot.model.freeze import Freeze, Frozen
from bot.model.pause import Pause
from bot.model.run import Run, RunStatus
from bot.model.timer import NEVER, TimerKind
from bot.store.store import Transaction


def pauses_of(tx: Transaction, target: str, *, hold: bool = False) -> list[Pause]:
    """The pauses that cover *target*, the oldest first."""
    return [one for one in tx.pauses.all(hold=hold) if covers(one.target, target)]


def hold_back(tx: Transaction, engine: Engine, run: Run, freezes: Sequence[Freeze], *, now: datetime) -> bool:
    """Put *run* down if it may not begin now; it waits without its lock. False: it may.

    A job that another run started belongs to that run, which goes on to its end.
    """
    if run.parent is not None or run.begun_at is not None:
        return False
    if pauses_of(tx, run.target, hold=True):
        tx.runs.change(run.number, status=RunStatus.WAITING, held=pause.HELD)
    elif (cold := _frozen(run, freezes, now)) is not None:
        _until_it_thaws(tx, run, cold, now=now)
    else:
        return False
    release_locks(tx, engine, run, now=now)
    return True


def let_go(tx: Transaction, engine: Engine, freezes: Sequence[Freeze], *, now: datetime) -> list[int]:
    """Hand on every run that nothing keeps any more, the oldest first; returns their numbers."""
    return [number for number in tx.runs.held() if let_one_go(tx, engine, number, freezes, now=now)]


def let_one_go(tx: Transaction, engine: Engine, number: int, freezes: Sequence[Freeze], *, now: datetime) -> bool:
    """Hand on a run if nothing keeps it any more; else its message says what does."""
    run = tx.runs.lock_row(number)
    if run is None or not run.held or run.status.is_over:
        return False
    if pauses_of(tx, run.target, hold=True):
        tx.runs.change(number, held=pause.HELD, reason="")
        return False
    if (cold := _frozen(run, freezes, now)) is not None:
        _until_it_thaws(tx, run, cold, now=now)
        return False
    tx.runs.change(number, held="", reason="")
    # It may have an end still to come, by a calendar of before.
    call_off(tx, freeze.freeze_key(number), by="")
    _set_off(tx, engine, run, now=now)
    return True


def _frozen(run: Run, freezes: Sequence[Freeze], now: datetime) -> Frozen | None:
    return None if run.ignores_freeze or run.override else frozen(freezes, run.target, now)


def _until_it_thaws(tx: Transaction, run: Run, cold: Frozen, *, now: datetime) -> None:
    reason = f"{cold.in_words}. It begins by itself then."
    tx.runs.change(run.number, status=RunStatus.WAITING, held=freeze.HELD, reason=reason)
    at, waiting = cold.until or NEVER, tx.timers.waiting(freeze.freeze_key(run.number))
    if waiting is None:
        tx.timers.set(
            key=freeze.freeze_key(run.number),
            kind=TimerKind.FREEZE,
            at=at,
            # At once: who may override it need not look for the button.
            warn_at=now,
            run=run.number,
            stack=run.stack,
            job=run.job,
            environment=run.environment,
            channel=run.channel,
        )
    elif waiting.at != at and not waiting.changed_by:
        tx.timers.change(waiting.id, at=at)
        tx.messages.show_again(message_key(waiting))


def _set_off(tx: Transaction, engine: Engine, run: Run, *, now: datetime) -> None:
    if run.plan.gate is not None:
        # It asks for its lock once its start is approved.
        resume(tx, engine, run, now=now)
    elif run.lock is None or tx.locks.ask(run.lock, run, now=now):
        go_on(tx, engine, run.number)
    else:
        tx.runs.change(run.number, status=RunStatus.WAITING)
