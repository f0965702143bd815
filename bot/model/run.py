"""Runs, their steps and their history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from actions.api import HostState
from bot.base.text import format_duration, plural
from bot.model.form import FormValue
from bot.model.person import Person, is_slack_id
from bot.model.plan import Plan
from bot.model.target import place, target_of


class RunStatus(StrEnum):
    """How a run stands."""

    #: Handed to the engine, not yet begun.
    QUEUED = "queued"
    #: For a lock, a timer or a person; holds no worker.
    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    #: The work said no: a person acts.
    FAILED = "failed"
    #: The machine or the program broke: we act.
    ERRORED = "errored"
    ABORTED = "aborted"
    #: A crash hit a step that must not be repeated: a person decides how it goes on.
    INTERRUPTED = "interrupted"

    @property
    def is_over(self) -> bool:
        """Will nothing more happen in this run?"""
        return self in _OVER

    @property
    def is_failure(self) -> bool:
        """Did it end badly, and nobody asked it to?"""
        return self in {RunStatus.FAILED, RunStatus.ERRORED}


_OVER = {RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.ERRORED, RunStatus.ABORTED}


#: The parts of a step's id that make it a hook: "on_failure.1", "2.ensure.1".
HOOKS = frozenset({"on_failure", "on_success", "on_abort", "ensure"})


class StepStatus(StrEnum):
    """How a step stands."""

    PENDING = "pending"
    RUNNING = "running"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ERRORED = "errored"
    ABORTED = "aborted"
    #: Not done: its `when` was false, an earlier step failed, or a person said skip.
    SKIPPED = "skipped"
    INTERRUPTED = "interrupted"

    @property
    def is_over(self) -> bool:
        """Is the step done with, one way or another?"""
        return self not in {StepStatus.PENDING, StepStatus.RUNNING, StepStatus.WAITING, StepStatus.INTERRUPTED}

    @property
    def is_failure(self) -> bool:
        """Did it end badly, and nobody asked it to?"""
        return self in {StepStatus.FAILED, StepStatus.ERRORED}


class Decision(StrEnum):
    """What a person says about an interrupted step."""

    RETRY = "retry"
    SKIP = "skip"
    UNDO = "undo"
    ABORT = "abort"


@dataclass(frozen=True, kw_only=True)
class Run:
    """One execution of a job, numbered, never run again in place."""

    number: int
    stack: str
    job: str
    #: The job's title when it started.
    title: str
    environment: str | None
    inputs: Mapping[str, FormValue]
    plan: Plan
    status: RunStatus
    started_by_id: str
    started_by: str
    #: Why it runs, for people: "Ada clicked", "30 minutes after maintenance #12".
    cause: str
    #: "slack", "cli", "timer" ...
    origin: str
    lock: str | None
    created_at: datetime
    #: Names by id of those whose doing it is though something else started it: they set its timer, or moved it.
    behind: Mapping[str, str] = field(default_factory=dict)
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    #: One sentence: why it failed, waits, or was aborted.
    reason: str = ""
    hint: str = ""
    cancelled_by: str | None = None
    #: The number of the run that this one undoes.
    undo_of: int | None = None
    #: The number of the run whose done steps it took over.
    retry_of: int | None = None
    #: The number of the run, and the id of its step, that started it and wait for it.
    parent: int | None = None
    parent_step: str | None = None
    #: What it puts out, once it has succeeded.
    outputs: Mapping[str, Any] = field(default_factory=dict)
    #: How often it was handed to the engine.
    part: int = 0
    #: Grows with each change that people can see.
    revision: int = 1
    #: Slack channel of its message; None when it has none.
    channel: str | None = None
    #: What keeps it from beginning: see `model.hold`; empty: nothing does.
    held: str = ""
    #: Why it may begin in a freeze, as the person said who may let it.
    override: str = ""
    #: A freeze does not concern it.
    ignores_freeze: bool = False

    @property
    def name(self) -> str:
        """What people call it: "maintenance #12"."""
        return f"{self.stack} #{self.number}"

    @property
    def what(self) -> str:
        """What it does and where: "Maintenance on, production"."""
        return place(self.title, self.environment)

    @property
    def took(self) -> timedelta | None:
        """From its beginning to its end, or all of its time if it never began; None: it is not over."""
        return self.ended_at - (self.begun_at or self.created_at) if self.ended_at else None

    @property
    def in_words(self) -> str:
        """How it stands: "running", "succeeded in 14s", "failed after 3s"."""
        if self.took is None:
            return str(self.status)
        return f"{self.status} {'in' if self.status is RunStatus.SUCCEEDED else 'after'} {format_duration(self.took)}"

    @property
    def target(self) -> str:
        """`stack/job/environment`, as access rules and locks write it."""
        return target_of(self.stack, self.job, self.environment)

    @property
    def starter(self) -> Person:
        """Who started it, as far as the run itself knows them: no groups."""
        return Person(id=self.started_by_id, name=self.started_by)

    @property
    def people(self) -> dict[str, str]:
        """Names by id of all whose doing it is: who started it, unless that was the program itself, and `behind`."""
        return {**({} if self.starter.is_automatic else {self.started_by_id: self.started_by}), **self.behind}

    @property
    def people_answered(self) -> list[str]:
        """The ids of people among its answers."""
        return [value for value in self.inputs.values() if isinstance(value, str) and is_slack_id(value)]


@dataclass(frozen=True, kw_only=True)
class HostResult:
    """How one host fared in a step."""

    name: str
    state: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a step is."""

    done: int
    total: int | None
    what: str = ""


