"""What the Slack edge asks of the rest of the program: the front door and the catalog, as it uses them.

The real ones are `control` and `catalog`. The edge knows only these few verbs, so it can be tried without an engine.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from bot.control.start import StartJob
from bot.model.form import FormValue
from bot.model.person import Person
from bot.model.run import Decision, Run, RunStatus, RunView
from bot.model.stack import Environment, Job, Stack
from bot.model.timer import Timer


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

    def offer(self, person: Person, stack: str, job: str, *, origin: str) -> Offer:
        """One job. Raises NotFound, NotAllowed."""

    def environment(self, offer: Any, name: str | None) -> Environment | None:
        """The environment called *name*; None when the job has none. Raises NotFound."""

    def read_inputs(self, offer: Any, raw: Mapping[str, Any]) -> Mapping[str, FormValue]:
        """The answers, typed and with defaults filled in. Raises WrongInputs."""


class Runs(Protocol):
    """Starting runs and speaking to them."""

    def start(self, ask: StartJob) -> Run:
        """Start a job, once per key. Raises NotFound, NotAllowed, WrongInputs."""

    def retry(self, number: int, *, by: Person, origin: str, key: str, channel: str | None = None) -> Run:
        """Start a new run with the same answers."""

    def undo(self, number: int, *, by: Person, origin: str, key: str, channel: str | None = None) -> Run:
        """Start a run that undoes run *number*."""

    def cancel(self, number: int, *, by: Person, origin: str) -> Run:
        """Abort a run."""

    def resolve(self, number: int, decision: Decision, *, by: Person, origin: str) -> Run:
        """Say how an interrupted run goes on."""

    def view(self, number: int) -> RunView:
        """The run with its steps. Raises NotFound."""

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

    def extend(self, id: int, *, by: Person, origin: str, minutes: int = 30) -> Timer:
        """Move the moment later."""

    def now(self, id: int, *, by: Person, origin: str) -> Timer:
        """Let the moment come at once."""

    def cancel(self, id: int, *, by: Person, origin: str) -> Timer:
        """Never let it come."""


class Door(Protocol):
    """The front door."""

    @property
    def access(self) -> Access:
        """Who may do what."""

    @property
    def jobs(self) -> Jobs:
        """What may be started."""

    @property
    def runs(self) -> Runs:
        """Starting runs and speaking to them."""

    @property
    def timers(self) -> Timers:
        """What happens later."""


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
