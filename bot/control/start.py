"""The request to start a job."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.model.form import FormValue
from bot.model.person import Person
from bot.model.plan import Plan
from bot.model.stack import Environment, Job, Stack


@dataclass(frozen=True, kw_only=True)
class StartJob:
    """Somebody asks for a job."""

    person: Person
    stack: str
    job: str
    #: None: the job's only environment, or none at all.
    environment: str | None = None
    #: As typed or clicked; read and checked by the job's form.
    inputs: Mapping[str, Any]
    #: Names this very request: a double click and a re-sent event carry the same key and so find the same run.
    key: str
    #: Where it came from: "slack", "cli", "timer" ...
    origin: str
    #: Why, for people; empty: the person asked.
    cause: str = ""
    #: Why it starts in a freeze, by who may override one; empty: it does not.
    override: str = ""
    #: Where the run's message goes; None: the stack's channel.
    channel: str | None = None
    #: The version that it is about, by its resource: `{"pull": {...}}`. Its environment exists also when it is gone.
    given: Mapping[str, Any] = field(default_factory=dict)
    #: Names by id of those whose doing it is beside *person*'s: who said when a timer comes, say.
    behind: Mapping[str, str] = field(default_factory=dict)
    #: The run whose answers are given once more.
    again: int | None = None
    #: The run, and the id of its step, that asks and waits for the end; None: somebody else.
    parent: int | None = None
    parent_step: str | None = None
    #: How long to wait for lists of choices that nobody has read yet. None: as long as the form's author allows.
    patience_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class Request:
    """Somebody asks for something about a run: that it is undone, or done again."""

    by: Person
    #: Where it came from, which very request it is, and where the new run's message goes: as in `StartJob`.
    origin: str
    key: str
    channel: str | None = None
    patience_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class ReadyJob:
    """A job that may be started as it was asked for."""

    stack: Stack
    job: Job
    environment: Environment | None
    inputs: dict[str, FormValue]
    plan: Plan
    lock: str | None
