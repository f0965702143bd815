"""Freezes, as they concern what somebody wants to start now."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from hashlib import sha256

from bot.base.clock import Clock
from bot.base.errors import NotNow
from bot.catalog.catalog import Catalog
from bot.control.access import Access
from bot.control.engine import Engine
from bot.control.holds.calendar import frozen
from bot.control.holds.holds import let_go
from bot.control.start import StartJob
from bot.model.freeze import Frozen, InFreeze
from bot.model.stack import Environment, Job, Stack
from bot.model.target import place, target_of
from bot.store.store import Store, Transaction

#: Under which it is remembered what was frozen at the last look, and by which rules. What was frozen is another thing
#: as soon as a freeze begins or ends.
FREEZES_SEEN, _RULES = "freezes", "freezes.rules"


class Freezes:
    """What is frozen, and who may start something all the same."""

    def __init__(self, *, store: Store, engine: Engine, catalog: Catalog, access: Access, clock: Clock) -> None:
        self._store = store
        self._engine = engine
        self._catalog = catalog
        self._access = access
        self._clock = clock

    def of(self, stack: str, job: Job, environment: str | None) -> Frozen | None:
        """The freeze that concerns *job* in *environment* now; None: there is none."""
        if job.in_freeze is InFreeze.IGNORE:
            return None
        return frozen(self._catalog.freezes, target_of(stack, job.name, environment), self._clock.now())

    def places(self, places: Iterable[tuple[Stack, Environment | None]]) -> list[tuple[str, Frozen]]:
        """Of stacks and environments those that are frozen now, as people call them."""
        now = self._clock.now()
        found: dict[str, tuple[str, Frozen]] = {}
        for stack, environment in places:
            target = f"{stack.name}/*/{environment.name}" if environment else stack.name
            if target not in found and (one := frozen(self._catalog.freezes, target, now)):
                found[target] = (place(stack.title, environment.name if environment else None), one)
        return list(found.values())

    def in_stack(self, stack: Stack) -> list[tuple[str, Frozen]]:
        """Where *stack* is frozen now, as people call it."""
        return self.places([(stack, one) for one in stack.places])

    def look(self) -> None:
        """Boards show what froze or thawed since the last look, and what an edited calendar keeps no more goes on.

        Safe to call from several front ends at once.
        """
        rules = self._catalog.freezes
        cold = [name for stack in self._catalog.stacks.values() for name in self._words(stack)]
        self._once(FREEZES_SEEN, "\n".join(cold), lambda tx: tx.messages.show_boards())
        self._once(_RULES, repr(rules), lambda tx: let_go(tx, self._engine, rules, now=self._clock.now()))

    def _once(self, key: str, what: str, then: Callable[[Transaction], object]) -> None:
        """Do *then* unless *what* is as it was at the last look."""
        seen = sha256(what.encode()).hexdigest() if what else ""
        with self._store.read() as tx:
            if tx.starts.last(key) == seen:
                return
        with self._store.begin() as tx:
            tx.starts.remember(key, last=seen)
            then(tx)

    def _words(self, stack: Stack) -> list[str]:
        found = self.in_stack(stack) if self._catalog.freezes else []
        return [f"{stack.name}: {place}: {one.in_words}" for place, one in found]

    def admit(self, ask: StartJob, job: Job, environment: str | None) -> StartJob:
        """*ask*, with the override that counts: a reason nobody needs is none.

        Raises NotNow for a person in a freeze who gives no reason, and NotAllowed for one who may not override it.
        """
        now = self.of(ask.stack, job, environment)
        if now is None or ask.person.is_automatic or ask.parent is not None:
            return replace(ask, override="")
        target = target_of(ask.stack, job.name, environment)
        if not ask.override.strip():
            raise NotNow(f"{now.in_words}.", hint=f"To start it now: {self._access.who_may('override', target)}")
        self._access.demand(ask.person, "override", target, origin=ask.origin)
        return ask
