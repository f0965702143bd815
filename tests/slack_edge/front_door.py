"""A front door without an engine: the same verbs on the same rows, and runs that only a test moves."""

# ruff: noqa: ARG002 - the signatures are those of the real one

import errno
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.base.errors import NotAllowed, NotFound, NotNow
from bot.base.nudges import Nudges
from bot.base.text import did_you_mean
from bot.control.again import ask_like
from bot.control.forms.drafts import Drafts
from bot.control.forms.files import Files
from bot.control.forms.forms import Around, read_inputs
from bot.control.start import Request, StartJob
from bot.control.timers import Timers as RealTimers
from bot.control.toggles import Toggles
from bot.model.approval import StepPreview
from bot.model.audit import AuditFilter
from bot.model.message import MessageKind
from bot.model.person import Person
from bot.model.plan import Plan
from bot.model.run import Decision, Run, RunStatus, RunView
from bot.model.stack import Environment, Job, Stack
from bot.model.timer import Timer, TimerState
from bot.store.store import Store, Transaction
from tests.slack_edge.nothing_held import (
    Announcements,
    Approvals,
    Follows,
    Freezes,
    Locks,
    Pauses,
    ScheduledAnnouncements,
    Watch,
)
from tests.slack_edge.samples import MAINTENANCE


class MovableClock:
    """The machine's clock, and a push."""

    def __init__(self) -> None:
        self.pushed = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.pushed


@dataclass(frozen=True)
class Offer:
    """What one person may start, and where."""

    stack: Stack
    job: Job
    environments: tuple[Environment, ...]


@dataclass
class Catalog:
    """One stack."""

    stacks: dict[str, Stack] = field(default_factory=lambda: {"maintenance": MAINTENANCE})
    mistaken: frozenset[str] = frozenset()
    #: Raised by whoever asks for this stack: a bug.
    broken: str = ""

    def stack(self, name: str) -> Stack:
        if name == self.broken:
            raise RuntimeError(f"{name} is broken")
        if name not in self.stacks:
            raise NotFound(f'There is no stack "{name}".', hint=did_you_mean(name, list(self.stacks)))
        return self.stacks[name]

    def job(self, stack: str, job: str) -> tuple[Stack, Job]:
        found = self.stack(stack)
        if job not in found.jobs:
            raise NotFound(f'{stack} has no job "{job}".', hint=did_you_mean(job, list(found.jobs)))
        return found, found.jobs[job]

    def environment(self, stack: Stack, job: Job, name: str | None) -> Environment | None:
        if not job.environments:
            return None
        if name is None or name not in job.environments:
            raise NotFound(f'There is no environment "{name}".', hint=did_you_mean(name or "", job.environments))
        return stack.environments[name]


class Access:
    """@platform may do everything."""

    def may(self, person: Person, verb: str, target: str) -> bool:
        return "platform" in person.groups

    def who_may(self, verb: str, target: str) -> str:
        return "@platform may."

    def demand(self, person: Person, verb: str, target: str) -> None:
        if not self.may(person, verb, target):
            raise NotAllowed(f"You may not {verb} this.", hint=self.who_may(verb, target))


class Jobs:
    """All jobs, for those who may."""

    def __init__(self, catalog: Catalog, access: Access) -> None:
        self._catalog = catalog
        self._access = access

    def offers(self, person: Person) -> list[Offer]:
        stacks = self._catalog.stacks.values() if self._access.may(person, "run", "*") else ()
        return [self.offer(person, stack.name, job, origin="") for stack in stacks for job in stack.jobs]

    def search(self, person: Person, text: str, *, most: int) -> list[Offer]:
        return [offer for offer in self.offers(person) if text.lower() in offer.job.title.lower()][:most]

    def offer(self, person: Person, stack: str, job: str, *, origin: str) -> Offer:
        found, work = self._catalog.job(stack, job)
        if not self._access.may(person, "run", f"{stack}/{job}"):
            raise NotAllowed(f"You may not run {work.title}.", hint="@platform may.")
        return Offer(found, work, tuple(found.environments[name] for name in work.environments))

    def here(self, stack: Stack) -> Sequence[Job]:
        return stack.menu

    def why_not(self, stack: Stack, job: Job) -> str:
        return f"You may not run it. {self._access.who_may('run', f'{stack}/{job}')}"

    def environment(self, offer: Offer, name: str | None) -> Environment | None:
        return self._catalog.environment(offer.stack, offer.job, name)


