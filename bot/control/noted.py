"""Who asked what of a run, for the audit and for the run's own history; and what was missed."""

from datetime import datetime

from bot.model.person import TRIGGER, Person
from bot.model.run import Run
from bot.store.store import Transaction


def note(tx: Transaction, run: Run, by: Person, origin: str, verb: str, now: datetime, *, why: str = "") -> None:
    """Write down that *by* asked *verb* of *run*, and may."""
    tx.audit.add(
        at=now,
        by=by,
        origin=origin,
        verb=verb,
        target=run.target,
        detail=". ".join(part for part in (run.name, run.cause, why) if part),
    )
    if verb != "start":
        tx.events.add(run.number, f"run.{verb}", now, text=why, by=by.name)


def note_missed(tx: Transaction, verb: str, target: str, times: str, now: datetime) -> None:
    """Write down that a moment of *times* did not lead to *verb* on *target*, and never will."""
    tx.audit.add(
        at=now,
        by=TRIGGER,
        origin="trigger",
        verb=verb,
        target=target,
        answer="missed",
        detail=f"The bot was down, and {times} was longer ago than `late` allows.",
    )
