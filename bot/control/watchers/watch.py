"""What was found outside: versions are written down, and what follows from them is owed, in one transaction."""

import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from actions import library
from actions.api import Version
from bot.base.clock import Clock
from bot.base.text import format_duration, join_words
from bot.catalog.catalog import Catalog
from bot.control.access import Access
from bot.control.watchers.announcements import Announcements
from bot.control.watchers.clockwork import Clockwork, is_unknown
from bot.control.watchers.reconcile import Change, Changed, reconcile
from bot.control.watchers.sieve import verdict
from bot.control.watchers.triggers import Triggers, clock_id, start_key
from bot.model.follow import FOLLOWED
from bot.model.message import MessageKind
from bot.model.person import Person
from bot.model.run import Run
from bot.model.stack import Job, Stack
from bot.model.watch import CheckResult, Resource, SeenVersion, Trigger, TriggerKind, Watcher, watcher_id
from bot.store.store import Store, Transaction

_TELL_AT = 3
_LONGEST_BACK_OFF_S = 3600.0
#: Whoever asks to be left alone for longer is told of, however seldom the check is made.
_LONGEST_PATIENCE_S = 86_400.0
_LOOK_AGAIN = timedelta(seconds=10)
_KINDS = {Changed.APPEARED: TriggerKind.VERSION, Changed.CHANGED: TriggerKind.VERSION, Changed.GONE: TriggerKind.GONE}


@dataclass(frozen=True, kw_only=True)
class NextStart:
    """A job that the clock is going to start."""

    stack: Stack
    job: Job
    trigger: Trigger
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """What a simulation led to in one place."""

    job: Job
    #: None: nothing was started, or not yet.
    run: Run | None
    #: "waiting", "started", "same", "refused" or "replaced"; and why it was refused.
    outcome: str
    problem: str


