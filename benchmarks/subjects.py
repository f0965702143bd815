"""The two that are compared, each with a workspace of its own: Stackhand, and a bare Bolt app."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import Process, process

_STACK = """\
stack: bench
title: Benchmark
jobs:
  echo:
    title: Echo
    form:
      text: {type: text, label: Text}
    steps:
      - {title: Do nothing, uses: command.run, with: {argv: ["true"]}}
  print:
    title: Print a file
    form:
      text: {type: text, label: File}
    steps:
      - {title: Print it, uses: command.run, with: {argv: [cat, "{{ form.text }}"]}}
"""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """An app that answers in a workspace."""

    name: str
    #: Where the workspace is.
    url: str
    #: What is typed to get the buttons.
    board: str
    process: Process


@dataclass(frozen=True)
class Rows:
    """What Stackhand wrote down."""

    file: Path

    def newest_run(self) -> int:
        """Its number; 0 before the first."""
        return int(self._ask("select coalesce(max(number), 0) from run")[0][0])

    def are_all_over(self) -> bool:
        """Is there nothing left to do?"""
        return self._ask("select count(*) from run where status in ('queued', 'running')")[0][0] == 0

    def are_all_told(self) -> bool:
        """Does Slack show all of it?"""
        return self._ask("select count(*) from message where sent < wanted and not gave_up")[0][0] == 0

    def demand_success(self) -> None:
        """What failed early is no measure. Ends the program when a run, or a message, did not get through."""
        runs = self._ask("select number from run where status <> 'succeeded'")
        messages = self._ask("select id from message where gave_up")
        if runs or messages:
            raise SystemExit(f"{len(runs)} runs failed, and {len(messages)} messages were given up.")

    def first_steps_ms(self, *, after: int) -> list[float]:
        """From a run's row to the start of its first step, for each run later than number *after*."""
        return self._ask_ms("r.created_at", "s.started_at", f"r.number > {after}")

    def step_s(self, run: int) -> float:
        """How long a run's step took."""
        return self._ask_ms("s.started_at", "s.ended_at", f"r.number = {run}")[0] / 1000

    def _ask_ms(self, begin: str, end: str, where: str) -> list[float]:
        span = f"(julianday({end}) - julianday({begin})) * 86400000.0"
        found = self._ask(f"select {span} from run r join step s on s.run = r.number where {where} order by r.number")
        return [float(row[0]) for row in found]

    def _ask(self, question: str) -> list[tuple[float, ...]]:
        with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)) as connection:
            return connection.execute(question).fetchall()


def write_stack(folder: Path) -> Path:
    """The folder of stacks that is measured with."""
    (folder / "bench").mkdir(parents=True)
    (folder / "bench" / "stack.yml").write_text(_STACK)
    return folder


@contextmanager
def bare_bolt(folder: Path) -> Iterator[Subject]:
    """The app that does nothing but answer."""
    with (
        _workspace(folder) as (url, environ),
        process("benchmarks.bare_bolt", ready="Ready", cwd=folder, **environ) as p,
    ):
        yield Subject(name="bare Bolt", url=url, board="", process=p)


@contextmanager
def stackhand(folder: Path) -> Iterator[tuple[Subject, Rows]]:
    """The bot, and its rows."""
    argv = ("bot.cli", "up", "--data", str(folder / "data"), "--stacks", str(write_stack(folder / "stacks")))
    with _workspace(folder) as (url, environ), process(*argv, ready="Ready", cwd=folder, **environ) as p:
        yield (
            Subject(name="Stackhand", url=url, board="board bench", process=p),
            Rows(folder / "data" / "stackhand.db"),
        )


@contextmanager
def _workspace(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    with process("benchmarks.workspace", ready="{", cwd=folder) as served:
        said = json.loads(served.line)
        yield said["url"], said["environ"]
