"""Work that a test kills at any moment: a process that has everything imported forks a child for each round.

For each line that it reads the process says the child's process id, and then how it ended.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Forks:
    """The test's side: the process that forks."""

    process: "subprocess.Popen[str]"

    def work(self, word: str = "", *, kill_after_s: float | None = None) -> int:
        """Let a child do one round, killed after so long; returns how that ended."""
        child = self.begin(word)
        killing = threading.Timer(kill_after_s, _kill, [child]) if kill_after_s is not None else None
        if killing:
            killing.start()
        ended = self.end()
        if killing:
            killing.cancel()
            killing.join()
        return ended

    def begin(self, word: str = "") -> int:
        """Let a child begin; its process id."""
        assert self.process.stdin
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        return int(self._said())

    def end(self) -> int:
        """Wait for the child; returns how it ended."""
        return int(self._said())

    def _said(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline()


@contextmanager
def forks(module: str, *words: str) -> Iterator[Forks]:
    """The process of a module that calls `fork_for_each_line`."""
    argv = [sys.executable, "-m", module, *words]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Forks(process)
        assert process.stdin
        process.stdin.close()


def fork_for_each_line(one_round: Callable[[str], None]) -> None:
    """The process's side: a child for each line of standard input, which is the round's word."""
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            # What it logs is no answer.
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
            one_round(line.strip())
            os._exit(0)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _kill(child: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
