"""What an action gets of the run that carries it: the implementation of `actions.api.Context`."""

import shutil
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

import requests

from actions.api import ActionFailed, Cancelled, Exit, HostState, Outputs
from actions.api.fields import stack_path
from bot.base.redact import Redactor
from bot.model.run import HostResult, Progress
from bot.runner.process import Ended, Failed, Lost, NotStarted, Program, lines
from bot.runner.secrets import read_known
from bot.runner.signals import Signals
from bot.runner.step_log import StepLog

T = TypeVar("T")
#: How many last lines of a program an Exit carries.
_TAIL_LINES = 20
_HTTP_TIMEOUT_S = 30.0
_LOOK_AT_DISK_S = 0.5
_LOOK_AT_WINDOW_S = 1.0


class ProgramLost(BaseException):
    """A program had been started and died without a word. Nobody knows how far it came."""


class Report(Protocol):
    """Takes down what a step says about itself."""

    def begun(self, outputs: Outputs | None) -> Outputs | None:
        """The step is about to change things. Returns what an earlier try had stored, if there was one."""

    def host(self, result: HostResult) -> None:
        """How one host fares."""

    def progress(self, progress: Progress) -> None:
        """How far the step is."""

    def window_left(self, length: timedelta) -> timedelta:
        """How much is left of the step's window; the first call opens it, *length* long."""


class StepContext:
    """One step's side of the contract."""

    previewing = False

    def __init__(
        self,
        *,
        run_name: str,
        started_by: str,
        stack_folder: Path,
        step_folder: Path,
        log: StepLog,
        redactor: Redactor,
        signals: Signals,
        report: Report,
        environ: Mapping[str, str],
        start_again: bool = False,
    ) -> None:
        self.run_name = run_name
        self.started_by = started_by
        self._stack_folder = stack_folder
        self._step_folder = step_folder
        self._log = log
        self._redactor = redactor
        self._signals = signals
        self._report = report
        self._environ = environ
        #: Of an action for which twice is the same as once: a lost program is simply started again.
        self._start_again = start_again
        self._programs = 0
        self.scratch = step_folder / "scratch"
        self.scratch.mkdir(parents=True, exist_ok=True, mode=0o700)

    def path(self, written: str) -> Path:
        """See `actions.api.Context`."""
        return stack_path(self._stack_folder, written)

    def secret(self, reference: str) -> str:
        """See `actions.api.Context`."""
        return read_known(self._redactor, reference, self._environ, self._stack_folder)

    def masked(self, text: str) -> str:
        """See `actions.api.Context`."""
        return self._redactor.mask(text)

    def log(self, line: str) -> None:
        """See `actions.api.Context`."""
        self._add(line)
        self._log.flush()

    def progress(self, done: int, total: int | None, what: str = "") -> None:
        """See `actions.api.Context`."""
        self._report.progress(Progress(done=done, total=total, what=self.masked(what)))

    def host(self, name: str, state: HostState, note: str = "") -> None:
        """See `actions.api.Context`."""
        self._report.host(HostResult(name=self.masked(name), state=state.value, note=self.masked(note)))

    def begin(self, outputs: Any) -> Any:
        """See `actions.api.Context`."""
        return self._report.begun(outputs)

    def sleep(self, seconds: float) -> None:
        """See `actions.api.Context`."""
        self._signals.wait(seconds)

    def poll(self, read: Callable[[], T], *, every_s: float = 2.0, for_s: float = 300.0) -> Iterator[T]:
        """See `actions.api.Context`."""
        until = time.monotonic() + for_s
        while True:
            self._signals.check()
            yield read()
            if time.monotonic() + every_s > until:
                return
            self._signals.wait(every_s)

    def window(self, read: Callable[[], T], *, for_s: float, every_s: float = 2.0) -> Iterator[T]:
        """See `actions.api.Context`."""
        while self._window_left_s(for_s) > 0:
            self._signals.check()
            yield read()
            until = time.monotonic() + every_s
            # People may end it at any time.
            while (left := min(self._window_left_s(for_s), until - time.monotonic())) > 0:
                self._signals.wait(min(left, _LOOK_AT_WINDOW_S))
        self._signals.check()
        yield read()

    def _window_left_s(self, for_s: float) -> float:
        return self._report.window_left(timedelta(seconds=for_s)).total_seconds()

    def http(self) -> requests.Session:
        """See `actions.api.Context`."""
        return _Session(self._signals)

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
        """See `actions.api.Context`."""
        program = self._next_program(argv, cwd=cwd or self._stack_folder, env=env or {})
        signals = self._signals if timeout_s is None else self._signals.within(timeout_s)
        tail: deque[str] = deque(maxlen=_TAIL_LINES)
        interrupted: list[Cancelled] = []

        def meanwhile() -> None:
            self._log.flush()
            if interrupted:
                return
            try:
                signals.check()
            except Cancelled as cancelled:
                if interrupt_s is None:
                    raise
                # It is heard to its end: it says in what state it leaves things.
                program.end(interrupt_s=interrupt_s)
                interrupted.append(cancelled)
            while self._log.is_behind:
                # The disk is full. What the program says meanwhile waits in its own file.
                signals.wait(_LOOK_AT_DISK_S)
                self._log.flush()

        try:
            for line in lines(program.folder / "output", ended=lambda: not program.is_running(), stop=meanwhile):
                tail.append(line)
                (on_line or self._add)(line)
        except (Exception, Cancelled):
            # Whoever leaves here gives the step up, also by a bug; only a worker that leaves lets its program go on.
            program.end(interrupt_s=interrupt_s)
            raise
        if interrupted:
            raise interrupted[0]
        return _exit(program, argv, tuple(tail))

    def _next_program(self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Program:
        """The program of this call: started, unless an earlier worker has started it already."""
        self._report.begun(None)
        self._programs += 1
        program = Program(self._step_folder / f"program-{self._programs}")
        if isinstance(program.state(), Lost) and self._start_again:
            shutil.rmtree(program.folder)
        if isinstance(program.state(), NotStarted):
            self._signals.check()
            program.start(
                [str(word) for word in argv],
                cwd=cwd,
                env=env,
                secrets=self._redactor.patterns(),
                output=program.folder / "output",
            )
        return program

    def _add(self, line: str) -> None:
        """Buffered: a program may say a million lines."""
        self._log.append(self.masked(line.rstrip("\n")) + "\n")


class _Session(requests.Session):
    """Requests that can be cancelled before they start and never wait for ever."""

    def __init__(self, signals: Signals) -> None:
        super().__init__()
        self._signals = signals
        self.headers["User-Agent"] = "Stackhand"

    def request(self, *args: Any, **options: Any) -> requests.Response:
        """Check the signals, then send with a time-out."""
        self._signals.check()
        options["timeout"] = options.get("timeout") or _HTTP_TIMEOUT_S
        return super().request(*args, **options)


def _exit(program: Program, argv: Sequence[str], tail: tuple[str, ...]) -> Exit:
    state = program.state()
    if isinstance(state, Ended):
        return Exit(code=state.code, tail=tail)
    if isinstance(state, Failed):
        raise ActionFailed(
            f"{Path(argv[0]).name} could not be started: {state.reason}.", hint="Is it installed on this machine?"
        )
    raise ProgramLost
