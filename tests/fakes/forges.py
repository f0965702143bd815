"""Servers like GitHub and GitLab for tests."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.sandbox.outside.server import ForgeServer, Kind


@contextmanager
def forge(kind: Kind) -> Iterator[ForgeServer]:
    """One such server, at a port of its own."""
    server = ForgeServer(kind)
    server.start()
    try:
        yield server
    finally:
        server.stop()
