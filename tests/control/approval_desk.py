"""A front door whose runs wait at the approval of their start."""

# ruff: noqa: ARG002 - the signatures are those of the real ones

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.base.nudges import Nudges
from bot.catalog.catalog import Catalog
from bot.control.control import Control
from bot.control.forms.choices import NoLists
from bot.control.holds.asking import ask
from bot.control.logs import RunLog
from bot.control.start import StartJob
from bot.model.approval import ApprovalView, StepPreview
from bot.model.message import MessageKind
from bot.model.person import Person
from bot.model.run import Run, RunStatus
from bot.store.store import Store, Transaction
from bot.watch.schedule import next_moment

ADA = Person(id="U0ADA", name="Ada", email="ada@example.org", groups=frozenset({"platform"}))
BEN = Person(id="U0BEN", name="Ben", email="ben@example.org", groups=frozenset({"platform"}))
CLEO = Person(id="U0CLEO", name="Cleo", email="cleo@example.org", groups=frozenset({"platform"}))
EVE = Person(id="U0EVE", name="Eve", email="eve@example.org")
STACK = """\
channel: "#ops"
jobs:
  one: {approve: {by: ["@platform"]}, steps: [{wait: 1s}]}
  two: {approve: {by: ["@platform", "eve@example.org"], count: 2}, steps: [{wait: 1s}]}
  own: {approve: {by: ["@platform"], self: true}, steps: [{wait: 1s}]}
  why: {approve: {by: ["@platform"], reason: required, form: {ticket: {type: text}}}, steps: [{wait: 1s}]}
  any: {approve: {}, steps: [{wait: 1s}]}
  told: {approve: {by: ["@platform", "eve@example.org", U0BEN], notify: true, timeout: 2h}, steps: [{wait: 1s}]}
"""


@dataclass
class MovableClock:
    at: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@dataclass
class Queue:
    """An engine that only takes down what it is given."""

    given: list[tuple[int, int]] = field(default_factory=list)

    def submit(self, tx: Transaction, number: int, part: int) -> None:
        self.given.append((number, part))


@dataclass
class Shown:
    """What would happen, as a test says."""

    previews: list[StepPreview] = field(default_factory=lambda: [StepPreview(id="1", title="Wait", uses=None)])

    def behind(self, run: Run, step: str) -> list[StepPreview]:
        return self.previews


class Desk:
    """One front end."""

    def __init__(self, folder: Path, url: str) -> None:
        (folder / "stacks" / "lab").mkdir(parents=True)
        self.folder = folder
        (folder / "stacks" / "lab" / "stack.yml").write_text(STACK)
        self.store = Store.open(url)
        self.clock, self.queue, self.shown = MovableClock(), Queue(), Shown()
        self.catalog = Catalog(folder / "stacks", dict)
        self.control = Control.make(
            store=self.store,
            catalog=self.catalog,
            engine=self.queue,
            clock=self.clock,
            nudges=Nudges(),
            logs=RunLog(folder / "runs"),
            previewer=self.shown,
            next_moment=next_moment,
            choices=NoLists(),
            registries={},
        )
        self.approvals = self.control.approvals

    def asked(self, job: str = "one", *, by: Person = ADA) -> ApprovalView:
        """A run of *job* whose worker has asked, and left."""
        ask_for = StartJob(person=by, stack="lab", job=job, inputs={}, key=f"{len(self.queue.given)}", origin="slack")
        run = self.control.runs.start(ask_for)
        gate = run.plan.gate
        assert gate
        with self.store.begin() as tx:
            approval = ask(tx, run, gate, self.shown.previews, now=self.clock.now())
            tx.runs.change(run.number, status=RunStatus.WAITING)
        return self.approvals.get(approval.id)

    def yes(self, view: ApprovalView, by: Person, **more: object) -> ApprovalView:
        return self.approvals.approve(view.approval.id, by=by, origin="slack", **more)  # type: ignore[arg-type]

    def no(self, view: ApprovalView, by: Person, reason: str = "") -> ApprovalView:
        return self.approvals.deny(view.approval.id, by=by, origin="slack", reason=reason)

    def status(self, view: ApprovalView) -> RunStatus:
        return self.control.runs.get(view.run.number).status

    def audit(self) -> list[str]:
        with self.store.read() as tx:
            records = tx.audit.recent()
        return [f"{one.person}: {one.answer}" for one in reversed(records) if one.verb in ("approval", "approve")]

    def messages(self) -> list[str]:
        with self.store.begin() as tx:
            owed = tx.messages.claim(by="test", now=self.clock.now(), lease_s=60, limit=50)
        return [f"{one.channel}: {one.key}" for one in owed if one.kind is MessageKind.APPROVAL]


@contextmanager
def open_desk(folder: Path, url: str) -> Iterator[Desk]:
    """A desk, closed afterwards."""
    desk = Desk(folder, url)
    yield desk
    desk.store.close()
