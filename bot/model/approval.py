"""Approvals: named people's yes before a step goes on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.model.form import FormValue
from bot.model.person import Person
from bot.model.plan import Approve
from bot.model.run import Run
from bot.model.timer import Timer


class ApprovalState(StrEnum):
    """How an approval stands."""

    OPEN = "open"
    APPROVED = "approved"
    DENIED = "denied"
    #: What would happen has changed since it was asked, or who said yes may no more: it was asked again.
    VOID = "void"
    TIMED_OUT = "timed out"
    #: The run ended before anybody decided.
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class StepPreview:
    """What one step would do."""

    id: str
    title: str
    uses: str | None
    #: Lines of plain text, found by reading only; empty when it cannot be known or was not asked.
    text: str = ""
    #: Why the step would fail, when that can be seen already.
    problem: str = ""
    #: "step 1" when the step depends on what step 1 will return.
    known_after: str = ""
    #: Does what it changes stay, since nothing reverses it?
    is_final: bool = False
    #: Names what would happen: of the whole text, however much of it is shown, without what differs at every look.
    hash: str = ""


@dataclass(frozen=True, kw_only=True)
class Vote:
    """What one person said."""

    person: Person
    is_yes: bool
    at: datetime
    reason: str = ""
    #: To the approval's form.
    answers: Mapping[str, FormValue]


@dataclass(frozen=True, kw_only=True)
class Approval:
    """One time that people were asked; when what would happen changes, they are asked once more."""

    id: int
    run: int
    #: The step that waits for it; see `Approve` in the run's plan.
    step: str
    state: ApprovalState
    asked_at: datetime
    decided_at: datetime | None = None
    #: Why it is void or withdrawn, or on what it was decided.
    reason: str = ""
    #: What would happen after it, as it was shown to those who decide.
    previews: tuple[StepPreview, ...]
    #: Of all the previews: what the yes is given to.
    hash: str
    #: The durable moment at which it times out.
    timer: int
    #: In the order in which people spoke.
    votes: tuple[Vote, ...] = ()

    @property
    def is_open(self) -> bool:
        """Does it wait for people?"""
        return self.state is ApprovalState.OPEN

    @property
    def yes(self) -> list[Vote]:
        """Who has said yes so far."""
        return [vote for vote in self.votes if vote.is_yes]

    def vote_of(self, person: Person) -> Vote | None:
        """What *person* has said already."""
        return next((vote for vote in self.votes if vote.person.id == person.id), None)


@dataclass(frozen=True, kw_only=True)
class ApprovalView:
    """An approval with all that its message is made from."""

    approval: Approval
    run: Run
    step: Approve
    timer: Timer
    #: In words: "@platform or bob@example.org".
    who: str
    #: Is it asked because an earlier yes is void? Then why.
    asked_again: str = ""
    #: The names of the people in the run's answers, by id, as far as they are known.
    named: Mapping[str, str] = field(default_factory=dict)
