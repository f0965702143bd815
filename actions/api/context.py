"""What an action may ask of the run that carries it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeVar

import requests

T = TypeVar("T")


class HostState(StrEnum):
    """How one host came out of a step."""

    RUNNING = "running"
    OK = "ok"
    CHANGED = "changed"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    #: It was not its turn: left alone, or not finished because the step ended before.
    SKIPPED = "skipped"

    @property
    def is_done(self) -> bool:
        """Need a further try not come to this host again?"""
        return self in {HostState.OK, HostState.CHANGED}


@dataclass(frozen=True)
class Exit:
    """How a program ended."""

    #: The exit code; negative is the signal that ended it, as `subprocess` has it.
    code: int
    #: The last lines of its output, redacted, oldest first; for the sentence that says what went wrong.
    tail: tuple[str, ...]


class Context(Protocol):
    """The run's side of the contract. `sleep`, `poll`, `exec` and `http` raise Cancelled when the run is aborted."""

    #: What people call the run, e.g. "maintenance #12"; for messages in outside systems.
    run_name: str
    #: Who started it, as people know them.
    started_by: str
    #: A private folder (0700) of this step. Gone when the step is over.
    scratch: Path
    #: True while only a preview is made: nothing may be changed.
    previewing: bool

    def path(self, written: str) -> Path:
        """The absolute path of *written*, which is relative to the stack's folder. It need not exist.

        Raises ActionFailed if it leads out of the stack's folder (an absolute path is taken as it is).
        """

    def secret(self, reference: str) -> str:
        """The value behind a Secret. From now on it is masked in everything this run logs or sends.

        Raises ActionFailed if there is no such secret.
        """

    def masked(self, text: str) -> str:
        """*text* without the secrets of this step: for what is cut, since half a secret nobody would know again."""

    def log(self, line: str) -> None:
        """Add lines to the step's log. Secrets are masked before they are stored."""

    def progress(self, done: int, total: int | None, what: str = "") -> None:
        """How far the step is: *done* of *total* (None: unknown), and *what* is being done now, in a few words."""

    def host(self, name: str, state: HostState, note: str = "") -> None:
        """How one host fares; the last word per host counts. *note*: a few words, e.g. the task or the reason."""

    def begin(self, outputs: T) -> T:
        """The write-ahead line: store *outputs*, then start changing things. Returns them.

        When a crash made the step run again, returns what the first try stored.
        """

    def sleep(self, seconds: float) -> None:
        """Wait, and notice at once when the run is aborted."""

    def poll(self, read: Callable[[], T], *, every_s: float = 2.0, for_s: float = 300.0) -> Iterator[T]:
        """What *read* returns, now and every *every_s* seconds, for *for_s* seconds at most; then it just ends."""

    def window(self, read: Callable[[], T], *, for_s: float, every_s: float = 2.0) -> Iterator[T]:
        """What *read* returns, now, every *every_s* seconds and once more when the window ends, *for_s* seconds later.

        The run's message says when that is, and people may make it later or end it at once. A restarted bot finds
        the same end: neither is the time begun anew, nor is it cut.
        """

    def exec(
        self,
        argv: Sequence[str],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        on_line: Callable[[str], None] | None = None,
        timeout_s: float | None = None,
        interrupt_s: float | None = None,
    ) -> Exit:
        """Run a program, detached, and wait for it. Never through a shell.

        A restarted bot attaches to the program instead of starting it again. *env* is added to a small clean
        environment (PATH, HOME, LANG, ...), not to the bot's own. Its output goes to the step's log; with *on_line*
        each line (redacted, without its end) is handed over instead, from the first one also after a restart.
        After *timeout_s* the whole process tree is ended and ActionFailed raised. A program that leaves half a change
        behind when it is simply ended is interrupted first (INT), and has *interrupt_s* to put things in order.
        Raises ActionFailed if the program does not exist, Cancelled after the tree of an aborted run is gone.
        """

    def http(self) -> requests.Session:
        """A session whose requests have a timeout of 30 s by default and name Stackhand as their user agent."""
