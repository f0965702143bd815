"""Maintenance of the bot itself, of a stack, a job or an environment: what is queued waits, what runs goes on."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from bot.base.clock import Clock
from bot.base.errors import NotAllowed, NotFound, NotNow, Refused
from bot.base.nudges import Nudges
from bot.base.text import did_you_mean
from bot.catalog.catalog import Catalog
from bot.control.access import Access, covers
from bot.control.engine import Engine
from bot.control.holds.holds import let_go
from bot.control.moments import call_off
from bot.model.message import MessageKind
from bot.model.pause import EVERYTHING, Pause, named, pause_key, titled
from bot.model.person import Person
from bot.model.run import RunStatus
from bot.model.stack import Stack
from bot.model.timer import TimerKind
from bot.store.store import Store, Transaction

#: How long before its end it is said that a pause ends; of a short one, a quarter of it.
_WARN_BEFORE = timedelta(minutes=10)
_NOT_BEGUN = (RunStatus.QUEUED, RunStatus.WAITING)


class Pauses:
    """The only way to pause and to end it, for Slack and terminal alike."""

    def __init__(
        self, *, store: Store, engine: Engine, access: Access, catalog: Catalog, clock: Clock, nudges: Nudges
    ) -> None:
        self._store = store
        self._engine = engine
        self._access = access
        self._catalog = catalog
        self._clock = clock
        self._nudges = nudges

    def find(self, words: Sequence[str], *, by: Person) -> str:
        """What people mean: nothing at all, `shop`, `shop deploy`, `shop deploy on staging`, `staging`.

        What *by* may not see is not there for them. Raises NotFound with the nearest names.
        """
        parts = [part for word in words for part in word.split("/") if part.lower() not in {"on", "in", "everything"}]
        stacks = {name: stack for name, stack in self._catalog.stacks.items() if self._access.may(by, "see", name)}
        environments = {name for stack in stacks.values() for name in self._places(stack, by)}
        match parts:
            case []:
                return EVERYTHING
            case [one] if one not in stacks and one in environments:
                return f"*/*/{one}"
            case [stack, *_] if stack not in stacks:
                raise NotFound(f'There is no stack "{stack}".', hint=did_you_mean(stack, list(stacks)))
            case [stack, *rest] if len(rest) <= 2:
                return self._below(stacks[stack], rest, by)
        raise NotFound(f'"{" ".join(words)}" is too long.', hint="Write STACK, STACK JOB or STACK JOB on ENV.")

    def all(self, person: Person | None = None) -> list[Pause]:
        """What is paused, the oldest first; of it what *person* may see."""
        with self._store.read() as tx:
            pauses = titled(tx.pauses.all(), self._catalog.stacks)
        return [one for one in pauses if person is None or self._may_see(person, one.target)]

    def of(self, target: str) -> list[Pause]:
        """The pauses that cover a stack, a job or an environment of it."""
        return [pause for pause in self.all() if covers(pause.target, target)]

    def pause(
        self, target: str, *, by: Person, why: str, origin: str, length: timedelta | None = None, channel: str | None
    ) -> Pause:
        """Let nothing begin at *target* until it is ended, or for *length*.

        Raises NotAllowed, NotNow when it is paused already, and Refused without a reason.
        """
        if not why.strip():
            raise Refused("Say why: others read it while they wait.", hint="Add: because ...")
        self._demand(by, target, origin=origin)
        with self._store.begin() as tx:
            if (known := self._get(tx, target)) is not None:
                raise NotNow(f"{known.in_words}.", hint="It is paused already.")
            now = self._clock.now()
            tx.pauses.add(target=target, person_id=by.id, person=by.name, since=now, why=why)
            if length is not None:
                self._end_later(tx, target, length, channel)
            self._record(tx, by, "pause", target, origin, why)
            self._show_again(tx)
            pause = self._get(tx, target) or Pause(target=target, person_id=by.id, person=by.name, since=now, why=why)
            _tell(tx, pause, channel, f"{pause.in_words}. What is queued waits.", "begun")
            return pause

    def unpause(self, target: str, *, by: Person, origin: str, channel: str | None) -> list[int]:
        """End a pause; what waited goes on in its order, and those numbers come back. Raises NotAllowed, NotNow."""
        self._demand(by, target, origin=origin)
        with self._store.begin() as tx:
            call_off(tx, pause_key(target), by=by.name)
            return self._end(tx, target, by=by, origin=origin, channel=channel)

    def demand_end(self, target: str, *, by: Person, origin: str) -> None:
        """Go on only if *by* may say when it ends. Raises NotAllowed."""
        self._demand(by, target, origin=origin)

    def run_out(self, tx: Transaction, target: str, *, by: Person, origin: str, channel: str | None) -> None:
        """End a pause whose timer is held and marked."""
        if tx.pauses.get(target) is not None:
            self._end(tx, target, by=by, origin=origin, channel=channel)

    def _end(self, tx: Transaction, target: str, *, by: Person, origin: str, channel: str | None) -> list[int]:
        pause = self._get(tx, target)
        if pause is None or not tx.pauses.remove(target):
            raise NotNow("This is not paused (any more).")
        tx.messages.show_boards()
        freed = let_go(tx, self._engine, self._catalog.freezes, now=self._clock.now())
        self._record(tx, by, "unpause", target, origin, "")
        _tell(tx, pause, channel, f"The pause of {pause.what} is over ({by.name}).", "over")
        for number in freed:
            tx.afterwards(partial(self._nudges.send, number))
        return freed

    def _get(self, tx: Transaction, target: str) -> Pause | None:
        pause = tx.pauses.get(target)
        return titled([pause], self._catalog.stacks)[0] if pause else None

    def _end_later(self, tx: Transaction, target: str, length: timedelta, channel: str | None) -> None:
        at = self._clock.now() + length
        tx.timers.set(
            key=pause_key(target),
            kind=TimerKind.PAUSE,
            at=at,
            warn_at=at - min(_WARN_BEFORE, length / 4),
            subject=target,
            channel=channel,
        )

    def _show_again(self, tx: Transaction) -> None:
        """The messages of what has not begun, and the boards, say from now on why not."""
        tx.messages.show_boards()
        for run in tx.runs.recent(limit=100, statuses=_NOT_BEGUN):
            if run.begun_at is None:
                tx.runs.change(run.number)

    def _below(self, stack: Stack, rest: Sequence[str], by: Person) -> str:
        jobs = [name for name in stack.jobs if self._access.may(by, "see", f"{stack.name}/{name}")]
        places = self._places(stack, by)
        match rest:
            case []:
                return stack.name
            case [job] if job in jobs:
                return f"{stack.name}/{job}"
            case [place] if place in places:
                return f"{stack.name}/*/{place}"
            case [job, place] if job in jobs and place in places:
                return f"{stack.name}/{job}/{place}"
        wrong, known = (rest[-1], places) if rest[0] in jobs else (rest[0], jobs if rest[1:] else [*places, *jobs])
        raise NotFound(f'{stack.title} has no "{wrong}".', hint=did_you_mean(wrong, known))

    def _places(self, stack: Stack, by: Person) -> list[str]:
        """The environments of *stack* in which *by* may see anything."""
        return [name for name in stack.environments if self._access.may(by, "see", f"{stack.name}//{name}")]

    def _may_see(self, person: Person, target: str) -> bool:
        return target.startswith("*") or self._access.may(person, "see", target)

    def _demand(self, by: Person, target: str, *, origin: str) -> None:
        if not self._access.may(by, "override", target):
            self._access.record_denial(by, "override", target, origin=origin)
            hint = self._access.who_may("override", target)
            raise NotAllowed(
                f"You may not pause {named(target, self._catalog.stacks)}, nor end a pause of it.", hint=hint
            )

    def _record(self, tx: Transaction, by: Person, verb: str, target: str, origin: str, detail: str) -> None:
        tx.audit.add(
            at=self._clock.now(),
            by=by,
            origin=origin,
            verb=verb,
            target=target,
            detail=detail,
        )


def _tell(tx: Transaction, pause: Pause, channel: str | None, text: str, when: str) -> None:
    if channel:
        key = f"{pause_key(pause.target)}:{pause.since.timestamp():.6f}:{when}"
        tx.messages.owe(key=key, kind=MessageKind.FIXED, channel=channel, body={"text": text})
