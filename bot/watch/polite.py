"""HTTP for checks: asks only what is new, each thing once, and never a host that wants to be left alone."""

import hashlib
import io
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

_TIMEOUT_S = 30.0
#: Of bodies, as they are kept: compressed.
_KEPT_BYTES = 32 * 1024 * 1024
_LONGEST_BODY_BYTES = 8 * 1024 * 1024
_AT_ONCE = 8
#: Whoever sends other credentials, or wants another form of the answer, gets another answer.
_VARY = ("Authorization", "Private-Token", "Job-Token", "Cookie", "Accept", "Range")
_BUSY = {429, 503}
#: Failures of a host, one after the other, from which on it is left alone for a while.
_PATIENCE = 3
_LONGEST_HOLD_S = 300.0
#: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api: wait a minute when nothing is said.
_DEFAULT_HOLD_S = 60.0


class Held(requests.ConnectionError):
    """The host wants to be left alone until a moment; nothing was sent."""

    def __init__(self, host: str, until: datetime) -> None:
        super().__init__(f"{host} is left alone until {until:%H:%M:%S} UTC")
        self.until = until


@dataclass
class _Host:
    """What one host said about being asked, and how many ask it now."""

    slots: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(_AT_ONCE))
    #: By the digest of the credentials: one's budget is not another's.
    held: dict[str, datetime] = field(default_factory=dict)
    failures: int = 0


@dataclass(frozen=True)
class _Kept:
    """An answer that may be used again."""

    status: int
    reason: str
    headers: Mapping[str, str]
    #: Compressed.
    body: bytes
    #: Of the body.
    digest: bytes
    kept_at: float


@dataclass(frozen=True)
class Asked:
    """A request that was answered, so that it can be asked again whether the answer is still the same."""

    request: requests.PreparedRequest
    options: Mapping[str, Any]
    key: str
    digest: bytes


#: What there is at an address: an answer that may be used again, another one, or none.
Found = _Kept | requests.Response | requests.RequestException


