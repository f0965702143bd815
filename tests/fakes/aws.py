"""Amazon's services on this machine: moto's server, as a program of its own."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.fakes.ports import free_port


@contextmanager
def moto() -> Iterator[str]:
    """The address of a cloud without any servers or caches; every key may do everything there."""
    port = free_port()
    program = Path(sys.executable).with_name("moto_server")
    server = subprocess.Popen(
        [program, "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(f"{url}/moto-api/", for_s=90)
        yield url
    finally:
        # It keeps nothing; asked to end, it would wait for its connections.
        server.kill()
        server.wait(timeout=10)


def _wait(url: str, *, for_s: float) -> None:
    until = time.monotonic() + for_s
    while True:
        try:
            requests.get(url, timeout=1).raise_for_status()
            return
        except requests.RequestException:
            if time.monotonic() > until:
                raise
        time.sleep(0.05)