class Watch:
    """Resources: how their checks stand, which versions they have, and what follows."""

    def __init__(
        self,
        *,
        store: Store,
        catalog: Catalog,
        access: Access,
        triggers: Triggers,
        announcements: Announcements,
        clock: Clock,
        clockwork: Clockwork,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._access = access
        self.triggers = triggers
        self._announcements = announcements
        self._clock = clock
        self._clockwork = clockwork

    def keep(self) -> None:
        """Have a watcher for each resource that is looked at, and none for any other; call it when stacks changed."""
        now = self._clock.now()
        wanted = {
            watcher_id(stack.name, name): now + timedelta(seconds=_jitter(min(resource.every_s, 10.0)))
            for stack in self._catalog.stacks.values()
            for name, resource in stack.resources.items()
            if self._catalog.looks_at(resource)
        }
        with self._store.begin() as tx:
            tx.watchers.keep(wanted)

    def record(self, result: CheckResult) -> list[Change]:
        """Write down what a check found, and owe what follows. Returns what is new, changed or gone."""
        stack, resource = self._declared(result.watcher)
        now = self._clock.now()
        with self._store.begin() as tx:
            watcher = tx.watchers.lock_row(result.watcher)
            if watcher is None or stack is None or resource is None:
                return []
            if result.held_until is not None:
                self._held(tx, stack, watcher, result, result.held_until, now)
                return []
            if result.error:
                self._failed(tx, stack, watcher, result, now)
                return []
            if self._is_doubtful(tx, result):
                # A hiccup outside must not take everything away: nothing is gone until it is said twice.
                tx.watchers.checked(result.watcher, now=now, next_at=now + _LOOK_AGAIN, was_empty=True, asked=True)
                return []
            changes = reconcile(tx, watcher, result, now)
            for change in changes:
                self._follow(tx, stack, resource, change)
            self._worked(tx, stack, watcher, result, now)
            return changes

    def unchanged(self, tx: Transaction, watchers: Mapping[str, float]) -> None:
        """Say that these, each with its `every` in seconds, were checked and are as they were."""
        if not watchers:
            return
        now = self._clock.now()
        next_ats = {id: now + timedelta(seconds=_jitter(s)) for id, s in watchers.items()}
        for watcher in tx.watchers.unchanged(next_ats, now=now):
            stack, _ = self._declared(watcher.id)
            if stack:
                _tell_well(tx, stack, watcher)

    def look_sooner(self, stack: str, resources: Collection[str]) -> None:
        """Check these resources now: something outside said that they changed."""
        with self._store.begin() as tx:
            tx.watchers.sooner([watcher_id(stack, name) for name in resources], self._clock.now())

    def would_start(self, stack: Stack, resource: Resource) -> list[Job]:
        """The jobs that a new version of *resource* starts, if their conditions hold."""
        return [job for job, _ in self.triggers.listening(stack, TriggerKind.VERSION, resource.name)]

    def why_not(self, stack: Stack, resource: Resource, number: str) -> str:
        """Why a version of this number would not count, in a few words; empty when it would."""
        id, made = watcher_id(stack.name, resource.name), _made(resource, number)
        with self._store.read() as tx:
            state, seen = tx.watchers.get(id), {one.number: one for one in tx.versions.of(id)}
        if number in seen:
            return seen[number].verdict
        deployed = state.deployed if state else ""
        return verdict(made, resource.filter, now=self._clock.now(), first_seen_at=None, deployed=deployed)

    def simulate(self, stack: Stack, resource: Resource, number: str, *, by: Person) -> list[Simulated]:
        """Start what would follow if this version appeared now. The version itself is not written down."""
        event, keys = f"simulated:{uuid4()}", {}
        seen = {version.number: version.fields for version in self.history(stack.name, resource.name)}
        given = {resource.name: seen.get(number) or _made(resource, number).model_dump(mode="json")}
        cause = f"because {by.name} simulated that {resource.name} {number} appeared"
        owe = partial(self.triggers.owe, given=given, event=event, cause=cause, behind={by.id: by.name})
        with self._store.begin() as tx:
            for job, trigger in self.triggers.listening(stack, TriggerKind.VERSION, resource.name):
                self._access.demand(by, "run", f"{stack.name}/{job.name}", origin="simulation")
                for place in owe(tx, stack, job, trigger):
                    keys[start_key(stack, job, trigger, event, place)] = job
        self.triggers.start_owed()
        with self._store.read() as tx:
            return [_simulated(tx, key, job) for key, job in keys.items()]

    def versions(self, stack: str, resource: str) -> list[SeenVersion]:
        """The versions that are there now and count, newest first: what a form offers."""
        with self._store.read() as tx:
            return tx.versions.present(watcher_id(stack, resource))[::-1]

    def history(self, stack: str, resource: str) -> list[SeenVersion]:
        """All versions that were ever seen, in the order in which they were."""
        with self._store.read() as tx:
            return tx.versions.of(watcher_id(stack, resource))

    def watchers(self) -> list[Watcher]:
        """How all checks stand."""
        with self._store.read() as tx:
            return tx.watchers.all()

    def failing(self, person: Person) -> list[Watcher]:
        """The checks that fail for a while, of the stacks that *person* sees."""
        return [one for one in self.watchers() if one.told_at and self._access.may(person, "see", one.stack)]

    def next_moments(self, person: Person) -> list[NextStart]:
        """What the clock is going to start next, of the jobs that *person* sees, soonest first."""
        now, found = self._clock.now(), []
        for stack in self._catalog.stacks.values():
            for job in stack.jobs.values():
                for trigger in job.triggers:
                    is_clock = trigger.kind is TriggerKind.CRON
                    sees = is_clock and self._access.may(person, "see", f"{stack.name}/{job.name}")
                    at = self._clockwork.after(trigger.times, now) if sees else None
                    if at:
                        found.append(NextStart(stack=stack, job=job, trigger=trigger, at=at))
        return sorted(found, key=lambda one: one.at)

    def follow(self) -> None:
        """Owe what the clock and ended runs ask for, and start what is owed. Safe from several front ends at once."""
        self.tick()
        if any(one.kind is TriggerKind.RUN for stack in self._catalog.stacks.values() for one in _triggers(stack)):
            self.triggers.follow_runs()
        else:
            self.triggers.pass_over_runs()
        self.triggers.start_owed()

    def tick(self) -> None:
        """Owe what the clock asks for. Safe to call from several front ends at once."""
        now, untils = self._clock.now(), self.triggers.clock_untils()
        for stack in self._catalog.stacks.values():
            for job in stack.jobs.values():
                for trigger in job.triggers:
                    if trigger.kind is TriggerKind.CRON:
                        self._tick(stack, job, trigger, untils.get(clock_id(stack, job, trigger)), now)

    def _tick(self, stack: Stack, job: Job, trigger: Trigger, until: datetime | None, now: datetime) -> None:
        if until is None or is_unknown(until, now):
            with self._store.begin() as tx:
                tx.starts.remember(clock_id(stack, job, trigger), until=now)
        elif passed := self._clockwork.passed(trigger.times, until, now):
            self.triggers.by_clock(stack, job, trigger, passed.last, since=until)
        elif day_off := self._clockwork.day_off(trigger.times, until, now):
            self.triggers.not_today(stack, job, trigger, day_off, since=until)

    def _declared(self, watcher: str) -> tuple[Stack | None, Resource | None]:
        name, _, resource = watcher.partition("/")
        stack = self._catalog.stacks.get(name)
        return stack, stack.resources.get(resource) if stack else None

    def _is_doubtful(self, tx: Transaction, result: CheckResult) -> bool:
        if not result.lists_all or result.versions or tx.watchers.was_empty(result.watcher):
            return False
        return bool(tx.versions.present(result.watcher))

    def _held(
        self, tx: Transaction, stack: Stack, watcher: Watcher, result: CheckResult, until: datetime, now: datetime
    ) -> None:
        """A pause is no failure; one that goes on and on is, when three checks of those that were due are missing."""
        since, told_at = watcher.held_since or now, watcher.told_at
        patience = min(max(_TELL_AT * result.every_s, _LONGEST_BACK_OFF_S), _LONGEST_PATIENCE_S)
        if told_at is None and until - since > timedelta(seconds=patience):
            told_at = now
            length = f"its host wants to be left alone, for {format_duration(until - since)} by now"
            text = f"{_owners(stack)}I cannot look at {_named(watcher)}: {length}. {result.error}".strip()
            _tell(tx, stack, watcher, _message_key(watcher, told_at), text)
        later = until + timedelta(seconds=_jitter(5.0))
        told = {"told_at": told_at, "error": result.error} if told_at else {}
        tx.watchers.checked(watcher.id, now=now, next_at=later, asked=watcher.asked, held_since=since, **told)

    def _failed(self, tx: Transaction, stack: Stack, watcher: Watcher, result: CheckResult, now: datetime) -> None:
        failures = watcher.failures + 1
        pause = min(result.every_s * 2 ** min(failures - 1, 10), max(result.every_s, _LONGEST_BACK_OFF_S))
        told_at = watcher.told_at
        # Somebody may have misspelt what they follow: they hear of it while they remember.
        is_first_look = stack.name == FOLLOWED and not watcher.spec
        if failures == (1 if is_first_look else _TELL_AT) and told_at is None:
            told_at = now
            why = f"{result.error} {result.hint}".strip()
            times = "" if is_first_look else ", three times in a row"
            text = f"{_owners(stack)}I cannot look at {_named(watcher)}{times}: {why}"
            _tell(tx, stack, watcher, _message_key(watcher, told_at), text)
        tx.watchers.checked(
            watcher.id,
            now=now,
            next_at=now + timedelta(seconds=_jitter(pause)),
            failures=failures,
            error=result.error,
            hint=result.hint,
            told_at=told_at,
        )

    def _worked(self, tx: Transaction, stack: Stack, watcher: Watcher, result: CheckResult, now: datetime) -> None:
        _tell_well(tx, stack, watcher)
        tx.watchers.checked(
            watcher.id,
            now=now,
            next_at=now + timedelta(seconds=_jitter(result.every_s)),
            spec=result.spec,
            failures=0,
            error="",
            hint="",
            told_at=None,
            held_since=None,
            deployed=result.deployed,
            was_empty=False,
        )

    def _follow(self, tx: Transaction, stack: Stack, resource: Resource, change: Change) -> None:
        self._announcements.tell(tx, stack, resource, change)
        if change.what not in _KINDS:
            return
        version = change.version
        # A version that was forgotten meanwhile, or whose resource was away, begins anew to count its appearances.
        appearance = f"{version.first_seen_at.timestamp():.6f}.{version.appearance}"
        event = f"{resource.name}:{version.number}:{appearance}:{change.what}"
        cause = f"because {name_of(resource, version)} {_words(resource, change.what)}"
        for job, trigger in self.triggers.listening(stack, _KINDS[change.what], resource.name):
            given = {resource.name: version.fields}
            places = self.triggers.owe(tx, stack, job, trigger, given=given, event=event, cause=cause)
            if change.what is Changed.GONE:
                # What was owed before would build up again what is taken away here.
                for environment in filter(None, places):
                    tx.starts.drop(stack=stack.name, environment=environment, but=event)


def _made(resource: Resource, number: str) -> Version:
    """A version as its check would list it, of which nothing but the number is known."""
    return library.find_check(resource.use.check).version_type().model_construct(number=number)


def _simulated(tx: Transaction, key: str, job: Job) -> Simulated:
    outcome, problem = tx.starts.outcome(key)
    return Simulated(job=job, run=tx.runs.by_key(key), outcome=outcome, problem=problem)


def _triggers(stack: Stack) -> Iterator[Trigger]:
    for job in stack.jobs.values():
        yield from job.triggers


def present_versions(store: Store, stack: str, resource: str) -> list[Mapping[str, Any]]:
    """The versions that are there now, newest first, as expressions see them."""
    with store.read() as tx:
        return [version.fields for version in tx.versions.present(watcher_id(stack, resource))[::-1]]


def name_of(resource: Resource, version: SeenVersion) -> str:
    """What people call a version: "acme/shop#42", else "terraform 1.9.0"."""
    return str(version.fields.get("name") or f"{resource.name} {version.number}")


def _words(resource: Resource, what: Changed) -> str:
    check = library.find_check(resource.use.check)
    return {Changed.APPEARED: check.appeared, Changed.CHANGED: check.changed, Changed.GONE: check.left}[what]


def _message_key(watcher: Watcher, told_at: datetime) -> str:
    return f"watch:{watcher.id}:{told_at.timestamp():.0f}"


def _owners(stack: Stack) -> str:
    return f"{join_words(stack.owners)}: " if stack.owners else ""


def _jitter(seconds: float) -> float:
    """About *seconds*: a thousand watchers must not all look at the same moment."""
    return seconds * random.uniform(0.9, 1.1)  # noqa: S311 - no secret


def _named(watcher: Watcher) -> str:
    """What people call it: `*app* of web`; what they follow, by its own name alone."""
    return f"*{watcher.resource}*" if watcher.stack == FOLLOWED else f"*{watcher.resource}* of {watcher.stack}"


def _tell_well(tx: Transaction, stack: Stack, watcher: Watcher) -> None:
    """Say that a check works again, to those who heard that it did not."""
    if watcher.told_at is not None:
        key = _message_key(watcher, watcher.told_at)
        # After months its message is forgotten.
        parent = key if tx.messages.get(key) else None
        _tell(tx, stack, watcher, f"{key}:well", f"I can look at {_named(watcher)} again.", parent=parent)


def _tell(tx: Transaction, stack: Stack, watcher: Watcher, key: str, text: str, *, parent: str | None = None) -> None:
    resource = stack.resources[watcher.resource]
    # What people follow belongs to no stack with a channel: those are told who are told of its versions.
    channel = stack.channel or (resource.announce.channel if resource.announce else None)
    if channel:
        tx.messages.owe(key=key, kind=MessageKind.FIXED, channel=channel, parent=parent, body={"text": text})
