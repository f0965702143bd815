"""What the kinds of timers do when their moment comes, and who may change it. A new kind is one more class here."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from bot.base.errors import Refused
from bot.base.text import format_duration
from bot.catalog.catalog import Catalog
from bot.control.access import Access
from bot.control.engine import Engine
from bot.control.finish import resume
from bot.control.holds.approvals import time_out
from bot.control.holds.asking import remind
from bot.control.holds.holds import let_one_go
from bot.control.holds.locks import Locks
from bot.control.holds.pauses import Pauses
from bot.control.moments import message_key
from bot.control.runs import Runs
from bot.control.start import StartJob
from bot.model.message import MessageKind
from bot.model.person import TIMER, Person
from bot.model.run import RunStatus
from bot.model.timer import Timer, TimerKind
from bot.store.store import Transaction

#: What happens in the transaction that marks the timer.
Act = Callable[[Transaction, Timer, datetime], object]


class Kind(Protocol):
    """One kind of timer."""

    #: It speaks to the run that set it, whose row is held before the timer's, as whoever else ends its waiting does.
    holds_run: bool
    #: Does calling it off make sense?
    can_be_cancelled: bool

    def demand(self, timer: Timer, *, by: Person, origin: str) -> None:
        """Go on only if *by* may change it. Raises NotAllowed."""

    def warn(self, tx: Transaction, timer: Timer, *, now: datetime) -> None:
        """Say that it is near."""

    def prepare(self, timer: Timer, *, by: Person, origin: str) -> Act:
        """Look up what it needs outside of any transaction; returns what to do in the one that marks it."""


class _Announced:
    """What people hear of before it comes."""

    def warn(self, tx: Transaction, timer: Timer, *, now: datetime) -> None:
        """Say so where the run is, or to the person, with the buttons to change it."""
        del now
        if timer.channel:
            tx.messages.owe(key=message_key(timer), kind=MessageKind.TIMER, channel=timer.channel, timer=timer.id)


class StartLater(_Announced):
    """Starts a job."""

    holds_run = False
    can_be_cancelled = True

    def __init__(self, runs: Runs, access: Access) -> None:
        self._runs = runs
        self._access = access

    def demand(self, timer: Timer, *, by: Person, origin: str) -> None:
        """Who may start the job may say when."""
        self._access.demand(by, "run", timer.target, origin=origin)

    def prepare(self, timer: Timer, *, by: Person, origin: str) -> Act:
        """Start it, or say in the channel why not."""
        ask = StartJob(
            person=by,
            stack=timer.stack,
            job=timer.job,
            environment=timer.environment,
            inputs={},
            key=f"timer:{timer.id}",
            origin=origin,
            cause=self._cause(timer) if by is TIMER else f"before its time, after run #{timer.run}",
            channel=timer.channel,
            behind=timer.behind,
        )
        try:
            ask, ready = self._runs.admit(ask)
        except Refused as refused:
            problem = f"{timer.job} did not start on time: {refused}"
            return lambda tx, timer, _: _tell(tx, timer, problem)
        return lambda tx, *_: self._runs.start_in(tx, ask, ready)

    def _cause(self, timer: Timer) -> str:
        if timer.changed_by:
            return f"{timer.changed_by} said when, after run #{timer.run}"
        run = self._runs.get(timer.run)
        after = format_duration(timer.at - (run.ended_at or run.created_at))
        return f"{after} after {run.title} (#{run.number}) by {run.started_by}"


class BackToWork:
    """Brings a waiting run back to its engine."""

    holds_run = True
    #: The run would wait for ever.
    can_be_cancelled = False

    def __init__(self, engine: Engine, access: Access) -> None:
        self._engine = engine
        self._access = access

    def demand(self, timer: Timer, *, by: Person, origin: str) -> None:
        """Who may start the job may say when."""
        self._access.demand(by, "run", timer.target, origin=origin)

    def warn(self, tx: Transaction, timer: Timer, *, now: datetime) -> None:
        """Of what people have to decide they are told; that time passes in a run needs no word."""
        approval, run = tx.approvals.of_timer(timer.id), tx.runs.get(timer.run)
        if approval and run and approval.is_open:
            remind(tx, run, approval, timer.at, now=now)

    def prepare(self, timer: Timer, *, by: Person, origin: str) -> Act:
        """Hand it to the engine, unless it goes on already."""
        del timer, by, origin
        return self._bring_back

    def _bring_back(self, tx: Transaction, timer: Timer, now: datetime) -> None:
        run = tx.runs.get(timer.run)
        if run is None:
            return
        if (approval := tx.approvals.of_timer(timer.id)) is not None:
            time_out(tx, run, approval, now=now)
        if run.status is RunStatus.WAITING:
            resume(tx, self._engine, run, now=now)


class EndWindow:
    """Ends the window in which a step watches something: the step sees it at its next look."""

    holds_run = True
    #: The step would watch for ever.
    can_be_cancelled = False

    def __init__(self, access: Access) -> None:
        self._access = access

    def demand(self, timer: Timer, *, by: Person, origin: str) -> None:
        """Who may start the job may say how long it watches."""
        self._access.demand(by, "run", timer.target, origin=origin)

    def warn(self, tx: Transaction, timer: Timer, *, now: datetime) -> None:
        """Say nothing: it stands in the run's message all the time."""

    def prepare(self, timer: Timer, *, by: Person, origin: str) -> Act:
        """That it is marked is all."""
        del timer, by, origin
        return lambda *_: None


