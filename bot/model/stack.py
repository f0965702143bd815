"""Stacks: what an operator declares."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.model.form import FormField
from bot.model.freeze import InFreeze
from bot.model.notify import NotifyRule
from bot.model.plan import AnyStep, Approve, Then
from bot.model.scheduled import Scheduled
from bot.model.watch import Resource, Trigger, Webhook

#: Of an environment's name: Slack's menus take no longer values.
LONGEST_ENVIRONMENT = 150
#: What one writes behind /stack before the name of a stack may come: a stack of such a name would not be found.
SLACK_WORDS = frozenset(
    {
        "approvals",
        "audit",
        "board",
        "follow",
        "follows",
        "help",
        "lock",
        "locks",
        "menu",
        "pause",
        "runs",
        "show",
        "unfollow",
        "unlock",
        "unpause",
        "who",
    }
)

_EXPRESSION = re.compile(r"\{\{.*?\}\}")


@dataclass(frozen=True, kw_only=True)
class Environment:
    """A named place a job acts on."""

    name: str
    #: What the author wrote beside `protected` and `when`: expressions over `vars` are allowed in texts.
    fields: Mapping[str, Any]
    protected: bool = False
    #: An expression over `vars`; the environment exists only where it is true. None: always.
    when: str | None = None
    #: The resource for each of whose present versions there is one such environment; its name is an expression text.
    each: str | None = None
    #: What its fields and the steps may name of the version that it was made for: `{"pull": {...}}`.
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a person or trigger may start."""

    name: str
    title: str
    description: str = ""
    #: Shows the previews and asks once more before it starts.
    danger: bool = False
    #: What it does when it would start by itself in a freeze, or that freezes do not concern it.
    in_freeze: InFreeze = InFreeze.WAIT
    #: The lock's name, an expression text; None: runs of this job do not exclude one another.
    lock: str | None = None
    form: tuple[FormField, ...] = ()
    #: Named sets of answers, by field name.
    presets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    steps: tuple[AnyStep, ...]
    #: What has to be approved before it starts.
    gate: Approve | None = None
    on_failure: tuple[AnyStep, ...] = ()
    on_success: tuple[AnyStep, ...] = ()
    on_abort: tuple[AnyStep, ...] = ()
    ensure: tuple[AnyStep, ...] = ()
    then: Then | None = None
    #: The job that takes back what this one does; None: there is none.
    inverse: str | None = None
    announce: str | None = None
    timeout_s: float | None = None
    outputs: Mapping[str, Any] = field(default_factory=dict)
    #: Only steps of other jobs, and `then`, start it; no menu has it.
    only_called: bool = False
    #: Names of the environments it may act on, as declared; empty: the stack has none.
    environments: tuple[str, ...] = ()
    triggers: tuple[Trigger, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A folder that declares environments and jobs."""

    name: str
    title: str
    description: str = ""
    owners: tuple[str, ...] = ()
    channel: str | None = None
    notify: tuple[NotifyRule, ...] = ()
    environments: Mapping[str, Environment] = field(default_factory=dict)
    jobs: Mapping[str, Job]
    resources: Mapping[str, Resource] = field(default_factory=dict)
    webhooks: Mapping[str, Webhook] = field(default_factory=dict)
    #: What its channels are told by the clock.
    announcements: Mapping[str, Scheduled] = field(default_factory=dict)
    folder: Path

    def declared(self, environment: str) -> Environment | None:
        """The environment as it is declared, also where *environment* is one of many made for versions."""
        if environment in self.environments:
            return self.environments[environment]
        return next((one for one in self.environments.values() if one.each and _may_be(one.name, environment)), None)

    @property
    def places(self) -> tuple[Environment | None, ...]:
        """Its environments but for those that come and go with versions; (None,) where it has none."""
        return tuple(one for one in self.environments.values() if not one.each) or (None,)

    @property
    def menu(self) -> tuple[Job, ...]:
        """The jobs that people may be shown, in the order of the file."""
        return tuple(job for job in self.jobs.values() if not job.only_called)


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


def _may_be(template: str, name: str) -> bool:
    """Can *name* come of *template*, whatever its expressions give?"""
    literal = [re.escape(part) for part in _EXPRESSION.split(template)]
    return re.fullmatch(".+".join(literal), name) is not None