@dataclass
class Shelf:
    """What one person has at hand."""

    favourites: list[Offer] = field(default_factory=list)
    most_used: list[Offer] = field(default_factory=list)


class AtHand:
    """Favourites in memory."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._starred: dict[tuple[str, str, str], None] = {}

    def of(self, person: Person) -> Shelf:
        offers = {(person.id, one.stack.name, one.job.name): one for one in self._jobs.offers(person)}
        return Shelf(favourites=[offers[name] for name in self._starred if name in offers])

    def star(self, person: Person, stack: str, job: str, *, origin: str) -> None:
        self._starred[person.id, stack, job] = None

    def unstar(self, person: Person, stack: str, job: str) -> None:
        self._starred.pop((person.id, stack, job), None)


class Forms:
    """Forms whose choices all stand in the stack."""

    def around(
        self,
        stack: Stack,
        job: Job,
        environment: Environment | None,
        person: Person,
        *,
        patience_s: float | None = None,
    ) -> Around:
        return Around()


class LogReader:
    """A log in memory."""

    def __init__(self, text: str) -> None:
        self._text = text

    @property
    def is_empty(self) -> bool:
        return not self._text

    def chunks(self) -> list[str]:
        return [self._text[start : start + 1000] for start in range(0, len(self._text), 1000)]

    def tail(self, lines: int = 30) -> list[str]:
        return self._text.splitlines()[-lines:]


class Runs:
    """Rows that nobody works on."""

    def __init__(self, store: Store, jobs: Jobs, access: Access, nudges: Nudges, clock: MovableClock) -> None:
        self._store = store
        self._jobs = jobs
        self._access = access
        self._nudges = nudges
        self._clock = clock
        self.logs: dict[int, str] = {}
        #: How often a log cannot be read yet.
        self.full_disks = 0
        self.decisions: list[tuple[int, Decision]] = []

    def start(self, ask: StartJob, *, also: Callable[[Transaction, Run], None] | None = None) -> Run:
        offer = self._jobs.offer(ask.person, ask.stack, ask.job, origin=ask.origin)
        inputs = read_inputs(offer.job.form, ask.inputs)
        return self._add(ask, offer.job, inputs, also=also)

    def retry(self, number: int, request: Request) -> Run:
        return self._follow(number, request, title="")

    retry_from = retry

    def undo(self, number: int, request: Request) -> Run:
        self._access.demand(request.by, "undo", "")
        return self._follow(number, request, title="Undo ")

    def cancel(self, number: int, *, by: Person, origin: str) -> Run:
        self._access.demand(by, "cancel", "")
        if self.get(number).status.is_over:
            raise NotNow(f"Run {number} is over already.")
        self.change(number, cancelled_by=by.name)
        return self.get(number)

    def resolve(self, number: int, decision: Decision, *, by: Person, origin: str) -> Run:
        self.decisions.append((number, decision))
        return self.get(number)

    def get(self, number: int) -> Run:
        with self._store.read() as tx:
            run = tx.runs.get(number)
        if run is None:
            raise NotFound(f"There is no run #{number}.")
        return run

    def view(self, number: int) -> RunView:
        run = self.get(number)
        with self._store.read() as tx:
            return RunView(run=run, steps=tuple(tx.steps.of(number)))

    def recent(self, *, limit: int = 20, statuses: Sequence[RunStatus] = (), stack: str | None = None) -> list[Run]:
        with self._store.read() as tx:
            return tx.runs.recent(limit=limit)

    def log(self, number: int) -> LogReader:
        if self.full_disks:
            self.full_disks -= 1
            raise OSError(errno.ENOSPC, "No space left on device")
        return LogReader(self.logs.get(number, ""))

    def change(self, number: int, **values: Any) -> None:
        """A worker's change."""
        with self._store.begin() as tx:
            tx.runs.change(number, **values)
        self._nudges.send(number)

    def end(self, number: int, status: RunStatus, **values: Any) -> None:
        """A worker's last change."""
        with self._store.begin() as tx:
            tx.runs.change(number, status=status, ended_at=self._clock.now(), **values)
            run = tx.runs.get(number)
            assert run
            assert run.channel
            tx.messages.owe(
                key=f"run:{number}:log", kind=MessageKind.LOG, channel=run.channel, parent=f"run:{number}", run=number
            )
        self._nudges.send(number)

    def _follow(self, number: int, request: Request, *, title: str) -> Run:
        old = self.get(number)
        ask = ask_like(old, request, cause="")
        job = self._jobs.offer(request.by, old.stack, old.job, origin="slack").job
        return self._add(ask, job, dict(old.inputs), title=f"{title}{old.title}")

    def _add(
        self,
        ask: StartJob,
        job: Job,
        inputs: dict[str, Any],
        title: str = "",
        *,
        also: Callable[[Transaction, Run], None] | None = None,
    ) -> Run:
        with self._store.begin() as tx:
            if known := tx.runs.by_key(ask.key):
                return known
            channel = ask.channel or MAINTENANCE.channel
            run = tx.runs.add(
                key=ask.key,
                stack=ask.stack,
                job=ask.job,
                title=title or job.title,
                environment=ask.environment,
                inputs=inputs,
                plan=Plan(folder=".", steps=job.steps, scope={}),
                status=RunStatus.QUEUED,
                started_by_id=ask.person.id,
                started_by=ask.person.name,
                cause=ask.cause,
                origin=ask.origin,
                lock=None,
                channel=channel,
                created_at=self._clock.now(),
            )
            for position, step in enumerate(job.steps):
                tx.steps.add(run=run.number, id=step.id, position=position, title=step.title, uses="command.run")
            assert channel
            tx.messages.owe(key=f"run:{run.number}", kind=MessageKind.RUN, channel=channel, run=run.number)
            if also:
                also(tx, run)
        self._nudges.send(run.number)
        return run