@dataclass(frozen=True, kw_only=True)
class StepRecord:
    """One step of a run, as it went."""

    run: int
    #: The step's id in the plan; steps of an undo get ids below the undo step's.
    id: str
    #: Where it stands in the list that people read.
    position: int
    title: str
    uses: str | None
    status: StepStatus = StepStatus.PENDING
    attempt: int = 0
    #: Has the action passed its `begin`, or started a program?
    begun: bool = False
    #: The action's own fields once they were known; secrets by reference.
    fields: Mapping[str, Any] | None = None
    outputs: Mapping[str, Any] | None = None
    hosts: tuple[HostResult, ...] = ()
    progress: Progress | None = None
    reason: str = ""
    hint: str = ""
    #: The machine that began it.
    machine: str | None = None
    #: Can it be reversed? None: not known yet.
    undoable: bool | None = None
    undone: bool = False
    #: The run in which it was really done; this one took it over.
    taken_from: int | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_hook(self) -> bool:
        """Is it a step that runs only after a failure, or at the end whatever happens?"""
        return not HOOKS.isdisjoint(self.id.split("."))

    @property
    def comes_again(self) -> bool:
        """Does it stand between a try that failed and the next one, whose number is its attempt?"""
        return self.status in {StepStatus.PENDING, StepStatus.WAITING} and self.attempt > 1

    @property
    def done_hosts(self) -> list[HostResult]:
        """The hosts on which it came to a good end, as far as tries are over."""
        return [host for host in self.hosts if HostState(host.state).is_done]

    @property
    def can_be_undone(self) -> bool:
        """Did it begin something that can still be reversed?"""
        return self.begun and bool(self.undoable) and not self.undone


def first_failed(records: Sequence[StepRecord]) -> StepRecord | None:
    """The step whose failure the others followed: the first that ended badly, and of nested ones the innermost."""
    bad = [step for step in records if step.status.is_failure and step.ended_at]
    return min(bad, key=lambda step: (step.ended_at, -len(step.id)), default=None)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One line of a run's history. Append-only."""

    run: int
    at: datetime
    #: "run.started", "step.failed", "run.cancel_asked" ...
    kind: str
    step: str | None = None
    text: str = ""
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class RetryPoint:
    """The step from which a failed run can be tried again, and what is taken over for that."""

    #: The id of a step of the job itself: "3".
    step: str
    title: str
    #: The done steps, inner ones and their hooks included, in order.
    taken: tuple[StepRecord, ...]
    #: The steps that failed on some of their hosts only: they are done again without those that are done.
    partly: tuple[StepRecord, ...] = ()

    @property
    def titles(self) -> list[str]:
        """What is taken over, in words: the done steps that hold no others, and what is done of the failed ones."""
        done = [step for step in self.taken if step.status is StepStatus.SUCCEEDED and not step.is_hook]
        whole = [step.title for step in done if not any(other.id.startswith(f"{step.id}.") for other in done)]
        return [*whole, *(f"{step.title} on {plural(len(step.done_hosts), 'host')}" for step in self.partly)]


@dataclass(frozen=True, kw_only=True)
class NextTry:
    """When a step is tried again, and how many tries it has in all."""

    at: datetime
    of: int


@dataclass(frozen=True, kw_only=True)
class RunView:
    """A run with its steps: what a message or a screen is made from."""

    run: Run
    steps: tuple[StepRecord, ...] = ()
    #: What it waits for, in words: "Grace's run maintenance #11 holds site/www since 14:02; you are second."
    waits_for: str = ""
    #: Does it wait in line for its lock?
    is_in_line: bool = False
    #: The next tries of the steps that wait for one, by id.
    next_tries: Mapping[str, NextTry] = field(default_factory=dict)
    #: The runs that its steps started, oldest first.
    called: tuple[Run, ...] = ()
    #: From where it can be tried again; None: only from the start.
    retry_from: RetryPoint | None = None
    #: The names of the people in its answers, by id, as far as they are known.
    named: Mapping[str, str] = field(default_factory=dict)

    @property
    def visible_steps(self) -> list[StepRecord]:
        """The steps that people want to see: hooks only once they began."""
        return [step for step in self.steps if step.started_at is not None or not step.is_hook]

    @property
    def can_be_undone(self) -> bool:
        """Did the run begin anything that can still be reversed?"""
        return any(step.can_be_undone for step in self.steps)
