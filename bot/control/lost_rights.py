"""Rights, looked at once more when a run begins: between the click and that moment somebody may have lost them."""

from datetime import datetime

from bot.control.access import Access
from bot.control.engine import Engine
from bot.control.finish import finish
from bot.model.run import Run, RunStatus
from bot.store.store import Transaction


def refuse_start(tx: Transaction, engine: Engine, access: Access, run: Run, *, now: datetime) -> bool:
    """End *run*, which has not begun, when who asked for it may not any more; returns whether it was ended.

    The program itself and the machine's terminal always may. Of a person that no row describes nothing is known that
    was not known at the click, so that click counts.
    """
    person = tx.people.get(run.started_by_id)
    verb = "run" if run.undo_of is None else "undo"
    if person is None or access.may(person, verb, run.target):
        return False
    tx.audit.add(
        at=now,
        by=person,
        origin=run.origin,
        verb=verb,
        target=run.target,
        answer="denied",
        detail=f"{run.name}, when it was to begin",
    )
    reason = f"{person.name} may not {verb} this any more, so it did not begin."
    finish(tx, engine, run, RunStatus.ABORTED, now=now, reason=reason, hint=access.who_may(verb, run.target))
    return True
