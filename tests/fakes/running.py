"""A server program of its own, until the end of a block."""

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import requests


@contextmanager
def running(argv: Sequence[str], *, ready: str, log: Path) -> Iterator[None]:
    """Start *argv*, whose words go to *log*; it is up once the address *ready* answers well."""
    with log.open("wb") as words:
        program = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=words, stderr=words, start_new_session=True)
    try:
        _wait_for(ready, program, log)
        yield
    finally:
        program.terminate()
        program.wait(timeout=10)


def _wait_for(ready: str, program: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and program.poll() is None:
        try:
            if requests.get(ready, timeout=2).ok:
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"it does not come up: {log.read_text()[-2000:]}")
