"""Starts one program and outlives whoever asked for it. Standard library only: it starts in a few milliseconds.

    python -I -S detached.py FOLDER   (a specification as JSON on standard input)

FOLDER gets `started` (who runs, written before the program starts, never twice), the masked output, and `exit`.
Secrets come by standard input: they are in no command line, no environment and no file.
"""

import contextlib
import ctypes
import errno
import json
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn

_PR_SET_CHILD_SUBREAPER = 36
_CHUNK_BYTES = 256 * 1024
#: How often to see whether the program has ended while a child of it keeps the pipe open.
_LOOK_S = 0.2
#: How the system says that a disk, or somebody's share of it, is full.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
#: What a program says while the disk is full is kept until it has said so much; then it waits.
_KEPT_BYTES = 4 * 1024 * 1024


def main() -> None:
    """Run the program that standard input describes."""
    folder = sys.argv[1]
    os.umask(0o077)
    spec = json.load(sys.stdin)
    os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    # TERM is for the program; this one stays to write down how it ended.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.platform == "linux":
        # Forks that leave their session (ansible's do) stay below us, where they can be found and ended.
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        output = _Output(folder, os.open(spec["output"], os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600))
        _write_started(folder)
    except OSError as error:
        _give_up(error)
    _tell_parent()
    _write_exit(folder, _run(spec, output))


def start_time(pid: int) -> str:
    """When process *pid* started, in the kernel's own count; pid and start together never come twice."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            return stat.read().rsplit(b")", 1)[1].split()[19].decode()
    except OSError:
        return ""


def _write_started(folder: str) -> None:
    """Say who runs; nobody else may have said so before.

    All of it at once: whoever read half a file would take the program for lost.
    """
    new = os.path.join(folder, f"started.{os.getpid()}")
    try:
        _write_down(
            os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY), {"pid": os.getpid(), "start": start_time(os.getpid())}
        )
        os.link(new, os.path.join(folder, "started"))
    finally:
        if os.path.exists(new):
            os.unlink(new)


def _give_up(error: OSError) -> NoReturn:
    """Nothing has begun yet, so whoever asked may ask again once there is room: the exit code tells."""
    sys.exit(error.errno if error.errno in FULL else 1)


def _tell_parent() -> None:
    # Killed meanwhile? Then the program runs all the same: it is known as started, and whoever comes back attaches.
    with contextlib.suppress(BrokenPipeError):
        os.write(1, b"started\n")
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)


def _run(spec: dict[str, Any], output: "_Output") -> dict[str, Any]:
    try:
        program = subprocess.Popen(
            spec["argv"],
            cwd=spec["cwd"],
            env=spec["env"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            restore_signals=True,
            preexec_fn=_default_signals,
        )
    except OSError as error:
        return {"error": error.strerror or str(error)}
    if program.stdout is not None:
        _copy(program, program.stdout.fileno(), output, [secret.encode() for secret in spec["secrets"]])
    return {"code": program.wait()}


def _default_signals() -> None:
    # INT may be ignored where the bot itself was started in the background.
    for name in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(name, signal.SIG_DFL)


def _copy(program: "subprocess.Popen[bytes]", pipe: int, output: "_Output", secrets: list[bytes]) -> None:
    """Copy until the program has ended and its pipe is empty; what its children write later is not waited for."""
    masking = _Masking(secrets)
    selector = selectors.DefaultSelector()
    os.set_blocking(pipe, False)
    selector.register(pipe, selectors.EVENT_READ)
    while True:
        output.flush_most()
        if not selector.select(timeout=_LOOK_S):
            if program.poll() is not None:
                break
            continue
        chunk = os.read(pipe, _CHUNK_BYTES)
        if not chunk:
            break
        output.write(masking.feed(chunk))
    output.write(masking.end())
    output.flush_all()


class _Output:
    """The output file. What a full disk does not take is kept and written later: no line gets lost."""

    def __init__(self, folder: str, file: int) -> None:
        self._folder = folder
        self._file = file
        self._kept = b""

    def write(self, content: bytes) -> None:
        """Write *content*, and before it what was kept."""
        self._kept += content
        self._flush()

    def flush_most(self) -> None:
        """Wait until not too much is kept."""
        self._wait_until(lambda: len(self._kept) < _KEPT_BYTES)

    def flush_all(self) -> None:
        """Wait until everything is written."""
        self._wait_until(lambda: not self._kept)

    def _wait_until(self, is_so: Callable[[], bool]) -> None:
        while not is_so():
            self._flush()
            if not is_so():
                if not os.path.isdir(self._folder):
                    # The run was aborted meanwhile: nobody will read it.
                    self._kept = b""
                time.sleep(_LOOK_S)

    def _flush(self) -> None:
        while self._kept:
            try:
                self._kept = self._kept[os.write(self._file, self._kept) :]
            except OSError as error:
                if error.errno not in FULL:
                    # A broken disk does not get better; the program must not wait for it.
                    self._kept = b""
                return


class _Masking:
    """Masks secrets in a stream, also those that two reads cut in two."""

    def __init__(self, secrets: list[bytes]) -> None:
        ordered = sorted(secrets, key=len, reverse=True)
        self._pattern = re.compile(b"|".join(re.escape(secret) for secret in ordered)) if ordered else None
        self._secrets = ordered
        self._kept = b""

    def feed(self, chunk: bytes) -> bytes:
        """The part of what came so far that is safe to write."""
        if self._pattern is None:
            return chunk
        text = self._pattern.sub(b"***", self._kept + chunk)
        keep = self._unsure(text)
        self._kept = text[len(text) - keep :] if keep else b""
        return text[: len(text) - keep]

    def end(self) -> bytes:
        """The rest."""
        rest, self._kept = self._kept, b""
        return self._pattern.sub(b"***", rest) if self._pattern else rest

    def _unsure(self, text: bytes) -> int:
        """How many bytes at the end may be the beginning of a secret."""
        most = 0
        for secret in self._secrets:
            for length in range(min(len(secret) - 1, len(text)), most, -1):
                if text.endswith(secret[:length]):
                    most = length
                    break
        return most


def _write_exit(folder: str, result: dict[str, Any]) -> None:
    """Write down how it ended, as soon as there is room for it: otherwise nobody would ever know."""
    path = os.path.join(folder, "exit")
    while os.path.isdir(folder):
        try:
            _write_down(os.open(path + ".new", os.O_CREAT | os.O_TRUNC | os.O_WRONLY), result)
            os.replace(path + ".new", path)
        except OSError as error:
            if error.errno not in FULL:
                raise
            time.sleep(_LOOK_S)
        else:
            return


def _write_down(file: int, said: dict[str, Any]) -> None:
    """Have it on disk, not only on its way there."""
    with os.fdopen(file, "w") as writer:
        json.dump(said, writer)
        writer.flush()
        os.fsync(file)


if __name__ == "__main__":
    main()
