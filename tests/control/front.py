"""The front door on one stack, with an engine that only takes down what it is handed."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bot.base.nudges import Nudges
from bot.catalog.catalog import Catalog
from bot.control.control import Control
from bot.control.forms.choices import NoLists
from bot.control.logs import RunLog
from bot.control.watchers.follows import followed_resources
from bot.control.watchers.hooks import Hooks
from bot.control.watchers.watch import present_versions
from bot.model.approval import StepPreview
from bot.model.run import Run
from bot.model.watch import CheckResult, FoundVersion
from bot.store.store import Store, Transaction
from bot.watch.look import spec_of
from bot.watch.schedule import next_moment

#: A job by the clock; CRON stands for when.
CLOCK = """
stack: web
jobs:
  sweep:
    triggers: [{cron: "CRON", zone: Europe/Berlin, late: 2h}]
    steps: [{wait: 1s}]
"""
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class HandClock:
    """Moves by hand."""

    moment: datetime = NOON

    def now(self) -> datetime:
        return self.moment

    def pass_(self, **length: float) -> None:
        """Let time pass."""
        self.moment += timedelta(**length)


@dataclass
class Engine:
    """Takes down which run was handed over."""

    taken: list[int] = field(default_factory=list)

    def submit(self, tx: Transaction, number: int, part: int) -> None:
        """Take it down."""
        del tx, part
        self.taken.append(number)


class NoPreviews:
    """Of jobs that ask nobody."""

    def behind(self, run: Run, step: str) -> Sequence[StepPreview]:
        """None."""
        del run, step
        return ()


class Front:
    """What tests ask and see."""

    def __init__(self, folder: Path, stack: str, url: str | None = None, *, templates: Path | None = None) -> None:
        self.folder = folder / "stacks"
        (self.folder / "web").mkdir(parents=True)
        self.write(stack)
        if templates:
            shutil.copytree(templates, self.folder / "web" / "templates")
        self.clock = HandClock()
        self.store = Store.open(url or f"sqlite:///{folder}/rows.db")
        self.catalog = Catalog(
            self.folder,
            lambda: {"sandbox": False},
            present=partial(present_versions, self.store),
            followed=partial(followed_resources, self.store),
        )
        assert self.catalog.problems == ()
        self.engine = Engine()
        self.control = self.another()
        self.control.watch.keep()

    def another(self) -> Control:
        """One more front end on the same rows."""
        return Control.make(
            store=self.store,
            catalog=self.catalog,
            engine=self.engine,
            clock=self.clock,
            nudges=Nudges(),
            logs=RunLog(self.folder),
            previewer=NoPreviews(),
            next_moment=next_moment,
            choices=NoLists(),
            registries={},
        )

    def hooks(self, read_secret: Callable[[str, Path], str]) -> Hooks:
        """Its webhooks, whose secrets *read_secret* finds."""
        return Hooks(
            store=self.store,
            catalog=self.catalog,
            triggers=self.control.watch.triggers,
            clock=self.clock,
            read_secret=read_secret,
        )

    def write(self, stack: str) -> None:
        """Write the stack's file."""
        (self.folder / "web" / "stack.yml").write_text(stack)

    def edit(self, stack: str) -> None:
        """Change the stack's file, and let the program see it."""
        self.write(stack)
        assert self.catalog.refresh()
        assert self.catalog.problems == ()
        self.control.watch.keep()

    def result(self, *numbers: str, resource: str = "app", **values: Any) -> CheckResult:
        """What a check would find: numbers, each with its state behind an @, and with ! if it does not count."""
        declared = self.catalog.stacks["web"].resources[resource]
        found = tuple(_found(number) for number in numbers)
        options = {"lists_all": True, "every_s": declared.every_s, "spec": spec_of(declared), **values}
        return CheckResult(watcher=f"web/{resource}", versions=found, **options)

    def find(self, *numbers: str, resource: str = "app", **values: Any) -> list[str]:
        """Let a check find these; returns what changed, in words."""
        return self._record(self.result(*numbers, resource=resource, **values))

    def find_fields(self, resource: str, *found: Mapping[str, Any], **values: Any) -> list[str]:
        """Let a check find versions of which it says all this; returns what changed, in words."""
        versions = tuple(FoundVersion(number=one["number"], state="", fields=one) for one in found)
        return self._record(replace(self.result(resource=resource, **values), versions=versions))

    def _record(self, result: CheckResult) -> list[str]:
        changes = self.control.watch.record(result)
        return [f"{change.version.number} {change.what}" for change in changes]

    def runs(self) -> list[Run]:
        """The runs, after what is owed was started, oldest first."""
        self.control.watch.follow()
        return self.control.runs.recent()[::-1]

    def started(self) -> list[str]:
        """The runs in words: job, environment, answers, cause."""
        return [
            " ".join([run.job, run.environment or "-", *map(str, run.inputs.values()), f"({run.cause})"])
            for run in self.runs()
        ]

    def messages(self) -> list[str]:
        """What the channel is told beside runs."""
        with self.store.begin() as tx:
            claimed = tx.messages.claim(by="test", now=self.clock.now(), lease_s=0, limit=100)
        return [str(message.body["text"]) for message in claimed if "text" in message.body]


def _found(written: str) -> FoundVersion:
    number, _, state = written.rstrip("!").partition("@")
    fields: Mapping[str, Any] = {"number": number, "state": state, "title": f"Title of {number}", "name": ""}
    return FoundVersion(number=number, state=state, fields=fields, verdict="too young" if "!" in written else "")
