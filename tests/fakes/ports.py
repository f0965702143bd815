"""Ports for servers that cannot be told to pick one themselves."""

import itertools
import os
import random
import socket

#: Below what systems give away by themselves (Linux from 32768, others from 49152): a port that waits for its server,
#: or for one that starts again, is not taken by whoever connects or binds to any free one meanwhile.
_LOWEST, _END = 10_000, 32_000
#: Processes of tests that run side by side draw from places far apart.
_ports = itertools.count(random.Random(os.getpid()).randrange(_END - _LOWEST))


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on, and that this process is given once."""
    for drawn in itertools.islice(_ports, _END - _LOWEST):
        port = _LOWEST + drawn % (_END - _LOWEST)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"no port of {_LOWEST} to {_END} is free")
