"""Writing a new run: its rows, what is owed for it, its lock and its place in the queue, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.base.nudges import Nudges
from bot.control.called import parents_of
from bot.control.engine import Engine
from bot.control.finish import finish
from bot.control.holds.holds import hold_back
from bot.control.noted import note
from bot.control.start import StartJob
from bot.model.freeze import Freeze
from bot.model.message import MessageKind
from bot.model.person import Person
from bot.model.plan import Plan
from bot.model.run import Run, RunStatus
from bot.store.store import Transaction


@dataclass(frozen=True, kw_only=True)
class NewRun:
    """A run that is about to be written."""

    key: str
    plan: Plan
    lock: str | None
    person: Person
    origin: str
    #: None: the stack's channel.
    channel: str | None
    #: The other columns of the run.
    values: Mapping[str, object]


def add_run(
    tx: Transaction, engine: Engine, nudges: Nudges, new: NewRun, freezes: Sequence[Freeze], *, now: datetime
) -> Run:
    """Write *new* and hand it to the engine, unless a pause, a freeze or somebody who holds its lock keeps it."""
    lock, where, parent = new.lock, new.channel or new.plan.channel, new.values.get("parent")
    if lock in {run.lock for run in parents_of(tx, parent if isinstance(parent, int) else None)}:
        # The run above holds it and waits for this one: together they are one holder.
        lock = None
    run = tx.runs.add(
        key=new.key,
        plan=new.plan,
        lock=lock,
        status=RunStatus.QUEUED,
        started_by_id=new.person.id,
        started_by=new.person.name,
        origin=new.origin,
        channel=where,
        created_at=now,
        **new.values,
    )
    # Far apart, so that the steps of an undo find room below it.
    tx.steps.add_all(run.number, new.plan.all_steps(), apart=1000)
    tx.events.add(run.number, "run.asked", now, text=run.cause, by=new.person.name)
    note(tx, run, new.person, new.origin, "start", now)
    if where:
        tx.messages.owe(key=f"run:{run.number}", kind=MessageKind.RUN, channel=where, run=run.number)
    tx.afterwards(lambda: nudges.send(run.number))
    if hold_back(tx, engine, run, freezes, now=now):
        return tx.runs.get(run.number) or run
    # Behind a gate nothing is held: the lock is asked for once people have said yes.
    is_free = lock is None or new.plan.gate is not None
    if is_free or tx.locks.ask(lock or "", run, now=now):
        run = replace(run, part=tx.runs.next_part(run.number))
        engine.submit(tx, run.number, run.part)
        return run
    tx.runs.change(run.number, status=RunStatus.WAITING)
    return tx.runs.get(run.number) or run


def skip(tx: Transaction, engine: Engine, run: Run, *, now: datetime) -> None:
    """It would have started by itself in a freeze, and its job says that it does not run then."""
    reason = f"Skipped: {run.reason.partition('. ')[0]}."
    finish(tx, engine, run, RunStatus.ABORTED, now=now, reason=reason, hint="")


def people_behind(tx: Transaction, ask: StartJob) -> dict[str, str]:
    """Names by id of those whose doing it is beside who starts it: also of the run above it, and of one done again."""
    before = [run for number in (ask.parent, ask.again) if number is not None and (run := tx.runs.get(number))]
    found = {id: name for known in (ask.behind, *(run.behind for run in before)) for id, name in known.items()}
    return {id: name for id, name in found.items() if id != ask.person.id}
