"""A web server that tells versions, and has the manners of the big ones: ETags, quotas, 5xx, slow answers."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from typing import Any

from tests.fakes.serving import Handler, serving


@dataclass
class Told:
    """Change its attributes, and the next answer is different."""

    url: str = ""
    #: What each path answers, as JSON; a path that is not here is a 404.
    pages: dict[str, Any] = field(default_factory=dict)
    #: Sent with the next answers instead of a page.
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    has_etags: bool = True
    #: Cleared: answers wait until it is set.
    may_answer: threading.Event = field(default_factory=threading.Event)
    #: How many requests came, answered or not.
    came: int = 0
    #: Of every request: its path, and the status of its answer.
    asked: list[tuple[str, int]] = field(default_factory=list)
    sent_headers: list[dict[str, str]] = field(default_factory=list)
    #: The answers that cost quota: all but "not modified".
    cost: int = 0
    _more: threading.Condition = field(default_factory=threading.Condition)

    def all_asked(self, number: int) -> None:
        """Return once it was asked so often. Raises TimeoutError."""
        with self._more:
            if not self._more.wait_for(lambda: len(self.asked) >= number, timeout=60):
                raise TimeoutError(f"it was asked {len(self.asked)} times, not {number}")

    def all_came(self, number: int) -> None:
        """Return once so many requests are there, answered or not. Raises TimeoutError."""
        with self._more:
            if not self._more.wait_for(lambda: self.came >= number, timeout=60):
                raise TimeoutError(f"{self.came} requests came, not {number}")

    def note_coming(self) -> None:
        """Take down that a request came."""
        with self._more:
            self.came += 1
            self._more.notify_all()

    def note(self, path: str, status: int, headers: dict[str, str]) -> None:
        """Take down that it was asked."""
        with self._more:
            self.asked.append((path, status))
            self.sent_headers.append(headers)
            self.cost += status != 304
            self._more.notify_all()


@contextmanager
def told_site() -> Iterator[Told]:
    """One such server, at a port of its own."""
    told = Told()
    told.may_answer.set()

    class Site(Handler):
        protocol_version = "HTTP/1.1"
        # Headers and body in one go: else each answer waits 40 ms for an acknowledgement.
        wbufsize = -1

        def do_GET(self) -> None:
            told.note_coming()
            told.may_answer.wait(30)
            path = self.path.partition("?")[0]
            body = json.dumps(told.pages.get(path)).encode()
            tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            status = told.status if path in told.pages else 404
            if status == 200 and told.has_etags and self.headers.get("If-None-Match") == tag:
                status = 304
            told.note(self.path, status, dict(self.headers))
            self.send_response(status)
            if told.has_etags and status in (200, 304):
                self.send_header("ETag", tag)
            for name, value in told.headers.items():
                self.send_header(name, value)
            if status != 304 and "Content-Length" not in told.headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(b"" if status == 304 or self.command == "HEAD" else body)

        def do_HEAD(self) -> None:
            self.do_GET()

    class Server(ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True

    with serving(Site, Server) as server:
        told.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield told
        finally:
            told.may_answer.set()
