"""Programs that outlive the bot. All that is known of one stands in its folder, so any process can attach to it."""

import codecs
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bot.runner import detached

#: Given to every program, so that children that fled from the process tree are found as well.
_MARK = "STACKHAND_PROGRAM"
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "USER", "LOGNAME", "SSH_AUTH_SOCK")
_LONGEST_LINE_BYTES = 64 * 1024
_POLL_S = (0.02, 0.2)


@dataclass(frozen=True)
class NotStarted:
    """Nobody has started it."""


@dataclass(frozen=True)
class Running:
    """It is at work; *pid* is the one that watches over it."""

    pid: int


@dataclass(frozen=True)
class Ended:
    """It has ended; a negative code is the signal that ended it."""

    code: int


@dataclass(frozen=True)
class Failed:
    """It could not be started at all."""

    reason: str


@dataclass(frozen=True)
class Lost:
    """It was started and died without a word: with its machine, or killed."""


State = NotStarted | Running | Ended | Failed | Lost


class CannotEnd(Exception):  # noqa: N818 - it reads as what happened
    """Processes survived even KILL."""


class Program:
    """One detached program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(
        self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], secrets: Sequence[str], output: Path
    ) -> None:
        """Start it in a session of its own, with a small clean environment and *env*. Returns once that is on disk.

        Raises OSError when the disk is full; then nothing was started.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        spec = {
            "argv": list(argv),
            "cwd": str(cwd),
            "env": {**kept, **env, _MARK: str(self.folder)},
            "secrets": list(secrets),
            "output": str(output),
        }
        starter = subprocess.Popen(
            [sys.executable, "-I", "-S", detached.__file__, str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=kept,
            cwd="/",
        )
        if starter.stdin is None or starter.stdout is None:
            raise RuntimeError("pipes were asked for")
        with starter.stdin as stdin, starter.stdout as stdout:
            stdin.write(json.dumps(spec).encode())
            stdin.close()
            # It answers once `started` is on disk, or dies: then nothing was started.
            answer = stdout.readline()
        if not answer and (code := starter.wait()) in detached.FULL:
            raise OSError(code, os.strerror(code))
        threading.Thread(target=starter.wait, name="reap", daemon=True).start()

    def state(self) -> State:
        """How it stands, from its folder alone."""
        ended = self._read("exit")
        if ended is None:
            started = self._read("started")
            if started is None:
                return NotStarted() if not (self.folder / "started").exists() else Lost()
            if self._lives(started):
                return Running(pid=int(started["pid"]))
            # It may have ended between the two looks.
            ended = self._read("exit")
        if ended is None:
            return Lost()
        return Failed(reason=str(ended["error"])) if "error" in ended else Ended(code=int(ended["code"]))

    def is_running(self) -> bool:
        """Is it at work?"""
        return isinstance(self.state(), Running)

    def end(self, *, interrupt_s: float | None = None, grace_s: float = 10.0) -> None:
        """End the whole process tree: TERM, *grace_s* of patience, KILL. Nothing of it is left when this returns.

        With *interrupt_s* it is asked before that, as a terminal does it: INT, and so much patience.
        Raises CannotEnd if something survives.
        """
        if interrupt_s is not None and self._interrupt(interrupt_s):
            return
        if not (self._is_ended_by(signal.SIGTERM, grace_s) or self._is_ended_by(signal.SIGKILL, 5.0)):
            raise CannotEnd(f"{len(self._tree())} processes of {self.folder.name} cannot be ended.")

    def _interrupt(self, patience_s: float) -> bool:
        """Ask it once, also where a bot that was killed has asked already: the second time, most drop everything."""
        mark = self.folder / "interrupted"
        if mark.exists():
            return self._is_ended_by(None, patience_s - (time.time() - mark.stat().st_mtime))
        # Without room for it, it is asked all the same.
        with contextlib.suppress(OSError):
            mark.touch()
        return self._is_ended_by(signal.SIGINT, patience_s)

    def _is_ended_by(self, name: signal.Signals | None, patience_s: float) -> bool:
        """Is all of it gone after this signal (None: after one that it was sent before), and so much patience?"""
        until, pause_s = time.monotonic() + patience_s, 0.05
        signalled: set[tuple[int, float]] = set()
        while tree := self._tree():
            if name is not None:
                for process in tree:
                    _signal_once(process, name, signalled)
            if time.monotonic() > until:
                return False
            time.sleep(pause_s)
            # Each look reads all processes of the machine, and some patience lasts minutes.
            pause_s = min(pause_s * 1.2, 1.0)
        self._wait_for_exit()
        return True

    def _tree(self) -> list[psutil.Process]:
        """Everything that lives below the watcher, and whatever carries our mark; without the watcher itself."""
        started = self._read("started")
        watcher = int(started["pid"]) if started and self._lives(started) else None
        found: dict[int, psutil.Process] = {}
        if watcher is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                found = {child.pid: child for child in psutil.Process(watcher).children(recursive=True)}
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.pid not in found and process.environ().get(_MARK) == str(self.folder):
                    found[process.pid] = process
        return [process for process in found.values() if _is_alive(process)]

    def _wait_for_exit(self) -> None:
        """Let the watcher write down the end; a moment, since its program is gone."""
        for _ in range(100):
            if not self.is_running():
                return
            time.sleep(0.02)

    def _lives(self, started: Mapping[str, Any]) -> bool:
        try:
            process = psutil.Process(int(started["pid"]))
            same = detached.start_time(process.pid) == started["start"]
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = json.loads((self.folder / name).read_text())
        except (FileNotFoundError, ValueError):
            return None
        return found


def lines(path: Path, *, ended: Callable[[], bool], stop: Callable[[], None]) -> Iterator[str]:
    """The lines of a file that still grows, from its first one, until *ended*; then what is left of it.

    *stop* is called while waiting and may raise. Memory stays bounded: a longer line than 64 KiB comes in
    pieces, of whole characters.
    """
    pause, rest = _POLL_S[0], b""
    while not path.exists():
        if ended():
            return
        stop()
        time.sleep(pause)
    over = False
    with path.open("rb") as file:
        while True:
            if chunk := file.read(_LONGEST_LINE_BYTES):
                *whole, rest = (rest + chunk).split(b"\n")
                yield from (line.decode("utf-8", errors="replace").rstrip("\r") for line in whole)
                if len(rest) >= _LONGEST_LINE_BYTES:
                    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
                    yield decoder.decode(rest)
                    rest, _ = decoder.getstate()
                pause = _POLL_S[0]
                stop()
            elif over:
                break
            elif ended():
                over = True  # what it wrote between the last look and its end is still to be read
            else:
                stop()
                time.sleep(pause)
                pause = min(pause * 1.5, _POLL_S[1])
    if rest:
        yield rest.decode("utf-8", errors="replace")


def _signal_once(process: psutil.Process, name: signal.Signals, signalled: set[tuple[int, float]]) -> None:
    # What became another user's (sudo) cannot be signalled by us; the caller says that it survived.
    with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        identity = (process.pid, process.create_time())
        if identity not in signalled:
            process.send_signal(name)
            signalled.add(identity)


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
