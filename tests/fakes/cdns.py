"""Cloudflare's and Fastly's purge APIs, as far as an order goes; `described` says what they are like.

Both keep the same pages, so a test sees what is left.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.outside.manners import Asked
from tests.fakes.described.described import Described
from tests.fakes.serving import Handler, serving

ZONE = "023e105f4ecef8ad9ca31a8372d0c353"
SERVICE = "SU1Z0isxPaozGVKXdv0eY"
TOKEN = "a-token-that-may-purge"
PAGES = {
    "http://www.example.org/": ["front"],
    "http://www.example.org/news": ["front", "news"],
    "http://www.example.org/news/today": ["news"],
    "http://shop.example.org/": [],
}


class _RefusedError(Exception):
    """An order that the network does not take."""


@dataclass
class Cdn:
    """One network, with the pages that it keeps."""

    url: str = ""
    kept: dict[str, list[str]] = field(default_factory=lambda: dict(PAGES))
    #: Every order at Cloudflare, and at Fastly.
    cloudflare_asked: list[Asked] = field(default_factory=list)
    fastly_asked: list[Asked] = field(default_factory=list)
    #: Answer orders with this status instead of taking them.
    fails_with: int | None = None

    def problems(self) -> list[str]:
        """What was ordered or answered, and is not as the networks' makers describe it."""
        return [
            *Described("cloudflare").problems(self.cloudflare_asked),
            *Described("fastly").problems(self.fastly_asked),
        ]

    def forget(self, gone: set[str]) -> None:
        """From now on these pages are fetched anew."""
        self.kept = {page: tags for page, tags in self.kept.items() if page not in gone}

    def cloudflare(self, path: str, headers: Mapping[str, str], body: Any) -> dict[str, Any]:
        """Take an order in Cloudflare's words."""
        _demand(path == f"/zones/{ZONE}/purge_cache", "no route for that URI")
        _demand(headers.get("Authorization") == f"Bearer {TOKEN}", "Authentication error")
        ((kind, values),) = body.items()
        if kind == "purge_everything":
            self.forget(set(self.kept))
        else:
            self.forget({page for page in self.kept if any(self._is_meant(page, kind, value) for value in values)})
        return {"success": True, "errors": [], "messages": [], "result": {"id": ZONE}}

    def _is_meant(self, page: str, kind: str, value: str) -> bool:
        bare = page.partition("//")[2]
        match kind:
            case "files":
                return page == value
            case "prefixes":
                return bare.startswith(value)
            case "hosts":
                return bare.partition("/")[0] == value
            case "tags":
                return value in self.kept[page]
        raise _RefusedError(f"unknown parameter {kind}")

    def fastly(self, path: str, headers: Mapping[str, str], body: Any) -> dict[str, Any]:
        """Take an order in Fastly's words."""
        _demand(headers.get("Fastly-Key") == TOKEN, "Provided credentials are missing or invalid")
        if path == f"/service/{SERVICE}/purge_all":
            _demand("Fastly-Soft-Purge" not in headers, "purge all is never soft")
            self.forget(set(self.kept))
            return {"status": "ok"}
        if path == f"/service/{SERVICE}/purge":
            keys = body["surrogate_keys"]
            self.forget({page for page, tags in self.kept.items() if {*tags} & {*keys}})
            return {key: f"108-{index}" for index, key in enumerate(keys)}
        found = re.fullmatch(r"/purge/(.+)", path)
        _demand(found is not None, "Record not found")
        self.forget({f"http://{found[1]}"} if found else set())
        return {"status": "ok", "id": "108-1391560174-974124"}


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise _RefusedError(otherwise)


@contextmanager
def cdn() -> Iterator[Cdn]:
    """Both networks at one address: Cloudflare below /client/v4, Fastly at the root."""
    network = Cdn()

    class Network(Handler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(sent) if sent else None
            is_cloudflare = self.path.startswith("/client/v4")
            take = network.cloudflare if is_cloudflare else network.fastly
            try:
                _demand(network.fails_with is None, "try again later")
                answer, status = take(self.path.removeprefix("/client/v4"), dict(self.headers), body), 200
            except _RefusedError as problem:
                said = str(problem)
                refused = {"success": False, "errors": [{"code": 10000, "message": said}], "messages": []}
                answer, status = refused if is_cloudflare else {"msg": said}, network.fails_with or 400
            content = json.dumps(answer).encode()
            asked = network.cloudflare_asked if is_cloudflare else network.fastly_asked
            asked.append(Asked(method="POST", path=self.path, status=status, body=sent, answer=content))
            later = {"Retry-After": "30"} if status == 429 else {}
            self.reply(status, content, {"Content-Type": "application/json", **later})

    with serving(Network) as server:
        network.url = f"http://127.0.0.1:{server.server_port}"
        yield network