@dataclass
class _Turn:
    """Those who ask for the same thing go one after the other, so that the second finds what the first got."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    waiting: int = 0


class PoliteHttp:
    """Shared by all checks of a process; any thread may ask for a session."""

    def __init__(self, now: Callable[[], datetime], *, wire: HTTPAdapter | None = None) -> None:
        """*wire* is what sends in the place of a plain one; then no proxy and no password of this machine is used."""
        self._now = now
        self._guard = threading.Lock()
        self._is_plain = wire is None
        self._wire = wire or HTTPAdapter(pool_connections=256, pool_maxsize=_AT_ONCE)
        self._hosts: dict[str, _Host] = {}
        self._turns: dict[str, _Turn] = {}
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._kept_bytes = 0

    def session(
        self,
        *,
        fresh_s: float,
        held: Callable[[datetime], None],
        asked: Callable[[Asked | None], None] = lambda _: None,
        given: Mapping[str, Found] | None = None,
    ) -> requests.Session:
        """A session; answers that are younger than *fresh_s* are not asked for again.

        *held* is told when a host wants to be left alone, since clients of third parties hide why they fail; *asked*
        of each request, None being one that `repeat` cannot ask. What is in *given*, which `repeat` returned, is not
        asked for.
        """
        session = requests.Session()
        session.trust_env = self._is_plain
        session.headers["User-Agent"] = "Stackhand"
        door = _Door(self, fresh_s, held, asked, dict(given or {}))
        session.mount("https://", door)
        session.mount("http://", door)
        return session

    def close(self) -> None:
        """Hang up."""
        self._wire.close()

    def repeat(self, asked: Iterable[Asked], *, fresh_s: float) -> Mapping[str, Found] | None:
        """Ask the same again, up to the first answer that is another one; None: all are the same.

        Whoever reads the answers is given what is returned, so that nobody is asked twice.
        """
        found: dict[str, Found] = {}
        for one in asked:
            try:
                now = self.find(one.request.copy(), fresh_s, {**one.options})
            except requests.RequestException as error:
                now = error
            found[one.key] = now
            if not (isinstance(now, _Kept) and now.digest == one.digest):
                return found
        return None

    def respond(self, found: Found, request: requests.PreparedRequest) -> requests.Response:
        """*found* as the answer to *request*. Raises what was raised instead of one."""
        if isinstance(found, requests.RequestException):
            raise found
        return self._response(found, request) if isinstance(found, _Kept) else found

    def find(self, request: requests.PreparedRequest, fresh_s: float, options: dict[str, Any]) -> Found:
        """The answer to *request*, from memory or from its host. Raises Held."""
        options["timeout"] = options.get("timeout") or _TIMEOUT_S
        if request.method not in ("GET", "HEAD") or "Range" in request.headers:
            return self._ask(request, options)
        key = key_of(request)
        with self._turn(key):
            kept = self._look_up(key)
            if kept and time.monotonic() - kept.kept_at < fresh_s:
                return kept
            if kept:
                _add_conditions(request, kept)
            return self._keep(key, kept, self._ask(request, options))

    def held_until(self, request: requests.PreparedRequest) -> datetime | None:
        """Until when the host of *request* wants to be left alone by whoever sends it; None: it does not."""
        host = self._host(_host(request))
        with self._guard:
            until = host.held.get(_who(request))
        return until if until and until > self._now() else None

    def _ask(self, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        name, who = _host(request), _who(request)
        host = self._host(name)
        with host.slots:
            until = max((host.held[it] for it in (who, "") if it in host.held), default=None)
            if until and until > self._now():
                raise Held(name, until)
            failures = host.failures
            try:
                response = self._wire.send(request, **options)
                body = _read(response)
            except (requests.ConnectionError, requests.Timeout):
                self._failed(host, failures)
                raise
        self._listen(host, who, response, failures)
        # "Not modified" has none, and is all that most requests are answered with.
        return response if response.status_code == 304 else _with_body(response, body)

    def _listen(self, host: _Host, who: str, response: requests.Response, failures: int) -> None:
        """Obey what the host says about when to ask again."""
        until = said_until(response.status_code, response.headers, self._now())
        with self._guard:
            if until:
                host.held[who] = min(until, self._now() + timedelta(days=1))
            elif response.status_code < 500:
                host.failures = 0
        if not until and response.status_code >= 500:
            self._failed(host, failures)

    def _failed(self, host: _Host, before: int) -> None:
        """Count a failure, of a request that was sent after *before* others.

        Those that are under way together break together, as when a server starts anew: that is one failure.
        """
        with self._guard:
            if host.failures != before:
                return
            host.failures += 1
            if host.failures >= _PATIENCE:
                seconds = min(2.0 ** min(host.failures, 10), _LONGEST_HOLD_S)
                host.held[""] = self._now() + timedelta(seconds=seconds)

    def _keep(self, key: str, kept: _Kept | None, response: requests.Response) -> _Kept | requests.Response:
        if response.status_code == 304 and kept:
            # What a 304 says of itself is newer: quotas, dates, tags.
            kept = replace(kept, headers={**kept.headers, **_plain_headers(response)}, kept_at=time.monotonic())
        elif response.status_code == 200:
            body, headers = response.content, _plain_headers(response)
            digest = hashlib.sha256(body).digest()
            kept = _Kept(200, response.reason, headers, zlib.compress(body, 1), digest, time.monotonic())
        else:
            return response
        self._put(key, kept)
        return kept

    def _response(self, kept: _Kept, request: requests.PreparedRequest) -> requests.Response:
        body = io.BytesIO(zlib.decompress(kept.body))
        raw = HTTPResponse(body, headers=kept.headers, status=kept.status, reason=kept.reason, preload_content=False)
        return self._wire.build_response(request, raw)

    def _put(self, key: str, kept: _Kept) -> None:
        with self._guard:
            if old := self._kept.pop(key, None):
                self._kept_bytes -= len(old.body)
            self._kept[key] = kept
            self._kept_bytes += len(kept.body)
            while self._kept_bytes > _KEPT_BYTES:
                _, oldest = self._kept.popitem(last=False)
                self._kept_bytes -= len(oldest.body)

    def _look_up(self, key: str) -> _Kept | None:
        with self._guard:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _host(self, name: str) -> _Host:
        with self._guard:
            return self._hosts.setdefault(name, _Host())

    @contextmanager
    def _turn(self, key: str) -> Iterator[None]:
        with self._guard:
            turn = self._turns.setdefault(key, _Turn())
            turn.waiting += 1
        try:
            with turn.lock:
                yield
        finally:
            with self._guard:
                turn.waiting -= 1
                if not turn.waiting:
                    self._turns.pop(key, None)


class _Door(BaseAdapter):
    """What a session sends through. Closing the session leaves the connections to others."""

    def __init__(
        self,
        http: PoliteHttp,
        fresh_s: float,
        held: Callable[[datetime], None],
        asked: Callable[[Asked | None], None],
        given: dict[str, Found],
    ) -> None:
        super().__init__()
        self._http = http
        self._fresh_s = fresh_s
        self._held = held
        self._asked = asked
        self._given = given

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        """Send, or take the answer from memory."""
        key, plain = key_of(request), request.copy()
        try:
            is_known = key in self._given
            found = self._given.pop(key) if is_known else self._http.find(request, self._fresh_s, options)
            self._asked(Asked(plain, options, key, found.digest) if isinstance(found, _Kept) else None)
            response = self._http.respond(found, request)
        except Held as held:
            self._held(held.until)
            raise
        # Whoever hears "not now" for the first time has not failed either: it is asked again then.
        if not response.ok and (until := self._http.held_until(request)):
            self._held(until)
        return response

    def close(self) -> None:
        """Nothing is this door's own."""


