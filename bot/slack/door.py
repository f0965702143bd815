"""What the Slack edge asks of the rest of the program: the front door and the catalog, as it uses them.

The real ones are `control` and `catalog`. The edge knows only these few verbs, so it can be tried without an engine.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from bot.control.forms.forms import Around
from bot.control.start import Request, StartJob
from bot.model.audit import AuditFilter
from bot.model.form import FormValue
from bot.model.person import Person
from bot.model.run import Decision, Run, RunStatus, RunView
from bot.model.stack import Environment, Job, Stack
from bot.model.timer import Timer
from bot.model.toggle import Standing
from bot.slack.door_held import Approvals, Freezes, Locks, Pauses
from bot.slack.door_watch import Announcements, Follows, ScheduledAnnouncements, Watch
from bot.store.store import Transaction


class Offer(Protocol):
    """A job that a person may start, and where."""

    @property
    def stack(self) -> Stack:
        """The job's stack."""

    @property
    def job(self) -> Job:
        """The job."""

    @property
    def environments(self) -> tuple[Environment, ...]:
        """Where this person may run it; empty when the job has no environments."""


class LogReader(Protocol):
    """The log of one run."""

    @property
    def is_empty(self) -> bool:
        """Did no step say anything?"""

    def chunks(self) -> Iterable[str]:
        """The whole text in pieces of bounded size."""

    def tail(self, lines: int = 30) -> list[str]:
        """The last lines."""


class Access(Protocol):
    """Who may do what."""

    def may(self, person: Person, verb: str, target: str) -> bool:
        """May *person* do *verb* on *target* (`stack/job/environment`)?"""

    def who_may(self, verb: str, target: str) -> str:
        """Who may, in words: "@platform and alice@example.org may."."""


class Jobs(Protocol):
    """What may be started."""

    def offers(self, person: Person) -> Sequence[Offer]:
        """Everything *person* may start."""

    def search(self, person: Person, text: str, *, most: int) -> Sequence[Offer]:
        """What *person* may start that fits *text*, the best first; from memory."""

    def offer(self, person: Person, stack: str, job: str, *, origin: str) -> Offer:
        """One job. Raises NotFound, NotAllowed."""

    def here(self, stack: Stack) -> Sequence[Job]:
        """The jobs of its menu that can be started here, in the order of the file."""

    def why_not(self, stack: Stack, job: Job) -> str:
        """Why somebody who is not offered this job cannot start it."""

    def environment(self, offer: Any, name: str | None) -> Environment | None:
        """The environment called *name*; None when the job has none. Raises NotFound."""


class Shelf(Protocol):
    """What a person has at hand."""

    @property
    def favourites(self) -> Sequence[Offer]:
        """The jobs with their star."""

    @property
    def most_used(self) -> Sequence[Offer]:
        """Others that they use most."""


class Toggles(Protocol):
    """Jobs that have an inverse."""

    def of_stack(self, stack: Stack, jobs: Sequence[Job]) -> Sequence[Standing]:
        """How those of *jobs* stand that have an inverse; a job and its inverse say it once."""

    def standing(self, stack: Stack, job: Job) -> Sequence[Standing]:
        """How *job* and its inverse stand in each environment; nothing where neither has ever succeeded."""


class AtHand(Protocol):
    """Favourites and habits."""

    def of(self, person: Person) -> Shelf:
        """What *person* has at hand."""

    def star(self, person: Person, stack: str, job: str, *, origin: str) -> None:
        """Put a job among the favourites. Raises NotFound, NotAllowed."""

    def unstar(self, person: Person, stack: str, job: str) -> None:
        """Take a job off the favourites."""


class Forms(Protocol):
    """How forms are answered."""

    def around(
        self,
        stack: Stack,
        job: Job,
        environment: Environment | None,
        person: Person,
        *,
        patience_s: float | None = None,
    ) -> Around:
        """What a form stands in: what its expressions may name, and where its lists of choices come from."""


class Drafts(Protocol):
    """Answers on their way to the second page."""

    def keep(self, inputs: Mapping[str, FormValue], *, by: Person) -> str:
        """Keep answers for a day; returns the name under which *by* finds them."""

    def find(self, key: str, *, by: Person) -> Mapping[str, FormValue]:
        """The answers. Raises NotFound."""


class Files(Protocol):
    """Files that people give to forms."""

    def keep(self, source: str, *, name: str, size: int, by: Person) -> Mapping[str, FormValue]:
        """Know a file that waits in Slack; returns the answer to its field."""


