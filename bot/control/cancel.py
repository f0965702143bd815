"""Cancelling a run together with the runs that its steps started."""

from collections.abc import Sequence
from datetime import datetime

from bot.base.errors import NotFound, NotNow
from bot.control.called import living_family
from bot.control.engine import Engine
from bot.control.finish import abort_what_stands_still, finish, go_on
from bot.control.noted import note
from bot.model.person import Person
from bot.model.run import RunStatus
from bot.store.store import Transaction

_STANDS_STILL = {RunStatus.WAITING, RunStatus.INTERRUPTED}


def cancel_family(tx: Transaction, engine: Engine, number: int, *, by: Person, origin: str, now: datetime) -> list[int]:
    """Cancel run *number* and all that end with it, and return their numbers.

    Empty: a step started one more run meanwhile. Then nothing is done; ask again. Raises NotFound, and NotNow when it
    is over.
    """
    family = hold_family(tx, number)
    if family:
        cancel_held(tx, engine, family, by=by, origin=origin, now=now)
    return family


def hold_family(tx: Transaction, number: int) -> list[int]:
    """The living numbers of run *number* and of all that end with it, their rows held, itself last.

    Empty: a step started one more run meanwhile. Raises NotNow when it is over.
    """
    family = living_family(tx, number)
    for one in family:
        tx.locks.leave_queues(one)
    for one in family:
        tx.runs.lock_row(one)
    if living_family(tx, number) != family:
        tx.session.rollback()
        return []
    run = tx.runs.get(number)
    if run is not None and run.status.is_over:
        raise NotNow(f"{run.name} is over already: it {run.status}.")
    return family


def cancel_held(
    tx: Transaction, engine: Engine, family: Sequence[int], *, by: Person, origin: str, now: datetime, why: str = ""
) -> None:
    """Cancel runs whose rows are held; *why* is told in their messages."""
    for one in family:
        _cancel(tx, engine, one, by=by, origin=origin, now=now, why=why)


def _cancel(tx: Transaction, engine: Engine, number: int, *, by: Person, origin: str, now: datetime, why: str) -> None:
    # As it is now: the end of a run that this one waited for may have brought it back a moment ago.
    run = tx.runs.get(number)
    if run is None:
        raise NotFound(f"There is no run #{number}.")
    note(tx, run, by, origin, "cancel", now, why=why)
    tx.runs.change(number, cancelled_by=run.cancelled_by or by.name)
    if run.begun_at is None and run.status is not RunStatus.RUNNING:
        finish(tx, engine, run, RunStatus.ABORTED, now=now, reason=why or f"Cancelled by {by.name}.", hint="")
    elif run.status in _STANDS_STILL and abort_what_stands_still(tx, run, now=now):
        go_on(tx, engine, number)
