"""A run's side of the contract without a run: real programs, real requests, real time; what is said lands in lists."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import psutil
import requests

from actions.api import ActionFailed, Cancelled, Exit, HostState

T = TypeVar("T")
_KEPT = ("PATH", "HOME", "LANG", "USER", "LOGNAME")


@dataclass
class Recording:
    """Satisfies `actions.api.Context`. Make one for each step: `exec` counts on a fresh scratch folder."""

    folder: Path
    scratch: Path
    secrets: Mapping[str, str] = field(default_factory=dict)
    run_name: str = "test #1"
    started_by: str = "Ada"
    previewing: bool = False
    #: Asked while waiting; true aborts the run.
    cancelled: Callable[[], bool] = lambda: False
    lines: list[str] = field(default_factory=list)
    #: Every (done, total, what) that was told.
    steps: list[tuple[int, int | None, str]] = field(default_factory=list)
    #: Every (state, note) of every host, oldest first.
    hosts: dict[str, list[tuple[HostState, str]]] = field(default_factory=dict)
    begun: list[Any] = field(default_factory=list)
    programs: list[list[str]] = field(default_factory=list)
    environments: list[dict[str, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def last(self, host: str) -> tuple[HostState, str]:
        return self.hosts[host][-1]

    def path(self, written: str) -> Path:
        return self.folder / written

    def secret(self, reference: str) -> str:
        return _read(self.secrets, reference)

    def masked(self, text: str) -> str:
        return _without(self.secrets, text)

    def log(self, line: str) -> None:
        self.lines += self.masked(line).split("\n")

    def progress(self, done: int, total: int | None, what: str = "") -> None:
        self.steps.append((done, total, what))

    def host(self, name: str, state: HostState, note: str = "") -> None:
        self.hosts.setdefault(name, []).append((state, note))

    def begin(self, outputs: T) -> T:
        assert not self.previewing, "a preview changes nothing"
        self.begun.append(outputs)
        return outputs

    def sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._check()
            time.sleep(0.01)

    def poll(self, read: Callable[[], T], *, every_s: float = 2.0, for_s: float = 300.0) -> Iterator[T]:
        until = time.monotonic() + for_s
        while time.monotonic() < until:
            yield read()
            self.sleep(every_s)

    def window(self, read: Callable[[], T], *, for_s: float, every_s: float = 2.0) -> Iterator[T]:
        yield from self.poll(read, every_s=every_s, for_s=for_s)
        yield read()

    def http(self) -> requests.Session:
        return requests.Session()

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
        self.programs.append(list(argv))
        self.environments.append(dict(env or {}))
        output = self.scratch / f"output-{len(self.programs)}"
        clean = {name: os.environ[name] for name in _KEPT if name in os.environ}
        with output.open("wb") as file:
            try:
                program = subprocess.Popen(
                    list(argv),
                    cwd=cwd or self.folder,
                    env={**clean, **(env or {})},
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise ActionFailed(f"{argv[0]} could not be started: {error.strerror}.") from error
        code = self._wait(program, output, on_line or self.log, timeout_s, interrupt_s)
        return Exit(code=code, tail=tuple(self.masked(line) for line in _lines(output)[-20:]))

    def _wait(
        self,
        program: "subprocess.Popen[bytes]",
        output: Path,
        take: Callable[[str], None],
        timeout_s: float | None,
        interrupt_s: float | None,
    ) -> int:
        until = time.monotonic() + (timeout_s or 100)
        taken = 0
        try:
            while True:
                over = program.poll() is not None
                known = _lines(output)
                # The last line may still be half written.
                for line in known[taken:] if over else known[taken:-1]:
                    take(self.masked(line))
                    taken += 1
                if over:
                    return int(program.wait())
                self._check()
                if time.monotonic() > until:
                    raise ActionFailed(f"It took longer than {timeout_s:g}s.")
                time.sleep(0.02)
        except BaseException:
            _end(program, interrupt_s)
            raise

    def _check(self) -> None:
        if self.cancelled():
            raise Cancelled


@dataclass
class Looking:
    """Satisfies `actions.api.CheckContext` with plain requests."""

    folder: Path
    secrets: Mapping[str, str] = field(default_factory=dict)
    moment: datetime = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def http(self) -> requests.Session:
        return requests.Session()

    def secret(self, reference: str) -> str:
        return _read(self.secrets, reference)

    def masked(self, text: str) -> str:
        return _without(self.secrets, text)

    def path(self, written: str) -> Path:
        return self.folder / written

    def now(self) -> datetime:
        return self.moment


def _read(secrets: Mapping[str, str], reference: str) -> str:
    if reference not in secrets:
        raise ActionFailed(f"There is no secret {reference}.")
    return secrets[reference]


def _without(secrets: Mapping[str, str], text: str) -> str:
    for value in secrets.values():
        text = text.replace(value, "***")
    return text


def _lines(output: Path) -> list[str]:
    return output.read_text(errors="replace").splitlines()


def _end(program: "subprocess.Popen[bytes]", interrupt_s: float | None) -> None:
    """End the whole tree, as the program's own context does: the children first seen, also those in other sessions."""
    alive = [program_process := psutil.Process(program.pid), *program_process.children(recursive=True)]
    asked = [(signal.SIGINT, interrupt_s)] if interrupt_s is not None else []
    for name, patience_s in (*asked, (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
        for process in alive:
            _signal(process, name)
        _, alive = psutil.wait_procs(alive, timeout=patience_s)
    program.wait(timeout=5)


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
