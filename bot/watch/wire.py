"""Sends what checks ask, and reads the whole answer.

It stands below `requests`, on the connections of its adapter: most looks only hear that nothing changed, and what
`requests` does around an answer took as long as the answer itself.
"""

import hashlib
import io
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPResponse, Retry, Timeout
from urllib3.exceptions import HTTPError, NewConnectionError, SSLError
from urllib3.exceptions import TimeoutError as TookTooLong

from bot.watch import open_line

_TIMEOUT_S = 30.0
_LONGEST_BODY_BYTES = 8 * 1024 * 1024
#: Whoever sends other credentials, or wants another form of the answer, gets another answer.
_VARY = ("Authorization", "Private-Token", "Job-Token", "Cookie", "Accept", "Range")
#: Whoever carries the check decides when to ask again.
_NEVER = Retry(total=False, redirect=False)
_OF_THE_BODY = {"content-encoding", "transfer-encoding", "content-length"}


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A request, with all that has to be known of it to send it again and again."""

    request: requests.PreparedRequest
    path: str
    headers: Mapping[str, str]
    timeout: Timeout
    verify: bool | str
    cert: Any
    proxies: Mapping[str, str]
    #: What tells it from all others that are answered in another way.
    key: str
    host: str
    #: The digest of the credentials.
    who: str

    @cached_property
    def can_be_kept(self) -> bool:
        """May its answer be used again?"""
        return self.request.method in ("GET", "HEAD") and "Range" not in self.request.headers

    @cached_property
    def is_usual(self) -> bool:
        """Is there nothing about it that only urllib3 knows how to send?"""
        has = self.request.headers
        is_complete = "User-Agent" in has and "Accept-Encoding" in has and "Host" not in has
        is_bare = self.request.body is None and not self.proxies
        return self.can_be_kept and is_complete and is_bare and all(isinstance(value, str) for value in has.values())


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a server answered."""

    status: int
    reason: str
    #: By names in lower case, without those that speak of how the body was sent.
    headers: Mapping[str, str]
    body: bytes

    @property
    def conditions(self) -> dict[str, str]:
        """What one sends to hear only whether it is still the same."""
        wanted = {"If-None-Match": self.headers.get("etag"), "If-Modified-Since": self.headers.get("last-modified")}
        return {name: value for name, value in wanted.items() if value}


class Wire:
    """The connections of all checks; any thread may send."""

    def __init__(self, adapter: HTTPAdapter) -> None:
        self._adapter = adapter
        self._pools: dict[Any, HTTPConnectionPool] = {}

    def close(self) -> None:
        """Hang up."""
        self._adapter.close()

    def send(self, ask: Ask, conditions: Mapping[str, str]) -> Answer:
        """Send it with *conditions*. Raises requests.Timeout, requests.ConnectionError."""
        request, pool, headers = ask.request, self._pool(ask), {**ask.headers, **conditions}
        try:
            heard = _in_few_words(pool, ask, headers) if ask.is_usual else None
            return _answer(self._at_length(pool, ask, headers) if heard is None else heard)
        except NewConnectionError as error:
            raise requests.ConnectionError(error, request=request) from error
        except (TookTooLong, TimeoutError) as error:
            raise requests.Timeout(error, request=request) from error
        except SSLError as error:
            raise requests.exceptions.SSLError(error, request=request) from error
        except (HTTPError, OSError) as error:
            raise requests.ConnectionError(error, request=request) from error

    def _at_length(self, pool: HTTPConnectionPool, ask: Ask, headers: Mapping[str, str]) -> BaseHTTPResponse:
        request = ask.request
        return pool.urlopen(
            str(request.method),
            self._adapter.request_url(request, dict(ask.proxies)) if ask.proxies else ask.path,
            body=request.body,
            headers=headers,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
            retries=_NEVER,
            timeout=ask.timeout,
            chunked=request.body is not None and "Content-Length" not in ask.headers,
        )

    def response(self, answer: Answer, request: requests.PreparedRequest) -> requests.Response:
        """*answer* as the clients of third parties read it."""
        raw = HTTPResponse(
            io.BytesIO(answer.body),
            headers=answer.headers,
            status=answer.status,
            reason=answer.reason,
            preload_content=False,
        )
        return self._adapter.build_response(request, raw)

    def _pool(self, ask: Ask) -> HTTPConnectionPool:
        url = str(ask.request.url)
        key = (url[: url.index("/", len("https://"))], ask.verify, ask.cert, tuple(ask.proxies.items()))
        pool = self._pools.get(key)
        # One that was not used for long is closed to make room for others.
        if pool is None or pool.pool is None:
            adapter = cast("Any", self._adapter)
            new: HTTPConnectionPool = adapter.get_connection_with_tls_context(
                ask.request, ask.verify, dict(ask.proxies), ask.cert
            )
            adapter.cert_verify(new, url, ask.verify, ask.cert)
            pool = self._pools[key] = new
        return pool


def ask_of(request: requests.PreparedRequest, options: Mapping[str, Any]) -> Ask:
    """*request* as a session sends it with *options*."""
    timeout = options.get("timeout") or _TIMEOUT_S
    connect_s, read_s = timeout if isinstance(timeout, tuple) else (timeout, timeout)
    shown = [str(request.headers.get(name, "")) for name in _VARY]
    return Ask(
        request=request,
        path=request.path_url,
        headers=dict(request.headers),
        timeout=Timeout(connect=connect_s, read=read_s),
        verify=options.get("verify", True),
        cert=options.get("cert"),
        proxies=options.get("proxies") or {},
        key=_digest("\n".join([str(request.method), str(request.url), *shown])),
        host=str(request.url).split("/", 3)[2].rpartition("@")[2],
        who=_digest("".join(shown[:4])),
    )


def _in_few_words(pool: HTTPConnectionPool, ask: Ask, headers: Mapping[str, str]) -> open_line.Heard | None:
    named = {"Host": ask.host, **headers}
    return open_line.ask(pool, str(ask.request.method), ask.path, named, timeout_s=ask.timeout.read_timeout)


def _answer(heard: open_line.Heard) -> Answer:
    if not isinstance(heard, BaseHTTPResponse):
        return Answer(status=304, reason="Not Modified", headers=_without_body(heard), body=b"")
    headers = _without_body({name.lower(): value for name, value in heard.headers.itermerged()})
    return Answer(status=heard.status, reason=heard.reason or "", headers=headers, body=_read(heard))


def _without_body(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in _OF_THE_BODY}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _read(response: BaseHTTPResponse) -> bytes:
    """The whole body; a server that drips or never ends is cut off."""
    until, body = time.monotonic() + _TIMEOUT_S, b""
    while piece := response.read1(64 * 1024, decode_content=True):
        body += piece
        if len(body) > _LONGEST_BODY_BYTES or time.monotonic() > until:
            response.close()
            raise TookTooLong("the answer does not come to its end")
    return body
