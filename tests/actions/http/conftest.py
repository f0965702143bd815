"""A web server that answers as it is told and remembers what it was asked."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.fakes.serving import Handler, serving


@dataclass
class Site:
    """Change its attributes, and the next answer is different."""

    url: str = ""
    status: int = 200
    body: bytes = b"Hello"
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/html"})
    #: (method, path, headers, body) of every request, oldest first.
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    #: Waited for between two bytes of the body.
    drip_s: float = 0.0


@pytest.fixture
def site() -> Iterator[Site]:
    told = Site()
    closing = threading.Event()

    class Told(Handler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told.asked.append((self.command, self.path, {**self.headers}, body))
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            for at in range(len(told.body)) if told.drip_s else ():
                self.wfile.write(told.body[at : at + 1])
                if closing.wait(told.drip_s):
                    return
            if not told.drip_s and self.command != "HEAD":
                self.wfile.write(told.body)

    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Told, f"do_{method}", Told.answer)
    with serving(Told) as server:
        told.url = f"http://127.0.0.1:{server.server_port}/"
        yield told
        closing.set()