def said_until(status: int, headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Until when the answer asks to be left alone; None: it does not.

    `Retry-After` (RFC 9110, 10.2.3); `X-RateLimit-Remaining` and `-Reset` as GitHub, GitLab and Docker Hub send them;
    `RateLimit-Remaining` and `-Reset` of the IETF's draft.
    """
    busy = status in _BUSY or (status == 403 and headers.get("X-RateLimit-Remaining") == "0")
    after = headers.get("Retry-After")
    if after and (busy or status == 403):
        return _after(after, now)
    for remaining, reset in (
        ("X-RateLimit-Remaining", "X-RateLimit-Reset"),
        ("RateLimit-Remaining", "RateLimit-Reset"),
    ):
        if headers.get(remaining) == "0" and headers.get(reset):
            return _after(headers[reset], now)
    return now + timedelta(seconds=_DEFAULT_HOLD_S) if status == 429 else None


def _after(written: str, now: datetime) -> datetime:
    """Seconds from now, seconds since 1970, or a date."""
    try:
        seconds = float(written)
    except ValueError:
        try:
            return parsedate_to_datetime(written).astimezone(UTC)
        except ValueError:
            return now + timedelta(seconds=_DEFAULT_HOLD_S)
    # Nobody asks to be left alone for thirty years.
    return datetime.fromtimestamp(seconds, UTC) if seconds > 1e9 else now + timedelta(seconds=seconds)


def key_of(request: requests.PreparedRequest) -> str:
    """What tells *request* from all others that are answered in another way."""
    parts = [str(request.method), str(request.url), *(str(request.headers.get(name, "")) for name in _VARY)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _who(request: requests.PreparedRequest) -> str:
    shown = "".join(str(request.headers.get(name, "")) for name in _VARY[:4])
    return hashlib.sha256(shown.encode()).hexdigest()


def _host(request: requests.PreparedRequest) -> str:
    return str(request.url).split("/", 3)[2].rpartition("@")[2]


def _add_conditions(request: requests.PreparedRequest, kept: _Kept) -> None:
    headers = CaseInsensitiveDict(kept.headers)
    if "ETag" in headers:
        request.headers["If-None-Match"] = headers["ETag"]
    if "Last-Modified" in headers:
        request.headers["If-Modified-Since"] = headers["Last-Modified"]


def _read(response: requests.Response) -> bytes:
    """The whole body; a server that drips or never ends is cut off."""
    until, body = time.monotonic() + _TIMEOUT_S, b""
    while piece := response.raw.read1(64 * 1024, decode_content=True):
        body += piece
        if len(body) > _LONGEST_BODY_BYTES or time.monotonic() > until:
            response.close()
            raise requests.Timeout(f"{response.url} does not come to its end")
    return body


def _with_body(response: requests.Response, body: bytes) -> requests.Response:
    headers = _plain_headers(response)
    response.raw = HTTPResponse(io.BytesIO(body), headers=headers, status=response.status_code, preload_content=False)
    response.headers = CaseInsensitiveDict(headers)
    return response


def _plain_headers(response: requests.Response) -> dict[str, str]:
    """Its headers, for a body that is decoded already."""
    hidden = {"content-encoding", "transfer-encoding", "content-length"}
    return {name: value for name, value in response.headers.items() if name.lower() not in hidden}
