"""The real front door on real rows, with an engine that only notes what it was given: runs move when a test says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.base.nudges import Nudges
from bot.catalog.catalog import Catalog
from bot.control.control import Control
from bot.control.finish import finish
from bot.control.forms.choices import NoLists
from bot.control.logs import RunLog
from bot.control.start import StartJob
from bot.model.approval import StepPreview
from bot.model.person import Person
from bot.model.run import Run, RunStatus
from bot.store.store import Store, Transaction
from bot.watch.schedule import next_moment

ADA = Person(id="U1ADA", name="Ada", groups=frozenset({"platform"}))
BEN = Person(id="U2BEN", name="Ben", groups=frozenset({"web"}))
EVE = Person(id="U3EVE", name="Eve")

STACK = """\
stack: shop
title: Shop
channel: "#ops"
environments: {staging: , production: }
jobs:
  deploy:
    lock: "site/{{ env.name }}"
    steps: [{uses: command.run, with: {argv: ["true"]}}]
  restart:
    lock: "site/{{ env.name }}"
    steps: [{uses: command.run, with: {argv: ["true"]}}]
  look:
    steps: [{uses: command.run, with: {argv: ["true"]}}]
"""


class StoppedClock:
    """Moves when it is pushed."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def push(self, **by: float) -> None:
        self.moment += timedelta(**by)


class NotingEngine:
    """Notes which runs were handed to it, in order."""

    def __init__(self) -> None:
        self.given: list[int] = []

    def submit(self, tx: Transaction, number: int, part: int) -> None:
        del part
        tx.afterwards(lambda: self.given.append(number))


class NoPreviews:
    """Nothing is known of what would happen."""

    def behind(self, run: Run, step: str) -> list[StepPreview]:
        del run, step
        return []


class House:
    """One bot without workers."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self.stacks = folder / "stacks"
        self.write("shop/stack.yml", STACK)
        self.store = Store.open(url or f"sqlite:///{folder}/rows.db")
        self.clock = StoppedClock()
        self.engine, self.nudges = NotingEngine(), Nudges()
        self.catalog = Catalog(self.stacks, vars=dict)
        assert self.catalog.problems == ()
        self.control = Control.make(
            store=self.store,
            catalog=self.catalog,
            engine=self.engine,
            clock=self.clock,
            nudges=self.nudges,
            logs=RunLog(folder / "runs"),
            previewer=NoPreviews(),
            next_moment=next_moment,
            choices=NoLists(),
            registries={},
        )
        self._asked = 0

    def write(self, name: str, text: str) -> None:
        """Add a file below the stacks, or change it."""
        file = self.stacks / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def start(self, job: str, environment: str | None = "staging", *, by: Person = ADA, **more: Any) -> Run:
        """Ask for a job."""
        self._asked += 1
        key = more.pop("key", f"ask {self._asked}")
        ask = StartJob(
            person=by, stack="shop", job=job, environment=environment, inputs={}, key=key, origin="slack", **more
        )
        return self.control.runs.start(ask)

    def begin(self, number: int) -> None:
        """A worker takes a run."""
        with self.store.begin() as tx:
            tx.runs.take(number, self.clock.now())
            tx.runs.change(number, status=RunStatus.RUNNING)

    def end(self, number: int, status: RunStatus = RunStatus.SUCCEEDED) -> None:
        """A run is done."""
        with self.store.begin() as tx:
            run = tx.runs.lock_row(number)
            assert run
            finish(tx, self.engine, run, status, now=self.clock.now(), reason="", hint="")

    def status(self, number: int) -> RunStatus:
        """How a run stands."""
        return self.control.runs.get(number).status

    def waits_for(self, number: int) -> str:
        """What a run waits for, in words."""
        return self.control.runs.view(number).waits_for

    def told(self) -> list[str]:
        """What people are told in fixed words, oldest first."""
        with self.store.begin() as tx:
            owed = tx.messages.claim(by="test", now=self.clock.now(), lease_s=0, limit=1000)
        return [message.body["text"] for message in sorted(owed, key=lambda one: one.id) if "text" in message.body]


@contextmanager
def house(folder: Path, url: str | None = None) -> Iterator[House]:
    """A house, closed afterwards."""
    made = House(folder, url)
    yield made
    made.store.close()
