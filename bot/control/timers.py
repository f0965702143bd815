"""Durable moments: firing them, and what people say about them before that."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog

from bot.base.clock import Clock
from bot.base.errors import NotFound, NotNow
from bot.control.moments import show_again
from bot.control.timer_kinds import Kind
from bot.model.person import TIMER, Person
from bot.model.timer import EXTEND_MINUTES, Timer, TimerKind, TimerState
from bot.store.store import Store, Transaction

log = structlog.get_logger()


class Timers:
    """Everything that happens later: expiries, TTLs, waits."""

    def __init__(self, *, store: Store, kinds: Mapping[TimerKind, Kind], clock: Clock) -> None:
        self._store = store
        self._kinds = kinds
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

    def upcoming(self, *, limit: int = 20) -> list[Timer]:
        """What starts by itself next, the nearest first."""
        with self._store.read() as tx:
            return tx.timers.upcoming(kind=TimerKind.START, limit=limit)

    def extend(self, id: int, *, by: Person, origin: str, minutes: int = EXTEND_MINUTES) -> Timer:
        """Move the moment *minutes* later. Raises NotAllowed, and NotNow when it has come already."""

        def later(tx: Transaction, timer: Timer) -> None:
            more = timedelta(minutes=minutes)
            # As long before it as it was to be said; anew where it was said already.
            warn_at = (timer.warn_at or self._clock.now()) + more
            tx.timers.change(id, at=timer.at + more, warn_at=warn_at, changed_by=by.name, behind=_with(timer, by))

        return self._change(id, by, origin, f"extend by {minutes} min", later)

    def now(self, id: int, *, by: Person, origin: str) -> Timer:
        """Let the moment come at once. Raises NotAllowed, NotNow."""

        def at_once(tx: Transaction, timer: Timer) -> None:
            tx.timers.change(id, at=self._clock.now(), changed_by=by.name, behind=_with(timer, by))

        timer = self._change(id, by, origin, "now", at_once)
        # As who pressed it: everybody is told who ended it, and that was no timer.
        self._fire(timer, by=by, origin=origin)
        return timer

    def cancel(self, id: int, *, by: Person, origin: str) -> Timer:
        """Never let it come. Raises NotAllowed, NotNow."""

        def never(tx: Transaction, timer: Timer) -> None:
            if not self._kinds[timer.kind].can_be_cancelled:
                raise NotNow(
                    "This has an end, which can be moved and not taken away.", hint="Extend it, or end it now."
                )
            tx.timers.change(id, state=TimerState.CANCELLED, changed_by=by.name)

        return self._change(id, by, origin, "cancel", never)

    def fire_due(self) -> None:
        """Warn of what is near, and do what is due. Safe to call from several front ends at once."""
        now = self._clock.now()
        with self._store.read() as tx:
            near, due = tx.timers.to_warn(now), tx.timers.due(now)
        for timer in near:
            self._guarded(self._warn, timer)
        for timer in due:
            self._guarded(self._fire, timer)

    def _guarded(self, do: Callable[[Timer], None], timer: Timer) -> None:
        try:
            do(timer)
        except Exception as error:  # noqa: BLE001 - a timer's boundary: it is tried again, and those after it still come
            log.error("a timer broke, it will be tried again", timer=timer.id, key=timer.key, error=repr(error))

    def _warn(self, timer: Timer) -> None:
        with self._store.begin() as tx:
            current = tx.timers.lock_row(timer.id)
            if current is None or current.warn_at is None or current.state is not TimerState.WAITING:
                return
            tx.timers.change(timer.id, warn_at=None)
            self._kinds[current.kind].warn(tx, current, now=self._clock.now())

    def _fire(self, timer: Timer, *, by: Person = TIMER, origin: str = "timer") -> None:
        kind = self._kinds[timer.kind]
        act = kind.prepare(timer, by=by, origin=origin)
        with self._store.begin() as tx:
            if kind.holds_run:
                tx.runs.lock_row(timer.run)
            current = tx.timers.lock_row(timer.id)
            # Somebody may have called it off, or put it off, at this very moment.
            if current is None or current.state is not TimerState.WAITING or current.at > self._clock.now():
                return
            tx.timers.change(timer.id, state=TimerState.FIRED)
            show_again(tx, current)
            act(tx, current, self._clock.now())

    def _change(
        self, id: int, by: Person, origin: str, verb: str, change: Callable[[Transaction, Timer], None]
    ) -> Timer:
        timer = self.get(id)
        self._kinds[timer.kind].demand(timer, by=by, origin=origin)
        with self._store.begin() as tx:
            if self._kinds[timer.kind].holds_run:
                tx.runs.lock_row(timer.run)
            current = tx.timers.lock_row(id)
            if tx.approvals.of_timer(id):
                raise NotNow("How long people have for an approval is changed on its own message.")
            if current is None or current.state is not TimerState.WAITING:
                raise NotNow("Too late: this moment has passed, or somebody has cancelled it.")
            change(tx, current)
            show_again(tx, current)
            tx.audit.add(
                at=self._clock.now(),
                by=by,
                origin=origin,
                verb=f"timer: {verb}",
                target=timer.target if timer.job else timer.subject,
            )
        return self.get(id)


def _with(timer: Timer, by: Person) -> dict[str, str]:
    """Who is behind *timer* once *by* has moved it, too."""
    return {**timer.behind, by.id: by.name}
