"""The loop of checks: takes the resources whose moment has come, looks at them, and has it written down."""

import hashlib
import json
import threading
from collections.abc import Mapping
from functools import partial
from typing import TypeVar

from bot.base.clock import Clock
from bot.catalog.catalog import Catalog
from bot.control.watchers.watch import Watch
from bot.model.stack import Stack
from bot.model.watch import CheckResult, Lease, Resource, SeenVersion
from bot.store.store import Store
from bot.watch.lanes import Lanes
from bot.watch.look import Looker, Trail
from bot.watch.polite import AT_ONE_HOST, Found

T = TypeVar("T")

_AT_ONCE = 16
#: Claimed ahead, so that a thread that is free finds the next, and half of them are one transaction; few enough to be
#: through before their leases end.
_MOST_CLAIMED = 16 * _AT_ONCE
#: Longer than all of them take if none is answered: whoever holds a lease for so long is dead.
_LEASE_S = 600.0
#: Of the time between two checks: so old an answer that another watcher got is new enough.
_FRESH = 0.4
_MOST_FRESH_S = 60.0


class Checker:
    """Checks what is due. Several bots on one database share the work by leases."""

    def __init__(
        self, *, store: Store, catalog: Catalog, watch: Watch, looker: Looker, clock: Clock, name: str
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._watch = watch
        self._looker = looker
        self._clock = clock
        self._name = name
        self._lanes = Lanes(_AT_ONCE, width=AT_ONE_HOST)
        self._guard = threading.Lock()
        self._busy = 0
        #: Held by whoever claims.
        self._claiming = threading.Lock()
        #: The digest of what each resource listed last, and is written down: the same again is no news, unless another
        #: bot has looked in between.
        self._last: dict[str, str] = {}
        #: How it is seen sooner that a resource is as it was last.
        self._trails: dict[str, Trail] = {}
        #: Whom each resource asked when it was last seen: also while no look comes through.
        self._hosts: dict[str, str] = {}
        self._same: dict[str, float] = {}
        self._stopping = False

    def open(self) -> None:
        """Have a watcher for each resource. What was being checked when this bot died is free again."""
        with self._store.begin() as tx:
            tx.watchers.give_back(self._name, self._clock.now())
        self._watch.keep()

    def round(self) -> int:
        """Take what is due and hand it to the threads; returns how many. Call it again and again.

        As checks end, more is taken until nothing is due.
        """
        if not self._claiming.acquire(blocking=False):
            return 0
        try:
            return self._claim()
        finally:
            self._claiming.release()

    def _claim(self) -> int:
        with self._guard:
            free = 0 if self._stopping else _MOST_CLAIMED - self._busy
            same, self._same = self._same, {}
        if not same and not (free > 0 and self._is_any_due()):
            return 0
        try:
            leases = self._write_and_take(same, free)
        except Exception:
            with self._guard:
                self._same = same | self._same
            raise
        for lease in leases:
            with self._guard:
                self._busy += 1
                if lease.last_by != self._name:
                    # Others wrote down what they found, or its rows are new: what was listed here last is not there.
                    self._last.pop(lease.id, None)
                    self._trails.pop(lease.id, None)
            # Where nobody knows yet whom it asks, it keeps none waiting either.
            self._lanes.put(self._hosts.get(lease.id, lease.id), partial(self._work, lease))
        return len(leases)

    def _write_and_take(self, same: Mapping[str, float], free: int) -> list[Lease]:
        # In one transaction: most looks cost the disk no more than that.
        with self._store.begin() as tx:
            self._watch.unchanged(tx, same)
            now = self._clock.now()
            return tx.watchers.claim(by=self._name, now=now, lease_s=_LEASE_S, limit=free) if free > 0 else []

    @property
    def busy(self) -> int:
        """How many checks it has taken and is not through with."""
        with self._guard:
            return self._busy

    def stop(self) -> None:
        """Check nothing more; returns when those at work are through."""
        with self._guard:
            self._stopping = True
        self._lanes.stop()
        with self._guard:
            same, self._same = self._same, {}
        with self._store.begin() as tx:
            self._watch.unchanged(tx, same)
        # By itself: who holds some rows already must not reach for others that come before them.
        with self._store.begin() as tx:
            tx.watchers.give_back(self._name, self._clock.now())

    def check(self, stack: Stack, resource: Resource, *, fresh_s: float = 0.0) -> CheckResult:
        """Look at one resource now; nothing is written down."""
        return self._looker.look(stack, resource, self._known(stack, resource), fresh_s=fresh_s)

    def look(self, id: str, *, was_asked: bool) -> None:
        """Look at one that was claimed, and see to it that what is found is written down."""
        name, _, resource_name = id.partition("/")
        stack = self._catalog.stacks.get(name)
        resource = stack.resources.get(resource_name) if stack else None
        if stack is None or resource is None:
            return
        # Whoever asks for a look says that something is different now: an answer from before would not show it.
        fresh_s = 0.0 if was_asked else min(resource.every_s * _FRESH, _MOST_FRESH_S)
        trail = self._trails.get(id)
        given: Mapping[str, Found] | None = {}
        if trail and trail.resource == resource:
            given = self._looker.again(stack, trail, fresh_s=fresh_s)
        if given is None or self._is_same(id, stack, resource, fresh_s, given):
            with self._guard:
                self._same[id] = resource.every_s

    def _is_same(self, id: str, stack: Stack, resource: Resource, fresh_s: float, given: Mapping[str, Found]) -> bool:
        """Look, and write down what is not as it was at the last look."""
        known = self._known(stack, resource)
        result, trail = self._looker.follow(stack, resource, known, fresh_s=fresh_s, given=given)
        digest = _digest(result)
        is_well = not (result.error or result.held_until)
        is_same = is_well and self._last.get(id) == digest
        if not is_same:
            self._watch.record(result)
        # An empty listing is believed only when it comes twice: both have to be written down.
        is_sure = is_well and bool(result.versions)
        with self._guard:
            _set(self._last, id, digest if is_sure else None)
            _set(self._trails, id, trail if is_sure else None)
            if trail:
                self._hosts[id] = trail.host
        return is_same

    def _known(self, stack: Stack, resource: Resource) -> Mapping[str, SeenVersion]:
        # Of thousands that are as they were, none is looked up that nobody asks for.
        history = self._watch.history(stack.name, resource.name) if resource.needs_history else ()
        return {version.number: version for version in history}

    def _is_any_due(self) -> bool:
        with self._store.read() as tx:
            return tx.watchers.any_due(self._clock.now())

    def _work(self, lease: Lease) -> None:
        try:
            self.look(lease.id, was_asked=lease.asked)
        finally:
            with self._guard:
                self._busy -= 1
                runs_dry = self._busy == _MOST_CLAIMED // 2 and not self._stopping
            if runs_dry:
                self.round()


def _set(kept: dict[str, T], id: str, value: T | None) -> None:
    if value is None:
        kept.pop(id, None)
    else:
        kept[id] = value


def _digest(result: CheckResult) -> str:
    what = [result.spec, result.deployed, [[one.fields, one.verdict] for one in result.versions]]
    return hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode()).hexdigest()
