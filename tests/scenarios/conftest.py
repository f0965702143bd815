"""The bot as people have it: a process of `stackhand up`, with its sandbox, that may be killed and comes back."""

import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.cli.verbs import call
from bot.store.store import Store
from tests.fakes.ports import free_port
from tests.slack import Slack

ROOT = Path(__file__).parents[2]
_KNOWN_S = 60
#: Each step waits for a file of its name and run, so that a test can act in the middle; it says what it did, once.
STACK = """\
stack: demo
title: Demo
channel: "#ops"
jobs:
  slowly:
    title: Go slowly
    steps:
      - {title: First, uses: command.run, with: {argv: [sh, step.sh, "{{ run.number }}.first"]}}
      - {title: Second, uses: command.run, with: {argv: [sh, step.sh, "{{ run.number }}.second"]}}
"""
STEP = """\
echo "begins $1" | tee -a done
until test -e "go.$1"; do sleep 0.05; done
echo "ends $1" | tee -a done
"""


class Bot:
    """One folder of stacks and data, and the process that is up on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stacks = folder / "stacks"
        self.data = folder / "data"
        self.url = ""
        self.port = free_port()
        self._process: subprocess.Popen[str] | None = None
        self._said = folder / "said"
        self.write("stack.yml", STACK)
        self.write("step.sh", STEP)

    # What its owners do

    def write(self, name: str, text: str, *, stack: str = "demo") -> None:
        """Add a file of a stack, or change it."""
        (self.stacks / stack / name).parent.mkdir(parents=True, exist_ok=True)
        (self.stacks / stack / name).write_text(text)

    def edit(self, old: str, new: str) -> None:
        """Change the stack's file."""
        file = self.stacks / "demo" / "stack.yml"
        file.write_text(file.read_text().replace(old, new))

    def go(self, run: int, *steps: str) -> None:
        """Let slow steps of a run end; all of them when none is named."""
        for step in steps or ("first", "second"):
            self.write(f"go.{run}.{step}", "")

    def start(self, **environ: str) -> None:
        """`stackhand up`, until it is ready."""
        self._process = self.call(**environ)
        assert self._process.stdout
        ready = self._process.stdout.readline()
        assert ready.startswith("Ready: "), self.said
        self.url = ready.removeprefix("Ready: ").strip()

    def call(self, **environ: str) -> "subprocess.Popen[str]":
        """`stackhand up`, not waited for; what it complains of is in `said`."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "STACKHAND_"))}
        words = ["up", "--port", str(self.port), "--data", str(self.data), "--stacks", str(self.stacks)]
        with self._said.open("a") as said:
            return subprocess.Popen(
                [sys.executable, "-P", "-m", "bot.cli", *words],
                cwd=self.folder,
                env={**clean, "PYTHONPATH": str(ROOT), **environ},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )

    def kill(self) -> None:
        """Without a warning, as a machine does it."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """As a service manager does it; returns how it ended."""
        return self._end(signal.SIGTERM)

    def restart(self) -> None:
        """A new process on the same data, at the same address."""
        self.kill()
        self.start()

    def bring(self, key: str, **moments: datetime) -> None:
        """Let a moment of the waiting timer of *key* come now."""
        store = Store.open(f"sqlite:///{self.data}/stackhand.db")
        with store.begin() as tx:
            timer = tx.timers.waiting(key)
            assert timer
            tx.timers.change(timer.id, **moments)
        store.close()

    def miss_hours(self, stack: str, *, triggers: int) -> None:
        """Let it be as if it had last looked at a stack's moments two hours ago, once it knows all of them."""
        of_it, end = f"{stack}/%", time.monotonic() + _KNOWN_S
        with closing(sqlite3.connect(self.data / "stackhand.db", isolation_level=None)) as rows:
            while rows.execute("SELECT count(*) FROM trigger WHERE id LIKE ?", [of_it]).fetchone() != (triggers,):
                assert time.monotonic() < end, f"it does not know {triggers} triggers of {stack}"
                time.sleep(0.02)
            then = f"{datetime.now(UTC) - timedelta(hours=2):%Y-%m-%d %H:%M:%S.%f}"
            rows.execute("UPDATE trigger SET until = ? WHERE id LIKE ?", [then, of_it])

    # What one can know of it

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process
        return self._process.pid

    @property
    def said(self) -> str:
        """Everything that it has logged so far."""
        return self._said.read_text()

    @property
    def is_up(self) -> bool:
        """Is its process there?"""
        return self._process is not None and self._process.poll() is None

    def done(self, run: int) -> list[str]:
        """What the slow steps of a run did, in order."""
        file = self.stacks / "demo" / "done"
        lines = file.read_text().splitlines() if file.exists() else []
        return [line.replace(f"{run}.", "") for line in lines if f" {run}." in line]

    def ask(self, verb: str, *words: str) -> str:
        """What a verb that only looks prints."""
        said = io.TextIOWrapper(io.BytesIO(), write_through=True)
        with redirect_stdout(said), redirect_stderr(io.StringIO()):
            try:
                call(verb, [*words, "--data", str(self.data), "--stacks", str(self.stacks)])
            finally:
                structlog.reset_defaults()
        said.seek(0)
        return said.read()

    def json(self, *words: str) -> Any:
        """What it prints with `--json`."""
        return json.loads(self.ask(*words, "--json"))

    def _end(self, number: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(number)
        try:
            code = process.wait(timeout=30)
        finally:
            process.kill()
            process.communicate()
        return code


@pytest.fixture
def asleep(tmp_path: Path) -> Iterator[Bot]:
    """A bot of one's own that is not up yet."""
    bot = Bot(tmp_path)
    yield bot
    bot.kill()


@pytest.fixture(scope="module")
def _shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    bot = Bot(tmp_path_factory.mktemp("bot"))
    yield bot
    bot.kill()


@pytest.fixture
def bot(_shared: Bot) -> Bot:
    """A bot that is up; a module's tests share it, since it takes seconds to come up."""
    if not _shared.is_up:
        _shared.start()
    return _shared


@pytest.fixture
def slack(bot: Bot) -> Iterator[Slack]:
    """Ada, at the page of the bot's sandbox."""
    slack = Slack(bot.url)
    yield slack
    slack.delete("faults")