class Runs(Protocol):
    """Starting runs and speaking to them."""

    def start(self, ask: StartJob, *, also: Callable[[Transaction, Run], None] | None = None) -> Run:
        """Start a job, once per key; *also* is done in the transaction that writes it.

        Raises NotFound, NotAllowed, WrongInputs, NotYet.
        """

    def retry(self, number: int, request: Request) -> Run:
        """Start a new run with the same answers. Raises NotYet."""

    def retry_from(self, number: int, request: Request) -> Run:
        """Start a new run that takes over what was done and begins at the step that failed. Raises NotYet."""

    def undo(self, number: int, request: Request) -> Run:
        """Start a run that undoes run *number*."""

    def cancel(self, number: int, *, by: Person, origin: str) -> Run:
        """Abort a run."""

    def resolve(self, number: int, decision: Decision, *, by: Person, origin: str) -> Run:
        """Say how an interrupted run goes on."""

    def get(self, number: int) -> Run:
        """The run alone. Raises NotFound."""

    def view(self, number: int) -> RunView:
        """The run with its steps and what it waits for. Raises NotFound."""

    def recent(self, *, limit: int = 20, statuses: Sequence[RunStatus] = (), stack: str | None = None) -> Sequence[Run]:
        """The newest runs first."""

    def log(self, number: int) -> LogReader:
        """The log of a run. Raises NotFound."""


class Timers(Protocol):
    """What happens later."""

    def get(self, id: int) -> Timer:
        """One timer. Raises NotFound."""

    def of_run(self, number: int) -> Sequence[Timer]:
        """The timers that a run set."""

    def upcoming(self, *, limit: int = 20) -> Sequence[Timer]:
        """What starts by itself next, the nearest first."""

    def extend(self, id: int, *, by: Person, origin: str) -> Timer:
        """Move the moment later."""

    def now(self, id: int, *, by: Person, origin: str) -> Timer:
        """Let the moment come at once."""

    def cancel(self, id: int, *, by: Person, origin: str) -> Timer:
        """Never let it come."""


class Audits(Protocol):
    """The audit."""

    def export(self, only: AuditFilter, *, by: Person, origin: str, key: str, channel: str) -> None:
        """Owe the channel the records as a file. Raises NotAllowed."""


class Door(Protocol):
    """The front door."""

    @property
    def follows(self) -> Follows:
        """What people follow."""

    @property
    def audits(self) -> Audits:
        """The audit."""

    @property
    def announcements(self) -> Announcements:
        """New versions."""

    @property
    def scheduled(self) -> ScheduledAnnouncements:
        """What is announced by the clock."""

    @property
    def access(self) -> Access:
        """Who may do what."""

    @property
    def jobs(self) -> Jobs:
        """What may be started."""

    @property
    def toggles(self) -> Toggles:
        """Jobs that have an inverse."""

    @property
    def at_hand(self) -> AtHand:
        """Favourites and habits."""

    @property
    def forms(self) -> Forms:
        """How forms are answered."""

    @property
    def drafts(self) -> Drafts:
        """Answers on their way to the second page."""

    @property
    def files(self) -> Files:
        """Files that people give to forms."""

    @property
    def runs(self) -> Runs:
        """Starting runs and speaking to them."""

    @property
    def timers(self) -> Timers:
        """What happens later."""

    @property
    def locks(self) -> Locks:
        """What is locked."""

    @property
    def pauses(self) -> Pauses:
        """What is paused."""

    @property
    def freezes(self) -> Freezes:
        """What is frozen."""

    @property
    def watch(self) -> Watch:
        """What is watched."""

    @property
    def approvals(self) -> Approvals:
        """What waits for people's yes."""


class Stacks(Protocol):
    """The stacks as they are declared now."""

    def stack(self, name: str) -> Stack:
        """One stack. Raises NotFound with the nearest names."""

    def job(self, stack: str, job: str) -> tuple[Stack, Job]:
        """One job. Raises NotFound with the nearest names."""

    def environment(self, stack: Stack, job: Job, name: str | None) -> Environment | None:
        """One environment of a job. Raises NotFound with the nearest names."""

    @property
    def stacks(self) -> Mapping[str, Stack]:
        """All of them by name."""

    @property
    def mistaken(self) -> frozenset[str]:
        """Stacks whose file has a mistake now: their last good version is in use, or they are not there."""
