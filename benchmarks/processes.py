"""Processes of their own for all that is measured, ended by their ids."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
MIB = 1024 * 1024
_OWN = ("SLACK_", "STACKHAND_", "DATABASE_URL", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
#: Where it is set, each start compiles a thousand files anew: four seconds that nobody waits for who installed it.
_COMPILES_ANEW = "PYTHONDONTWRITEBYTECODE"
_LONGEST_STOP_S = 30.0


class Process:
    """A program that is ready."""

    def __init__(self, popen: subprocess.Popen[str], line: str, seconds: float) -> None:
        self._popen = popen
        self._about = psutil.Process(popen.pid)
        #: What it said when it was ready.
        self.line = line
        #: How long that took.
        self.ready_after_s = seconds

    @property
    def rss_mib(self) -> float:
        """The memory it holds now."""
        return float(self._about.memory_info().rss) / MIB

    @property
    def cpu_s(self) -> float:
        """The processor time it used until now."""
        times = self._about.cpu_times()
        return float(times.user + times.system)

    def stop(self) -> None:
        """End it."""
        self._popen.terminate()
        try:
            self._popen.wait(_LONGEST_STOP_S)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        if self._popen.stdout:
            self._popen.stdout.close()


@contextmanager
def process(*argv: str, ready: str, cwd: Path, **environ: str) -> Iterator[Process]:
    """`python -m ARGV` in folder *cwd*, from the line on that begins with *ready*, until the end of the block."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith((*_OWN, _COMPILES_ANEW))}
    began = time.perf_counter()
    with (cwd / f"{argv[0]}.log").open("a") as log:
        popen = subprocess.Popen(
            [sys.executable, "-P", "-m", *argv],
            cwd=cwd,
            env={**clean, "PYTHONPATH": str(ROOT), **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    line = popen.stdout.readline().strip() if popen.stdout else ""
    started = Process(popen, line, time.perf_counter() - began)
    try:
        if not line.startswith(ready):
            raise SystemExit(f"{argv[0]} did not start: {line}\n{(cwd / f'{argv[0]}.log').read_text()[-3000:]}")
        yield started
    finally:
        started.stop()


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder, away at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="stackhand-bench-") as name:
        yield Path(name)


@dataclass
class Cost:
    """What something took; both are 0 until it is over."""

    took_s: float = 0.0
    #: Of this process, and of those that it started and that have ended.
    processor_s: float = 0.0

    def __str__(self) -> str:
        return f"{self.took_s:.1f} s ({self.processor_s:.1f} s of a processor)"


@contextmanager
def cost() -> Iterator[Cost]:
    """What the block takes."""
    spent, began, before = Cost(), time.perf_counter(), sum(os.times()[:4])
    yield spent
    spent.took_s, spent.processor_s = time.perf_counter() - began, sum(os.times()[:4]) - before


def wait_until(is_so: Callable[[], bool], *, timeout_s: float = 60.0, every_s: float = 0.05) -> None:
    """Return once *is_so*. Raises TimeoutError."""
    until = time.monotonic() + timeout_s
    while not is_so():
        if time.monotonic() > until:
            raise TimeoutError(f"waited {timeout_s:g} s for nothing")
        time.sleep(every_s)
