"""Timers: durable moments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from bot.model.target import target_of

#: The moment of what only people bring.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
#: How much longer one click makes it.
EXTEND_MINUTES = 30


class TimerKind(StrEnum):
    """What a timer does when its moment comes."""

    #: Starts `job` of `stack` in `environment`.
    START = "start"
    #: Brings a waiting run back to its engine.
    RESUME = "resume"
    #: Ends the window in which a step at work watches something; `subject` is the step's title.
    WINDOW = "window"
    #: Ends a person's reservation of the lock `subject`.
    RESERVATION = "reservation"
    #: Ends the pause of `subject`.
    PAUSE = "pause"
    #: Lets the run begin that waits for the end of a freeze.
    FREEZE = "freeze"


class TimerState(StrEnum):
    """How a timer stands."""

    WAITING = "waiting"
    FIRED = "fired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class Timer:
    """A durable moment: an expiry, a TTL, the end of a wait."""

    id: int
    kind: TimerKind
    #: Unique among the waiting ones: setting it again moves the moment.
    key: str
    at: datetime
    state: TimerState = TimerState.WAITING
    #: When to say that it is near; None: never, or said already.
    warn_at: datetime | None = None
    #: The run that set it; 0: a person did.
    run: int
    stack: str
    job: str = ""
    environment: str | None = None
    #: What it is about where that is no job: a lock, what is paused, a step.
    subject: str = ""
    channel: str | None = None
    #: Who extended or cancelled it last.
    changed_by: str = ""
    #: Names by id of those whose doing it is that it comes, and when.
    behind: Mapping[str, str] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """What access rules call its job: `stack/job/environment`."""
        return target_of(self.stack, self.job, self.environment)
