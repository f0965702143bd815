"""A database, a folder of stacks, and workers as processes of their own that can be killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from pydantic import SecretStr

from bot.app import App, open_app
from bot.control.start import StartJob
from bot.model.person import Person
from bot.model.run import Run, RunStatus, RunView, StepRecord
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
ADA = Person(id="cli:ada", name="Ada")
GRACE = Person(id="cli:grace", name="Grace")
STILL = (RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.ERRORED, RunStatus.ABORTED, RunStatus.INTERRUPTED)


class Lab:
    """Runs of one stack, `lab`, whose jobs each test writes."""

    def __init__(self, folder: Path, database_url: str | None = None) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.stacks = folder / "stacks"
        (self.stacks / "lab").mkdir(parents=True)
        self.database_url = database_url
        self.workers: list[subprocess.Popen[str]] = []
        self._app: App | None = None
        self._asked = 0

    @property
    def app(self) -> App:
        """The front door, in this process; a worker must have been started before."""
        if self._app is None:
            raise RuntimeError("no worker was started")
        return self._app

    def jobs(self, text: str) -> None:
        """Declare the stack's jobs."""
        (self.stacks / "lab" / "stack.yml").write_text(f"stack: lab\ntitle: Lab\njobs:\n{text}")

    def script(self, name: str, text: str) -> str:
        """A shell script; returns its path."""
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return str(path)

    def start_worker(self, *, code: Path = ROOT) -> subprocess.Popen[str]:
        """One more worker, from the program in folder *code*; returns once it takes work."""
        environ = {**os.environ, "PYTHONPATH": str(code)}
        environ.pop("DATABASE_URL", None)
        if self.database_url:
            environ["DATABASE_URL"] = self.database_url
        argv = [sys.executable, "-P", "-m", "bot.cli", "worker", "--data", str(self.data), "--stacks", str(self.stacks)]
        with (self.folder / "worker.log").open("a") as log:
            worker = subprocess.Popen(argv, cwd=self.folder, env=environ, stdout=subprocess.PIPE, stderr=log, text=True)
        self.workers.append(worker)
        line = worker.stdout.readline() if worker.stdout else ""
        assert line.startswith("Ready"), (self.folder / "worker.log").read_text()
        if self._app is None:
            self._open()
        return worker

    def _open(self) -> None:
        url = SecretStr(self.database_url) if self.database_url else None
        self._opened = open_app(Settings(data=self.data, stacks=self.stacks, database_url=url))
        self._app = self._opened.__enter__()
        self._app.take_part()

    def start(self, job: str, *, by: Person = ADA, key: str | None = None, **inputs: Any) -> Run:
        """Ask for a job of the stack."""
        self._asked += 1
        ask = StartJob(person=by, stack="lab", job=job, inputs=inputs, key=key or f"ask-{self._asked}", origin="cli")
        return self.app.control.runs.start(ask)

    def view(self, number: int) -> RunView:
        """A run as it stands."""
        return self.app.control.runs.view(number)

    def step(self, number: int, id: str) -> StepRecord:
        """One step of a run as it stands."""
        return next(step for step in self.view(number).steps if step.id == id)

    def wait(self, number: int, *statuses: RunStatus, timeout_s: float = 60.0) -> RunView:
        """The run once it is in one of *statuses*; by default once nothing more happens by itself."""
        wanted: Sequence[RunStatus] = statuses or STILL
        wait_for(lambda: self.view(number).run.status in wanted, timeout_s, lambda: self._about(number))
        return self.view(number)

    def _about(self, number: int) -> str:
        log = (self.folder / "worker.log").read_text()[-3000:]
        return f"{self.view(number)}\n{log}"

    def close(self) -> None:
        """End everything."""
        for worker in self.workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGTERM)
        for worker in self.workers:
            worker.wait(timeout=40)
            if worker.stdout:
                worker.stdout.close()
        if self._app:
            self._opened.__exit__(None, None, None)


@contextmanager
def lab(folder: Path, database_url: str | None = None) -> Iterator[Lab]:
    """A lab, cleared up afterwards."""
    made = Lab(folder, database_url)
    try:
        yield made
    finally:
        made.close()


def wait_for(
    is_so: Callable[[], bool], timeout_s: float = 60.0, about: Callable[[], str] = lambda: "it did not happen"
) -> None:
    """Return once *is_so*; fail the test after *timeout_s*."""
    until = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < until, about()
        time.sleep(0.05)


def lines(path: Path) -> list[str]:
    """The lines of a file that may not exist yet."""
    return path.read_text().splitlines() if path.exists() else []


def say(*words: str, **more: str) -> str:
    """A step that writes *words* down, as YAML in one line."""
    rest = "".join(f", {key}: {value}" for key, value in more.items())
    return f"{{uses: command.run, with: {{argv: {json.dumps(['./say', *words])}}}{rest}}}"


def statuses(view: RunView) -> dict[str, str]:
    return {step.id: step.status.value for step in view.steps}


def kill_programs(data: Path) -> None:
    """What a dying machine does to the programs that were started."""
    for process in psutil.process_iter():
        try:
            ours = process.environ().get("STACKHAND_PROGRAM", "").startswith(str(data))
            watches = str(data) in " ".join(process.cmdline()) and "detached.py" in " ".join(process.cmdline())
        except psutil.Error:
            continue
        if ours or watches:
            os.kill(process.pid, signal.SIGKILL)