@dataclass
class Audits:
    """What was asked."""

    asked: list[AuditFilter] = field(default_factory=list)

    def export(self, only: AuditFilter, *, by: Person, origin: str, key: str, channel: str) -> None:
        self.asked.append(only)


class Timers(RealTimers):
    """Rows, and what was asked."""

    def __init__(self, store: Store, clock: MovableClock) -> None:
        super().__init__(store=store, kinds={}, clock=clock)
        self.asked: list[tuple[str, int]] = []

    def extend(self, id: int, *, by: Person, origin: str, minutes: int = 30) -> Timer:
        self.asked.append(("extend", id))
        return self.get(id)

    def now(self, id: int, *, by: Person, origin: str) -> Timer:
        self.asked.append(("now", id))
        return self.get(id)

    def cancel(self, id: int, *, by: Person, origin: str) -> Timer:
        self.asked.append(("cancel", id))
        with self._store.begin() as tx:
            tx.timers.change(id, state=TimerState.CANCELLED, changed_by=by.name)
        return self.get(id)


@dataclass
class Previews:
    """Says what it is told to say."""

    answers: list[StepPreview] = field(
        default_factory=lambda: [
            StepPreview(id="1", title="Put up the page", uses="ansible.run_playbook", text="web1: 1 file would change"),
            StepPreview(id="2", title="Expect 503", uses="http.expect", known_after="step 1"),
        ]
    )
    breaks: Exception | None = None

    def preview(self, start: StartJob) -> list[StepPreview]:
        if self.breaks:
            raise self.breaks
        return self.answers


class FrontDoor:
    """All of it."""

    def __init__(self, store: Store, nudges: Nudges, clock: MovableClock) -> None:
        self.catalog = Catalog()
        self.access = Access()
        self.forms = Forms()
        self.jobs = Jobs(self.catalog, self.access)
        self.at_hand = AtHand(self.jobs)
        self.toggles = Toggles(store=store)
        self.runs = Runs(store, self.jobs, self.access, nudges, clock)
        self.drafts, self.files = Drafts(store=store, clock=clock), Files(store=store, clock=clock, folder=Path())
        self.timers = Timers(store, clock)
        self.approvals = Approvals()
        self.locks = Locks()
        self.pauses = Pauses()
        self.announcements = Announcements()
        self.scheduled = ScheduledAnnouncements()
        self.freezes = Freezes()
        self.follows = Follows()
        self.watch = Watch()
        self.previews = Previews()
        self.audits = Audits()
