"""Keeps what people follow from Slack out of the inner network: who may write there must not read there by the bot.

A name is looked up once for each connection, and the connection goes to the very address that was looked at: neither a
name that changes its address in between nor a redirect leads anywhere else.
"""

import socket
from collections.abc import Callable, Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from actions.api import ActionFailed

#: The addresses of a name, as texts. Raises socket.gaierror.
Resolve = Callable[[str, int], Collection[str]]

#: https://datatracker.ietf.org/doc/html/rfc6052#section-2.1: the last four bytes are an address of IPv4.
_NAT64 = IPv6Network("64:ff9b::/96")


def look_up(host: str, port: int) -> list[str]:
    """The addresses of *host*, as the system knows them."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(address: str) -> bool:
    """Is it an address of the world, not one of this machine, of its network, or of nobody?"""
    return _is_of_the_world(ip_address(address.partition("%")[0]))


class Guarded(HTTPAdapter):
    """Connects to hosts of the world, and to those of *allowed*: `gitlab.example.org` or `127.0.0.1:5000`."""

    def __init__(self, *, allowed: Collection[str] = (), resolve: Resolve = look_up, **options: Any) -> None:
        self._allowed = frozenset(name.casefold() for name in allowed)
        self._resolve = resolve
        super().__init__(**options)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """See `requests`: called once, before any connection is made."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _pools(self._address)

    def _address(self, host: str, port: int) -> str:
        """Where to connect for *host*. Raises ActionFailed when it is an inner address, or socket.gaierror."""
        name = host.strip("[]").rstrip(".").casefold()
        found = list(self._resolve(host.strip("[]"), port))
        if not self._allowed & {name, f"{name}:{port}"} and not all(map(is_public, found)):
            raise ActionFailed(
                f"{name} is inside our own network, and nothing there may be followed from Slack.",
                hint="Whoever runs the bot can allow it: STACKHAND_FOLLOW_HOSTS.",
            )
        return found[0]


def _pools(address: Callable[[str, int], str]) -> dict[str, Any]:
    """What makes connections, by scheme; each asks *address* where to go."""

    def connect(connection: HTTPConnection) -> socket.socket:
        try:
            place = (address(connection.host, connection.port), connection.port)
            return create_connection(place, connection.timeout, connection.source_address, connection.socket_options)
        except socket.gaierror as error:
            raise NameResolutionError(connection.host, connection, error) from error
        except OSError as error:
            raise NewConnectionError(connection, f"Failed to establish a new connection: {error}") from error

    class Plain(HTTPConnection):
        """HTTP."""

        def _new_conn(self) -> socket.socket:
            return connect(self)

    class Secured(HTTPSConnection):
        """HTTPS: the certificate has to be that of the name, whatever the address."""

        def _new_conn(self) -> socket.socket:
            return connect(self)

    class PlainPool(HTTPConnectionPool):
        """Connections of HTTP."""

        ConnectionCls = Plain

    class SecuredPool(HTTPSConnectionPool):
        """Connections of HTTPS."""

        ConnectionCls = Secured

    return {"http": PlainPool, "https": SecuredPool}


def _is_of_the_world(address: IPv4Address | IPv6Address) -> bool:
    inner = _inside(address) if isinstance(address, IPv6Address) else None
    return address.is_global and not address.is_multicast and (inner is None or _is_of_the_world(inner))


def _inside(address: IPv6Address) -> IPv4Address | None:
    """The address of IPv4 to which a gateway would lead from *address*."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
