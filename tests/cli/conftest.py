"""What the tests of the terminal share: a folder of stacks, a folder of data, and real processes on them."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import IO, Any

import pytest
import structlog

from bot.cli.verbs import call
from tests.fakes.serving import Handler, serving

ROOT = Path(__file__).parents[2]
STACK = """\
stack: demo
title: Demo
environments:
  here: {greeting: hello}
  there: {greeting: hej}
jobs:
  greet:
    title: Greet somebody
    form:
      name: {type: text, label: Name, max: 80}
      times: {type: integer, label: Times, default: 1, min: 1, max: 5}
    steps:
      - name: said
        title: Say it
        uses: command.run
        with: {argv: [echo, "{{ env.greeting }}", "{{ form.name }}"]}
  refuse:
    title: Refuse
    steps:
      - {title: Say no, uses: command.run, with: {argv: [sh, -c, "echo no way; exit 3"]}}
  blow:
    title: Blow it up
    danger: true
    steps:
      - {title: Light it, uses: command.run, with: {argv: [echo, boom], undo_argv: [echo, moob]}}
  sleep:
    title: Sleep
    steps:
      - {title: Sleep, uses: command.run, with: {argv: [sh, -c, "echo zzz; sleep 60"]}}
"""


def _clean_environ() -> dict[str, str]:
    """The environment without any setting of whoever runs the tests."""
    own = {"SLACK_", "STACKHAND_", "DATABASE_URL"}
    return {name: value for name, value in os.environ.items() if not name.startswith(tuple(own))}


class Terminal:
    """A folder in which `stackhand` is called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stacks = folder / "stacks"
        self.data = folder / "data"
        self._started: list[subprocess.Popen[str]] = []
        self.write_stack("demo", STACK)

    def write_stack(self, name: str, text: str) -> None:
        """Add a stack, or change it."""
        (self.stacks / name).mkdir(parents=True, exist_ok=True)
        (self.stacks / name / "stack.yml").write_text(text)

    def start(self, *words: str, stdout: IO[str] | None = None, **environ: str) -> subprocess.Popen[str]:
        """Call `stackhand` and do not wait for it. What it prints goes to *stdout*, or is kept."""
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "bot.cli", *words],
            cwd=self.folder,
            env={
                **_clean_environ(),
                "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
                "STACKHAND_STACKS": str(self.stacks),
                "STACKHAND_DATA": str(self.data),
                **environ,
            },
            stdin=subprocess.DEVNULL,
            stdout=stdout or subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._started.append(process)
        return process

    def call(self, *words: str, stdout: IO[str] | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
        """Call `stackhand` and wait for its end."""
        process = self.start(*words, stdout=stdout, **environ)
        said, complained = process.communicate(timeout=90)
        assert "Traceback" not in complained, complained
        return subprocess.CompletedProcess(words, process.returncode, said, complained)

    def ask(self, verb: str, *words: str) -> subprocess.CompletedProcess[str]:
        """`call` without a process of its own, which takes seconds: for verbs that start nothing."""
        where = ["--data", str(self.data), "--stacks", str(self.stacks)]
        with redirect_stdout(io.StringIO()) as said, redirect_stderr(io.StringIO()) as complained:
            try:
                code = call(verb, [*words, *where])
            finally:
                structlog.reset_defaults()
        return subprocess.CompletedProcess([verb, *words], code, said.getvalue(), complained.getvalue())

    def json(self, *words: str) -> Any:
        """What `stackhand ... --json` prints; it must be nothing but JSON."""
        done = self.ask(*words, "--json")
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    def close(self) -> None:
        """End what is still running."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.communicate()


class Slack(Handler):
    """Knows one token, and answers nothing but `auth.test`."""

    def do_POST(self) -> None:
        good = self.headers["Authorization"] == "Bearer xoxb-good"
        said = {"ok": True, "user": "stackhand", "team": "Acme"} if good else {"ok": False, "error": "invalid_auth"}
        self.reply(200, json.dumps(said).encode())


@pytest.fixture
def slack() -> Iterator[str]:
    """The base of a Web API that knows the token xoxb-good."""
    with serving(Slack) as server:
        yield f"http://127.0.0.1:{server.server_port}/api/"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder to stand in, and no setting of whoever runs the tests."""
    for name in os.environ.keys() - _clean_environ().keys():
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal where nothing ran yet."""
    terminal = Terminal(tmp_path)
    yield terminal
    terminal.close()


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A terminal where `greet` succeeded as run 1, and `refuse` failed as run 2. Look, and change nothing."""
    terminal = Terminal(tmp_path_factory.mktemp("used"))
    terminal.call("run", "demo", "greet", "--env", "here", "-i", "name=Ada")
    terminal.call("run", "demo", "refuse", "--env", "there")
    yield terminal
    terminal.close()
