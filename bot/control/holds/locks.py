"""What people do with locks: keep one for themselves, give it back or on, take it over."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.base.clock import Clock
from bot.base.errors import NotNow, Refused
from bot.base.nudges import Nudges
from bot.base.text import format_duration
from bot.catalog.catalog import Catalog
from bot.control.access import Access
from bot.control.cancel import cancel_held, hold_family
from bot.control.engine import Engine
from bot.control.finish import hand_on, show_queue
from bot.control.holds.lock_names import lock_names, named
from bot.control.holds.reservations import end_later, tell
from bot.control.moments import call_off
from bot.model.lock import Claim, Lock, reservation_key
from bot.model.person import Person
from bot.store.store import Store, Transaction

#: Nobody plans longer ahead than a week; who does takes it again.
LONGEST = timedelta(days=7)
USUAL = timedelta(hours=1)


class Locks:
    """The only way to hold a lock as a person, for Slack and terminal alike. One owner per name, whoever asks."""

    def __init__(
        self, *, store: Store, engine: Engine, access: Access, catalog: Catalog, clock: Clock, nudges: Nudges
    ) -> None:
        self._store = store
        self._engine = engine
        self._access = access
        self._catalog = catalog
        self._clock = clock
        self._nudges = nudges

    def find(self, said: str, *, by: Person) -> str:
        """The name of the lock that *by* means: a lock, `STACK/ENV`, or an environment. Raises NotFound."""
        names = {name: targets for name, targets in lock_names(self._catalog).items() if self._may(by, "see", targets)}
        return named(said, names, [lock.name for lock in self.all(by)])

    def all(self, person: Person) -> list[Lock]:
        """Everything that is held and that *person* may see, by name."""
        with self._store.read() as tx:
            locks = tx.locks.all()
        return [lock for lock in locks if self._may(person, "see", self._targets(lock.name, lock))]

    def of_stack(self, stack: str, *, by: Person) -> list[Lock]:
        """What is held of a stack, and *by* may see."""
        locks = self.all(by)
        return [one for one in locks if any(at.partition("/")[0] == stack for at in self._targets(one.name, one))]

    def get(self, name: str) -> Lock | None:
        """The lock as it stands; None when nobody holds it."""
        with self._store.read() as tx:
            return tx.locks.of(name)

    def may(self, person: Person, verb: str, name: str) -> bool:
        """May *person* do *verb* to all that this lock locks?"""
        return self._may(person, verb, self._targets(name, self.get(name)))

    def reserve(self, name: str, *, by: Person, length: timedelta, why: str, origin: str) -> Lock:
        """Hold *name* for *by*, or wait in line for it: the answer says which.

        Raises NotAllowed; NotNow when *by* has it or waits already; Refused for a reason or length that is missing.
        """
        _must_be_sensible(length, why)
        self._demand(by, "lock", name, self.get(name), origin=origin)
        with self._store.begin() as tx:
            now = self._clock.now()
            lock = tx.locks.lock_row(name)
            if lock and lock.person_id == by.id:
                raise NotNow(f"{name} is yours already.", hint="Extend it, or release it.")
            if lock and lock.place_of(person_id=by.id) is not None:
                raise NotNow(f"You wait for {name} already.", hint=f"{lock.owner} holds it.")
            if tx.locks.reserve(name, person_id=by.id, holder=by.name, why=why, length=length, now=now):
                end_later(tx, replace(_held(tx, name), until=now + length), now=now)
            self._record(tx, by, "lock", name, origin, f"for {format_duration(length)}: {why}")
            return _held(tx, name)

    def release(self, name: str, *, by: Person, origin: str) -> Lock | None:
        """Give back what *by* holds, or the place in line. Raises NotNow when they have neither.

        Returns the lock while a run of theirs that works under it keeps it.
        """
        with self._store.begin() as tx:
            lock = self._hold(tx, name, owner=by.id, by=by)
            place = lock.place_of(person_id=by.id)
            if lock.person_id == by.id:
                self._end(tx, name)
            elif place is not None:
                tx.locks.leave_queue(lock.queue[place].id)
            else:
                raise NotNow(f"{name} is not yours: {lock.owner} holds it.", hint="Who may override can take it over.")
            self._record(tx, by, "unlock", name, origin)
            return _held(tx, name) if lock.person_id == by.id and lock.run is not None else None

    def hand_over(self, name: str, who: str, *, by: Person, origin: str) -> Lock:
        """Give what *by* holds to *who* waits for it, whoever is before them. Raises NotNow when either is over.

        They have it at once, or when a run that works under it is over.
        """
        with self._store.begin() as tx:
            lock = self._hold(tx, name, owner=by.id, by=by)
            if lock.person_id != by.id:
                raise NotNow(f"{name} is not yours (any more).")
            to = next((one for one in lock.queue if one.who == who), None)
            if to is None or not tx.locks.put_first(name, to.id):
                raise NotNow("They do not wait for it any more.")
            self._end(tx, name)
            self._record(tx, by, "hand over", name, origin, f"to {to.name}")
            return _held(tx, name)

    def may_take_over(self, name: str, *, by: Person, origin: str) -> Lock:
        """The lock, for *by* to take over. Raises NotAllowed with who may, and NotNow when nobody holds it."""
        lock = self.get(name)
        self._demand(by, "override", name, lock, origin=origin)
        if lock is None:
            raise NotNow(f"Nobody holds {name} any more.")
        if lock.person_id == by.id:
            raise NotNow(f"{name} is yours already.")
        return lock

    def take_over(
        self,
        name: str,
        *,
        by: Person,
        origin: str,
        why: str,
        run: int | None = None,
        length: timedelta = USUAL,
        seen: str = "",
    ) -> Lock:
        """Let *run*, or else *by*, go next; end what stands in the way: a reservation, and by cancelling it a run.

        Two never work under one lock: who takes it from a run gets it when that run has ended. Returns the lock as it
        stands then. Raises NotAllowed, Refused without a reason, and NotNow, also when it is not in the hands any more
        that *by* has *seen* it in (`Lock.hands`).
        """
        _must_be_sensible(length, why)
        before = self.may_take_over(name, by=by, origin=origin)
        if seen and before.hands != seen:
            raise NotNow(f"{name} is in other hands by now: {before.owner} holds it.", hint="Look again.")
        with self._store.begin() as tx:
            # The rows of runs first, then the lock's: their own end holds them in this order.
            family = hold_family(tx, before.run) if before.run is not None else []
            lock = self._hold(tx, name, owner=before.person_id, by=by)
            if (lock.run, lock.person_id) != (before.run, before.person_id) or bool(family) != (before.run is not None):
                raise NotNow(f"{name} changed hands at this very moment.", hint=f"{lock.owner} holds it now.")
            claim = self._claim(tx, lock, by, run=run, length=length, why=why)
            if not tx.locks.put_first(name, claim.id):
                raise NotNow("This run does not wait for it any more.")
            self._record(tx, by, "take over", name, origin, f"from {lock.owner} for {claim.name}: {why}")
            if lock.person_id is not None:
                self._end(tx, name)
                tell(tx, lock, f"{by.name} took over {name}: {why}", key=f"taken:{lock.since.timestamp():.6f}")
            if family:
                reason = f"Cancelled by {by.name}, who took over {name}: {why}"
                cancel_held(tx, self._engine, family, by=by, origin=origin, now=self._clock.now(), why=reason)
            return _held(tx, name)

    def demand_end(self, name: str, *, by: Person, origin: str) -> None:
        """Go on only if *by* may say when a person's lock ends: its owner, and who may override. Raises NotAllowed."""
        lock = self.get(name)
        if lock is None or lock.person_id != by.id:
            self._demand(by, "override", name, lock, origin=origin)

    def run_out(self, tx: Transaction, name: str, *, by: Person, origin: str) -> None:
        """End a reservation whose timer is held and marked."""
        lock = tx.locks.lock_row(name)
        if lock is not None and lock.person_id is not None:
            self._end(tx, name)
            self._record(tx, by, "unlock", name, origin, f"the time of {lock.holder} is over")

    def _end(self, tx: Transaction, name: str) -> None:
        """End a reservation. A run that works under it keeps the lock until it is over."""
        now = self._clock.now()
        if (given := tx.locks.end_reservation(name, now)) is not None:
            hand_on(tx, self._engine, given, now=now)

    def _hold(self, tx: Transaction, name: str, *, owner: str | None, by: Person) -> Lock:
        """The lock, its row held. The end of a reservation by *owner* is called off first: timers come before locks."""
        seen = tx.locks.of(name)
        if seen and owner is not None and seen.person_id == owner:
            call_off(tx, reservation_key(name), by=by.name)
        lock = tx.locks.lock_row(name)
        if lock is None:
            raise NotNow(f"Nobody holds {name} (any more).")
        return lock

    def _claim(self, tx: Transaction, lock: Lock, by: Person, *, run: int | None, length: timedelta, why: str) -> Claim:
        """The place in the queue of *run*, or else of *by*, who gets one if they have none."""
        person_id = by.id if run is None else None
        place = lock.place_of(run=run, person_id=person_id)
        if place is None and run is None:
            now = self._clock.now()
            tx.locks.reserve(lock.name, person_id=by.id, holder=by.name, why=why, length=length, now=now)
            lock = _held(tx, lock.name)
            place = lock.place_of(person_id=by.id)
        if place is None:
            raise NotNow("This run does not wait for it any more.")
        return lock.queue[place]

    def _targets(self, name: str, lock: Lock | None) -> Iterable[str]:
        """What the lock locks, as access rules write it."""
        known = lock_names(self._catalog).get(name)
        if known:
            return known
        # Its name depends on a form, or its stack is gone.
        with self._store.read() as tx:
            run = tx.runs.get(lock.run) if lock and lock.run is not None else None
        return [run.target if run else name]

    def _may(self, person: Person, verb: str, targets: Iterable[str]) -> bool:
        """May they: see any of it, do anything else to all of it?"""
        answers = [self._access.may(person, verb, target) for target in targets]
        return any(answers) if verb == "see" else all(answers)

    def _demand(self, by: Person, verb: str, name: str, lock: Lock | None, *, origin: str) -> None:
        for target in self._targets(name, lock):
            if not self._access.may(by, verb, target):
                self._access.deny(by, verb, target, name=name, origin=origin)

    def _record(self, tx: Transaction, by: Person, verb: str, name: str, origin: str, detail: str = "") -> None:
        tx.audit.add(
            at=self._clock.now(),
            by=by,
            origin=origin,
            verb=verb,
            target=name,
            detail=detail,
        )
        queue = tx.locks.queue(name)
        show_queue(tx, queue)
        for one in queue:
            if one.run is not None:
                tx.afterwards(partial(self._nudges.send, one.run))


def _held(tx: Transaction, name: str) -> Lock:
    lock = tx.locks.of(name)
    assert lock is not None  # noqa: S101 - it was given to somebody in this very transaction
    return lock


def _must_be_sensible(length: timedelta, why: str) -> None:
    if not why.strip():
        raise Refused("Say why: others read it while they wait.", hint="Add: because ...")
    if not timedelta(minutes=1) <= length <= LONGEST:
        raise Refused("Between a minute and a week, please.", hint="Write it like 30m, 2h or 1d.")
