"""Speaks to a Varnish: to its administration, and as one of its visitors."""

import hashlib
import socket
from contextlib import ExitStack
from types import TracebackType
from typing import IO, Self

import requests

from actions.api import ActionFailed, Context
from actions.varnish.conditions import Condition, split

#: https://varnish-cache.org/docs/trunk/reference/varnish-cli.html
_OK = 200
_NEEDS_SECRET = 107
#: "200 8       \n": status, length, newline.
_HEAD_BYTES = 13
_LONGEST_BYTES = 1024 * 1024


class Admin:
    """A connection to the administration of one node (`varnishd -T`)."""

    def __init__(self, address: str, secret: str, *, timeout_s: float) -> None:
        self._address = address
        self._secret = secret
        self._timeout_s = timeout_s

    def __enter__(self) -> Self:
        """Connect and say who we are. Raises ActionFailed."""
        # A file that ends with a newline counts with it, and a secret may have lost it on its way here. Whoever says
        # a wrong one is cut off.
        for secret in (f"{self._secret}\n", self._secret):
            self._connect()
            with ExitStack() as hang_up:
                hang_up.callback(self._close)
                if self._log_in(secret):
                    hang_up.pop_all()
                    return self
        raise ActionFailed(f"{self._address} does not take our secret.", hint="`secret` is what `varnishd -S` reads.")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up."""
        self._close()

    def ban(self, condition: Condition) -> None:
        """Let it forget. Raises ActionFailed."""
        self.ask(condition.command())

    def ask(self, command: str) -> str:
        """What it answers. Raises ActionFailed unless that is good."""
        status, answer = self._told(command)
        if status != _OK:
            raise ActionFailed(
                f"{self._address} refused it: {(answer.strip() or 'no reason given').splitlines()[0]} ({status})."
            )
        return answer

    def _connect(self) -> None:
        host, _, port = self._address.rpartition(":")
        try:
            self._socket = socket.create_connection((host, int(port)), timeout=self._timeout_s)
        except OSError as error:
            raise self._silent(error) from error
        self._file: IO[bytes] = self._socket.makefile("rb")

    def _log_in(self, secret: str) -> bool:
        status, answer = self._read()
        if status == _NEEDS_SECRET:
            challenge = answer[:32]
            words = f"{challenge}\n{secret}{challenge}\n".encode()
            status, _ = self._told(f"auth {hashlib.sha256(words).hexdigest()}")
        return status == _OK

    def _told(self, command: str) -> tuple[int, str]:
        try:
            self._socket.sendall(f"{command}\n".encode())
        except OSError as error:
            raise self._silent(error) from error
        return self._read()

    def _read(self) -> tuple[int, str]:
        try:
            head = self._file.read(_HEAD_BYTES)
            status, length = (int(word) for word in head.split())
            body = self._file.read(min(length, _LONGEST_BYTES) + 1)
        except OSError as error:
            raise self._silent(error) from error
        except ValueError as error:
            raise ActionFailed(f"{self._address} is not a Varnish administration.", hint="See varnishd -T.") from error
        return status, body.decode(errors="replace")

    def _silent(self, error: OSError) -> ActionFailed:
        return ActionFailed(f"{self._address} did not answer: {error.strerror or 'timed out'}.", hint="Is it up?")

    def _close(self) -> None:
        self._file.close()
        self._socket.close()


def send(ctx: Context, node: str, condition: Condition, *, timeout_s: float) -> None:
    """Let *node* forget by HTTP: PURGE for one address, BAN with its tests as headers for more.

    `payload/flush.vcl` of the cache stack shows the VCL's side. Raises ActionFailed.
    """
    if condition.address:
        host, path = split(condition.address)
        answer = _asked(ctx, "PURGE", node, path, {"Host": host}, timeout_s)
    else:
        headers = {
            _BAN_HEADERS.get(field.rpartition(".")[2], "X-Ban-Tag"): value for field, _, value in condition.tests
        }
        answer = _asked(ctx, "BAN", node, "/", headers, timeout_s)
    if not answer.ok:
        raise ActionFailed(
            f"it answered {answer.status_code} to {answer.request.method}.",
            hint="Does its VCL take PURGE and BAN from this machine?",
        )


def copy_of(ctx: Context, node: str, address: str, *, timeout_s: float) -> str | None:
    """Fetch *address* from *node*: which copy in its memory does it serve? None: it fetched the page just now.

    Raises ActionFailed when it does not answer, or does not say.
    """
    host, path = split(address)
    answer = _asked(ctx, "GET", node, path, {"Host": host}, timeout_s)
    # Varnish names this request, and behind it the earlier one by which the page came into its memory.
    named = answer.headers.get("X-Varnish", "").split()
    if not named:
        raise ActionFailed("it does not say whether a page comes from its memory.", hint="Its VCL hides X-Varnish.")
    return named[1] if len(named) > 1 else None


def _asked(
    ctx: Context, method: str, node: str, path: str, headers: dict[str, str], timeout_s: float
) -> requests.Response:
    try:
        with ctx.http() as session:
            return session.request(
                method, node.rstrip("/") + path, headers=headers, timeout=timeout_s, allow_redirects=False
            )
    except requests.RequestException as error:
        raise ActionFailed("it did not answer.", hint="Is it up, and its address right?") from error


_BAN_HEADERS = {"url": "X-Ban-Url", "x-url": "X-Ban-Url", "host": "X-Ban-Host", "x-host": "X-Ban-Host"}