class EndReservation(_Announced):
    """Ends a person's reservation of a lock; the next in line gets it."""

    holds_run = False
    can_be_cancelled = False

    def __init__(self, locks: Locks) -> None:
        self._locks = locks

    def demand(self, timer: Timer, *, by: Person, origin: str) -> None:
        """Its owner may, and who may override."""
        self._locks.demand_end(timer.subject, by=by, origin=origin)

    def prepare(self, timer: Timer, *, by: Person, origin: str) -> Act:
        """Release it."""
        del timer
        return lambda tx, timer, _: self._locks.run_out(tx, timer.subject, by=by, origin=origin)


class EndPause(_Announced):
    """Ends a pause; what waited goes on."""

    holds_run = False
    can_be_cancelled = True

    def __init__(self, pauses: Pauses) -> None:
        self._pauses = pauses

    def demand(self, timer: Timer, *, by: Person, origin: str) -> None:
        """Who may pause it may say when that ends."""
        self._pauses.demand_end(timer.subject, by=by, origin=origin)

    def prepare(self, timer: Timer, *, by: Person, origin: str) -> Act:
        """End it."""
        del timer
        return lambda tx, timer, _: self._pauses.run_out(tx, timer.subject, by=by, origin=origin, channel=timer.channel)


class Thaw(_Announced):
    """Lets a run begin that waited for the end of a freeze."""

    holds_run = True
    can_be_cancelled = False

    def __init__(self, engine: Engine, access: Access, catalog: Catalog) -> None:
        self._engine = engine
        self._access = access
        self._catalog = catalog

    def demand(self, timer: Timer, *, by: Person, origin: str) -> None:
        """Who may override a freeze may."""
        self._access.demand(by, "override", timer.target, origin=origin)

    def prepare(self, timer: Timer, *, by: Person, origin: str) -> Act:
        """Let it go: whatever the calendar says when a person pressed, else if it is not frozen any more."""
        del timer, origin
        override = "" if by is TIMER else f"{by.name} said now"

        def thaw(tx: Transaction, timer: Timer, now: datetime) -> None:
            if override:
                tx.runs.change(timer.run, override=override)
            let_one_go(tx, self._engine, timer.run, self._catalog.freezes, now=now)

        return thaw


def every_kind(
    *, runs: Runs, locks: Locks, pauses: Pauses, engine: Engine, access: Access, catalog: Catalog
) -> dict[TimerKind, Kind]:
    """What each kind of timer does."""
    return {
        TimerKind.START: StartLater(runs, access),
        TimerKind.RESUME: BackToWork(engine, access),
        TimerKind.WINDOW: EndWindow(access),
        TimerKind.RESERVATION: EndReservation(locks),
        TimerKind.PAUSE: EndPause(pauses),
        TimerKind.FREEZE: Thaw(engine, access, catalog),
    }


def _tell(tx: Transaction, timer: Timer, text: str) -> None:
    if timer.channel:
        key = f"timer:{timer.id}:refused"
        tx.messages.owe(key=key, kind=MessageKind.FIXED, channel=timer.channel, body={"text": text})
