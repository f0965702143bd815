"""Cloudflare's and Fastly's purge APIs, as far as an order goes: what is not as their makers describe it is refused.

https://developers.cloudflare.com/api/resources/cache/methods/purge/ and
https://www.fastly.com/documentation/reference/api/purging/. Both keep the same pages, so a test sees what is left.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.fakes.serving import serving

ZONE = "023e105f4ecef8ad9ca31a8372d0c353"
SERVICE = "SU1Z0isxPaozGVKXdv0eY"
TOKEN = "a-token-that-may-purge"
PAGES = {
    "http://www.example.org/": ["front"],
    "http://www.example.org/news": ["front", "news"],
    "http://www.example.org/news/today": ["news"],
    "http://shop.example.org/": [],
}
_CLOUDFLARE_MOST = 30
_FASTLY_MOST = 256


class _NotAsDescribedError(Exception):
    """An order that the network would not take."""


@dataclass
class Cdn:
    """One network, with the pages that it keeps."""

    url: str = ""
    kept: dict[str, list[str]] = field(default_factory=lambda: dict(PAGES))
    orders: list[tuple[str, Any]] = field(default_factory=list)
    #: Answer orders with this status instead of taking them.
    fails_with: int | None = None

    def forget(self, gone: set[str]) -> None:
        """From now on these pages are fetched anew."""
        self.kept = {page: tags for page, tags in self.kept.items() if page not in gone}

    def cloudflare(self, path: str, headers: Mapping[str, str], body: Any) -> dict[str, Any]:
        """Take an order in Cloudflare's words."""
        _demand(path == f"/zones/{ZONE}/purge_cache", "no route for that URI")
        _demand(headers.get("Authorization") == f"Bearer {TOKEN}", "Authentication error")
        _demand(isinstance(body, dict) and len(body) == 1, "say exactly one thing")
        ((kind, values),) = body.items()
        if kind == "purge_everything":
            _demand(values is True, "purge_everything is true")
            self.forget(set(self.kept))
        else:
            _demand(isinstance(values, list) and 0 < len(values) <= _CLOUDFLARE_MOST, "at most 30")
            _demand(kind == "files" or not any("//" in value for value in values), "no scheme here")
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
        raise _NotAsDescribedError(f"unknown parameter {kind}")

    def fastly(self, path: str, headers: Mapping[str, str], body: Any) -> dict[str, Any]:
        """Take an order in Fastly's words."""
        _demand(headers.get("Fastly-Key") == TOKEN, "Provided credentials are missing or invalid")
        if path == f"/service/{SERVICE}/purge_all":
            _demand("Fastly-Soft-Purge" not in headers, "purge all is never soft")
            self.forget(set(self.kept))
            return {"status": "ok"}
        if path == f"/service/{SERVICE}/purge":
            keys = body["surrogate_keys"]
            _demand(0 < len(keys) <= _FASTLY_MOST, "at most 256 keys")
            self.forget({page for page, tags in self.kept.items() if {*tags} & {*keys}})
            return {key: f"108-{index}" for index, key in enumerate(keys)}
        found = re.fullmatch(r"/purge/(.+)", path)
        _demand(found is not None, "Record not found")
        self.forget({f"http://{found[1]}"} if found else set())
        return {"status": "ok", "id": "108-1391560174-974124"}


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise _NotAsDescribedError(otherwise)


@contextmanager
def cdn() -> Iterator[Cdn]:
    """Both networks at one address: Cloudflare below /client/v4, Fastly at the root."""
    network = Cdn()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            network.orders.append((self.path, body))
            is_cloudflare = self.path.startswith("/client/v4")
            take = network.cloudflare if is_cloudflare else network.fastly
            try:
                _demand(network.fails_with is None, "try again later")
                answer, status = take(self.path.removeprefix("/client/v4"), dict(self.headers), body), 200
            except _NotAsDescribedError as problem:
                said = str(problem)
                answer = (
                    {"success": False, "errors": [{"code": 1, "message": said}]} if is_cloudflare else {"msg": said}
                )
                status = network.fails_with or 400
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            if status == 429:
                self.send_header("Retry-After", "30")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Stay silent."""

    with serving(Handler) as server:
        network.url = f"http://127.0.0.1:{server.server_port}"
        yield network
