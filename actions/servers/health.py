"""Does a server answer?"""

import socket
from urllib.parse import urlsplit

import requests

from actions.api import Context
from actions.servers.provider import Server

_TIMEOUT_S = 3.0


def is_healthy(ctx: Context, check: str, server: Server) -> bool:
    """Asks *check*, "http://{address}:8080/health" or "tcp://{address}:22", of *server* once.

    HTTP is healthy when it answers with a success or a redirect, TCP when it takes the connection.
    """
    url = check.replace("{address}", server.address).replace("{name}", server.name)
    if not server.address and "{address}" in check:
        return False
    parts = urlsplit(url)
    if parts.scheme == "tcp":
        return _takes_connections(parts.hostname or "", parts.port or 0)
    try:
        with ctx.http() as session, session.get(url, timeout=_TIMEOUT_S, allow_redirects=False, stream=True) as answer:
            return answer.status_code < 400
    except requests.RequestException:
        return False


def _takes_connections(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=_TIMEOUT_S):
            return True
    except OSError:
        return False
