"""What the Slack edge asks about what holds work back: locks, pauses, freezes, and people's yes. A part of `door`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

from bot.model.approval import ApprovalView
from bot.model.form import FormValue
from bot.model.freeze import Frozen
from bot.model.lock import Lock
from bot.model.pause import Pause
from bot.model.person import Person
from bot.model.stack import Environment, Job, Stack


class Locks(Protocol):
    """Names that one run or person holds."""

    def find(self, said: str, *, by: Person) -> str:
        """The lock that is meant. Raises NotFound."""

    def all(self, person: Person) -> Sequence[Lock]:
        """Everything that is held and that *person* may see."""

    def of_stack(self, stack: str, *, by: Person) -> Sequence[Lock]:
        """What is held of a stack, and *by* may see."""

    def may(self, person: Person, verb: str, name: str) -> bool:
        """May *person* do *verb* to all that it locks?"""

    def reserve(self, name: str, *, by: Person, length: timedelta, why: str, origin: str) -> Lock:
        """Hold it, or wait in line for it."""

    def release(self, name: str, *, by: Person, origin: str) -> Lock | None:
        """Give it back, or the place in line. Returns the lock while a run that works under it keeps it."""

    def hand_over(self, name: str, who: str, *, by: Person, origin: str) -> Lock:
        """Give it to one who waits."""

    def may_take_over(self, name: str, *, by: Person, origin: str) -> Lock:
        """The lock, for *by* to take over. Raises NotAllowed, NotNow."""

    def take_over(
        self, name: str, *, by: Person, origin: str, why: str, run: int | None = None, seen: str = ""
    ) -> Lock:
        """Let *run*, or else *by*, go next."""


class Pauses(Protocol):
    """What is paused."""

    def find(self, words: Sequence[str], *, by: Person) -> str:
        """What people mean, of what *by* may see. Raises NotFound."""

    def all(self, person: Person | None = None) -> Sequence[Pause]:
        """What is paused, and *person* may see."""

    def of(self, target: str) -> Sequence[Pause]:
        """The pauses that cover a target."""

    def pause(
        self, target: str, *, by: Person, why: str, origin: str, length: timedelta | None = None, channel: str | None
    ) -> Pause:
        """Let nothing begin there."""

    def unpause(self, target: str, *, by: Person, origin: str, channel: str | None) -> Sequence[int]:
        """End a pause; the runs that go on."""


class Freezes(Protocol):
    """What is frozen."""

    def of(self, stack: str, job: Job, environment: str | None) -> Frozen | None:
        """The freeze that concerns a job now."""

    def places(self, places: Iterable[tuple[Stack, Environment | None]]) -> Sequence[tuple[str, Frozen]]:
        """What is frozen now, as people call it."""

    def in_stack(self, stack: Stack) -> Sequence[tuple[str, Frozen]]:
        """Where a stack is frozen now."""


class Approvals(Protocol):
    """What waits for people's yes."""

    def get(self, id: int) -> ApprovalView:
        """One approval. Raises NotFound."""

    def waiting(self, run: int | None = None) -> Sequence[ApprovalView]:
        """Everything that waits for people, or what of *run* does."""

    def waiting_for(self, person: Person) -> Sequence[ApprovalView]:
        """What *person* may decide, and has not spoken about yet."""

    def may_speak(self, id: int, *, by: Person, origin: str) -> ApprovalView:
        """The approval, for *by* to decide. Raises NotFound, NotNow, NotAllowed."""

    def read_answers(
        self, view: ApprovalView, *, is_yes: bool, reason: str, answers: Mapping[str, Any]
    ) -> tuple[str, Mapping[str, FormValue]]:
        """Reason and answers, checked. Raises WrongInputs."""

    def approve(
        self, id: int, *, by: Person, origin: str, reason: str = "", answers: Mapping[str, Any] | None = None
    ) -> ApprovalView:
        """Say yes; takes seconds."""

    def deny(self, id: int, *, by: Person, origin: str, reason: str = "") -> ApprovalView:
        """Say no."""

    def extend(self, id: int, *, by: Person, origin: str) -> ApprovalView:
        """Let it wait longer."""
