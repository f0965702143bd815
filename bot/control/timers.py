"""Durable moments: firing them, and what people say about them before that."""

from collections.abc import Callable
from datetime import timedelta

from bot.base.clock import Clock
from bot.base.errors import NotFound, NotNow, Refused
from bot.base.text import format_duration
from bot.control.access import Access
from bot.control.engine import Engine
from bot.control.moments import message_key, show_again
from bot.control.runs import Runs
from bot.control.start import StartJob
from bot.model.message import MessageKind
from bot.model.person import TIMER, Person
from bot.model.run import RunStatus
from bot.model.timer import Timer, TimerKind, TimerState
from bot.store.store import Store, Transaction


class Timers:
    """Everything that happens later: expiries, TTLs, waits."""

    def __init__(self, *, store: Store, engine: Engine, runs: Runs, access: Access, clock: Clock) -> None:
        self._store = store
        self._engine = engine
        self._runs = runs
        self._access = access
        self._clock = clock

    def get(self, id: int) -> Timer:
        """One timer. Raises NotFound."""
        with self._store.read() as tx:
            timer = tx.timers.get(id)
        if timer is None:
            raise NotFound(f"There is no timer {id}.")
        return timer

    def of_run(self, number: int) -> list[Timer]:
        """The timers that a run set, oldest first."""
        with self._store.read() as tx:
            return tx.timers.of_run(number)

    def extend(self, id: int, *, by: Person, origin: str, minutes: int = 30) -> Timer:
        """Move the moment *minutes* later. Raises NotAllowed, and NotNow when it has come already."""

        def later(tx: Transaction, timer: Timer) -> None:
            more = timedelta(minutes=minutes)
            # As long before it as it was to be said; anew where it was said already.
            warn_at = (timer.warn_at or self._clock.now()) + more
            tx.timers.change(id, at=timer.at + more, warn_at=warn_at, changed_by=by.name)

        return self._change(id, by, origin, f"extend by {minutes} min", later)

    def now(self, id: int, *, by: Person, origin: str) -> Timer:
        """Let the moment come at once. Raises NotAllowed, NotNow."""

        def at_once(tx: Transaction, timer: Timer) -> None:
            del timer
            tx.timers.change(id, at=self._clock.now(), changed_by=by.name)

        timer = self._change(id, by, origin, "now", at_once)
        # As who pressed it: everybody is told who ended it, and that was no timer.
        self._fire(timer, by=by, origin=origin)
        return timer

    def cancel(self, id: int, *, by: Person, origin: str) -> Timer:
        """Never let it come. Raises NotAllowed, NotNow."""

        def never(tx: Transaction, timer: Timer) -> None:
            del timer
            tx.timers.change(id, state=TimerState.CANCELLED, changed_by=by.name)

        return self._change(id, by, origin, "cancel", never)

    def fire_due(self) -> None:
        """Warn of what is near, and do what is due. Safe to call from several front ends at once."""
        now = self._clock.now()
        with self._store.read() as tx:
            near, due = tx.timers.to_warn(now), tx.timers.due(now)
        for timer in near:
            self._warn(timer)
        for timer in due:
            self._fire(timer)

    def _warn(self, timer: Timer) -> None:
        with self._store.begin() as tx:
            current = tx.timers.lock_row(timer.id)
            if current is None or current.warn_at is None or current.state is not TimerState.WAITING:
                return
            tx.timers.change(timer.id, warn_at=None)
            if current.channel:
                tx.messages.owe(key=message_key(timer), kind=MessageKind.TIMER, channel=current.channel, timer=timer.id)

    def _fire(self, timer: Timer, *, by: Person = TIMER, origin: str = "timer") -> None:
        if timer.kind is TimerKind.RESUME:
            self._resume(timer)
            return
        ask = StartJob(
            person=by,
            stack=timer.stack,
            job=timer.job,
            environment=timer.environment,
            inputs={},
            # The timer's own id: however many front ends see it come due, one run starts.
            key=f"timer:{timer.id}",
            origin=origin,
            cause=self._cause(timer) if by is TIMER else f"before its time, after run #{timer.run}",
            channel=timer.channel,
        )
        problem = ""
        try:
            self._runs.start(ask)
        except Refused as refused:
            problem = f"{timer.job} did not start on time: {refused}"
        self._end(timer, lambda tx: _tell(tx, timer, problem))

    def _cause(self, timer: Timer) -> str:
        if timer.changed_by:
            return f"{timer.changed_by} said when, after run #{timer.run}"
        run = self._runs.get(timer.run)
        after = format_duration(timer.at - (run.ended_at or run.created_at))
        return f"{after} after {run.title} (#{run.number}) by {run.started_by}"

    def _resume(self, timer: Timer) -> None:
        def bring_back(tx: Transaction) -> None:
            run = tx.runs.lock_row(timer.run)
            if run and run.status is RunStatus.WAITING:
                tx.runs.change(timer.run, status=RunStatus.QUEUED, reason="")
                self._engine.submit(tx, timer.run, tx.runs.next_part(timer.run))

        self._end(timer, bring_back)

    def _end(self, timer: Timer, also: Callable[[Transaction], object]) -> None:
        with self._store.begin() as tx:
            current = tx.timers.lock_row(timer.id)
            if current is None or current.state is not TimerState.WAITING:
                return
            tx.timers.change(timer.id, state=TimerState.FIRED)
            show_again(tx, timer)
            also(tx)

    def _change(
        self, id: int, by: Person, origin: str, verb: str, change: Callable[[Transaction, Timer], None]
    ) -> Timer:
        timer = self.get(id)
        target = "/".join(part for part in (timer.stack, timer.job, timer.environment) if part)
        self._access.demand(by, "run", target, origin=origin)
        with self._store.begin() as tx:
            current = tx.timers.lock_row(id)
            if current is None or current.state is not TimerState.WAITING:
                raise NotNow("Too late: this moment has passed, or somebody has cancelled it.")
            change(tx, current)
            show_again(tx, current)
            tx.audit.add(
                at=self._clock.now(),
                person_id=by.id,
                person=by.name,
                origin=origin,
                verb=f"timer: {verb}",
                target=target,
                answer="allowed",
            )
        return self.get(id)


def _tell(tx: Transaction, timer: Timer, text: str) -> None:
    if text and timer.channel:
        key = f"timer:{timer.id}:refused"
        tx.messages.owe(key=key, kind=MessageKind.FIXED, channel=timer.channel, body={"text": text})
