"""HTTP for checks: asks only what is new, each thing once, and never a host that wants to be left alone."""

import hashlib
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

from bot.watch.wire import Answer, Ask, Wire, ask_of

#: Of bodies, as they are kept: compressed.
_KEPT_BYTES = 32 * 1024 * 1024
AT_ONE_HOST = 8
_BUSY = {429, 503}
#: Failures of a host, one after the other, from which on it is left alone for a while.
_PATIENCE = 3
_LONGEST_HOLD_S = 300.0
#: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api: wait a minute when nothing is said.
_DEFAULT_HOLD_S = 60.0
_OK, _NOT_MODIFIED = 200, 304


class Held(requests.ConnectionError):
    """The host wants to be left alone until a moment; nothing was sent."""

    def __init__(self, host: str, until: datetime) -> None:
        super().__init__(f"{host} is left alone until {until:%H:%M:%S} UTC")
        self.until = until


@dataclass
class _Host:
    """What one host said about being asked, and how many ask it now."""

    slots: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(AT_ONE_HOST))
    #: By the digest of the credentials: one's budget is not another's.
    held: dict[str, datetime] = field(default_factory=dict)
    failures: int = 0


@dataclass(frozen=True)
class _Kept:
    """An answer that may be used again."""

    #: Its body is compressed.
    answer: Answer
    conditions: Mapping[str, str]
    #: Of what was asked for.
    digest: bytes
    kept_at: float


@dataclass(frozen=True)
class Asked:
    """A request that was answered, so that it can be asked again whether the answer is still the same."""

    ask: Ask
    digest: bytes


#: What there is at an address: an answer that may be used again, another one, or none.
Found = _Kept | Answer | requests.RequestException


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
        self._wire = Wire(wire or HTTPAdapter(pool_connections=256, pool_maxsize=AT_ONE_HOST))
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
                now = self.find(one.ask, fresh_s)
            except requests.RequestException as error:
                now = error
            found[one.ask.key] = now
            if not (isinstance(now, _Kept) and now.digest == one.digest):
                return found
        return None

    def respond(self, found: Found, request: requests.PreparedRequest) -> requests.Response:
        """*found* as the answer to *request*. Raises what was raised instead of one."""
        if isinstance(found, requests.RequestException):
            raise found
        if isinstance(found, _Kept):
            found = replace(found.answer, body=zlib.decompress(found.answer.body))
        return self._wire.response(found, request)

    def find(self, ask: Ask, fresh_s: float) -> Found:
        """The answer, from memory or from its host. Raises Held."""
        if not ask.can_be_kept:
            return self._ask(ask, {})
        with self._turn(ask.key):
            kept = self._look_up(ask.key)
            if kept and time.monotonic() - kept.kept_at < fresh_s:
                return kept
            return self._keep(ask, kept, self._ask(ask, kept.conditions if kept else {}))

    def held_until(self, ask: Ask) -> datetime | None:
        """Until when the host wants to be left alone by whoever asks so; None: it does not."""
        host = self._host(ask.host)
        with self._guard:
            until = host.held.get(ask.who)
        return until if until and until > self._now() else None

    def _ask(self, ask: Ask, conditions: Mapping[str, str]) -> Answer:
        host = self._host(ask.host)
        with host.slots:
            until = max((host.held[it] for it in (ask.who, "") if it in host.held), default=None)
            if until and until > self._now():
                raise Held(ask.host, until)
            failures = host.failures
            try:
                answer = self._wire.send(ask, conditions)
            except (requests.ConnectionError, requests.Timeout):
                self._failed(host, failures)
                raise
        self._listen(host, ask.who, answer, failures)
        return answer

    def _listen(self, host: _Host, who: str, answer: Answer, failures: int) -> None:
        """Obey what the host says about when to ask again."""
        until = said_until(answer.status, answer.headers, self._now())
        with self._guard:
            if until:
                host.held[who] = min(until, self._now() + timedelta(days=1))
            elif answer.status < 500:
                host.failures = 0
        if not until and answer.status >= 500:
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

    def _keep(self, ask: Ask, kept: _Kept | None, answer: Answer) -> _Kept | Answer:
        now = time.monotonic()
        if answer.status == _NOT_MODIFIED and kept:
            # What it says of itself is newer: quotas, dates, tags.
            newer = replace(kept.answer, headers={**kept.answer.headers, **answer.headers})
            kept = replace(kept, answer=newer, conditions={**kept.conditions, **answer.conditions}, kept_at=now)
        elif answer.status == _OK:
            small = replace(answer, body=zlib.compress(answer.body, 1))
            kept = _Kept(small, answer.conditions, hashlib.sha256(_wanted(ask, answer)).digest(), now)
        else:
            return answer
        self._put(ask.key, kept)
        return kept

    def _put(self, key: str, kept: _Kept) -> None:
        with self._guard:
            if old := self._kept.pop(key, None):
                self._kept_bytes -= len(old.answer.body)
            self._kept[key] = kept
            self._kept_bytes += len(kept.answer.body)
            while self._kept_bytes > _KEPT_BYTES:
                _, oldest = self._kept.popitem(last=False)
                self._kept_bytes -= len(oldest.answer.body)

    def _look_up(self, key: str) -> _Kept | None:
        with self._guard:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _host(self, name: str) -> _Host:
        with self._guard:
            if name not in self._hosts:
                self._hosts[name] = _Host()
            return self._hosts[name]

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
        ask = ask_of(request, options)
        try:
            is_known = ask.key in self._given
            found = self._given.pop(ask.key) if is_known else self._http.find(ask, self._fresh_s)
            self._asked(Asked(ask, found.digest) if isinstance(found, _Kept) else None)
            response = self._http.respond(found, request)
        except Held as held:
            self._held(held.until)
            raise
        # Whoever hears "not now" for the first time has not failed either: it is asked again then.
        if not response.ok and (until := self._http.held_until(ask)):
            self._held(until)
        return response

    def close(self) -> None:
        """Nothing is this door's own."""


def _wanted(ask: Ask, answer: Answer) -> bytes:
    """What was asked for: the body; of a HEAD the headers, whenever they were sent."""
    if ask.request.method != "HEAD":
        return answer.body
    return repr(sorted(header for header in answer.headers.items() if header[0] != "date")).encode()


def said_until(status: int, headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Until when the answer, whose *headers* have names in lower case, asks to be left alone; None: it does not.

    `Retry-After` (RFC 9110, 10.2.3); `X-RateLimit-Remaining` and `-Reset` as GitHub, GitLab and Docker Hub send them;
    `RateLimit-Remaining` and `-Reset` of the IETF's draft.
    """
    busy = status in _BUSY or (status == 403 and headers.get("x-ratelimit-remaining") == "0")
    after = headers.get("retry-after")
    if after and (busy or status == 403):
        return _after(after, now)
    for remaining, reset in (
        ("x-ratelimit-remaining", "x-ratelimit-reset"),
        ("ratelimit-remaining", "ratelimit-reset"),
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
