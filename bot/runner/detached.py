"""Starts one program and outlives whoever asked for it. Standard library only: it starts in a few milliseconds.

    python -I -S detached.py FOLDER   (a specification as JSON on standard input)

FOLDER gets `started` (who runs, written before the program starts, never twice), the masked output, and `exit`.
Secrets come by standard input: they are in no command line, no environment and no file.
"""

import ctypes
import json
import os
import re
import selectors
import signal
import subprocess
import sys
from typing import Any

_PR_SET_CHILD_SUBREAPER = 36
_CHUNK_BYTES = 256 * 1024
#: How often to see whether the program has ended while a child of it keeps the pipe open.
_LOOK_S = 0.2


def main() -> None:
    """Run the program that standard input describes."""
    folder = sys.argv[1]
    os.umask(0o077)
    spec = json.load(sys.stdin)
    started = os.open(os.path.join(folder, "started"), os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    # TERM is for the program; this one stays to write down how it ended.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.platform == "linux":
        # Forks that leave their session (ansible's do) stay below us, where they can be found and ended.
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    os.write(started, json.dumps({"pid": os.getpid(), "start": start_time(os.getpid())}).encode())
    os.fsync(started)
    os.close(started)
    _tell_parent()
    _write_exit(folder, _run(spec))


def start_time(pid: int) -> str:
    """When process *pid* started, in the kernel's own count; pid and start together never come twice."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            return stat.read().rsplit(b")", 1)[1].split()[19].decode()
    except OSError:
        return ""


def _tell_parent() -> None:
    os.write(1, b"started\n")
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)


def _run(spec: dict[str, Any]) -> dict[str, Any]:
    output = os.open(spec["output"], os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
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
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def _copy(program: "subprocess.Popen[bytes]", pipe: int, output: int, secrets: list[bytes]) -> None:
    """Copy until the program has ended and its pipe is empty; what its children write later is not waited for."""
    masking = _Masking(secrets)
    selector = selectors.DefaultSelector()
    os.set_blocking(pipe, False)
    selector.register(pipe, selectors.EVENT_READ)
    while True:
        if not selector.select(timeout=_LOOK_S):
            if program.poll() is not None:
                break
            continue
        chunk = os.read(pipe, _CHUNK_BYTES)
        if not chunk:
            break
        _write(output, masking.feed(chunk))
    _write(output, masking.end())


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


def _write(output: int, content: bytes) -> None:
    while content:
        try:
            content = content[os.write(output, content) :]
        except OSError:
            # The disk is full: lines get lost, but the program must not wait for them.
            return


def _write_exit(folder: str, result: dict[str, Any]) -> None:
    path = os.path.join(folder, "exit")
    with open(path + ".new", "w") as file:
        json.dump(result, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".new", path)


if __name__ == "__main__":
    main()
