"""A server of lists, in the place of what answers `choices_from` elsewhere: it can be down, or take its time."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.serving import Handler, serving

#: Longer than the value of an option may be.
LONG = [f"https://builds.example.org/{'x' * 160}/{number}" for number in range(3)]
CLUSTERS = {"eu": ["Berlin", "Paris"], "us": ["Boston"]}


@dataclass
class Source:
    """A server that lists clusters and versions, unless it is down."""

    url: str = ""
    is_down: bool = False
    #: The list of Africa is answered once this is set.
    africa: threading.Event = field(default_factory=threading.Event)
    #: The moody list is answered while this is set.
    moody: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str) -> tuple[int, Any]:
        """What it says to *path*."""
        self.asked.append(path)
        if path == "/moody":
            self.moody.wait(10)
        if self.is_down:
            return 503, {"error": "maintenance"}
        if path == "/africa":
            self.africa.wait(10)
        if path == "/moody":
            return 200, ["1.0", "1.1"]
        if path == "/long":
            return 200, LONG
        if path == "/many":
            return 200, [f"1.{minor}" for minor in range(250)]
        return 200, {"data": [{"id": name.lower(), "name": name} for name in CLUSTERS.get(path[1:], [])]}


@contextmanager
def choices_source() -> Iterator[Source]:
    """The server, for as long as the block lasts."""
    found = Source()

    class Choices(Handler):
        def do_GET(self) -> None:
            status, body = found.answer(self.path)
            self.reply(status, json.dumps(body).encode())

    with serving(Choices) as server:
        found.url = f"http://127.0.0.1:{server.server_port}"
        yield found
