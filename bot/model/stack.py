"""Stacks: what an operator declares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.model.form import FormField
from bot.model.plan import AnyStep, Then


@dataclass(frozen=True, kw_only=True)
class Environment:
    """A named place a job acts on."""

    name: str
    #: What the author wrote beside `protected` and `when`: expressions over `vars` are allowed in texts.
    fields: Mapping[str, Any]
    protected: bool = False
    #: An expression over `vars`; the environment exists only where it is true. None: always.
    when: str | None = None


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a person or trigger may start."""

    name: str
    title: str
    description: str = ""
    #: Shows the previews and asks once more before it starts.
    danger: bool = False
    #: The lock's name, an expression text; None: runs of this job do not exclude one another.
    lock: str | None = None
    form: tuple[FormField, ...] = ()
    steps: tuple[AnyStep, ...]
    on_failure: tuple[AnyStep, ...] = ()
    ensure: tuple[AnyStep, ...] = ()
    then: Then | None = None
    announce: str | None = None
    timeout_s: float | None = None
    #: Names of the environments it may act on, as declared; empty: the stack has none.
    environments: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A folder that declares environments and jobs."""

    name: str
    title: str
    description: str = ""
    owners: tuple[str, ...] = ()
    channel: str | None = None
    environments: Mapping[str, Environment] = field(default_factory=dict)
    jobs: Mapping[str, Job]
    folder: Path


@dataclass(frozen=True, kw_only=True)
class AccessRule:
    """One line of `access.yml`: who may do what where."""

    #: "@group", "alice@example.org", "*@example.org", a Slack user id, or "everyone".
    who: tuple[str, ...]
    #: Verbs: see run cancel undo approve lock override admin; or "all".
    may: tuple[str, ...]
    #: Globs over "stack/job/environment"; a shorter one covers all below it.
    on: tuple[str, ...] = ("*",)
    #: True: these people may not, whatever else is said.
    deny: bool = False
