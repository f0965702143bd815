"""`python -m benchmarks.watched_site COUNT PORT`: pages and repositories that have versions, with ETags."""

import json
import sys
from dataclasses import dataclass, field

from aiohttp import web

_RELEASES_EACH = 10


@dataclass
class Site:
    """What was published so far, and what its visitors cost."""

    numbers: list[int]
    asked: int = 0
    #: Answers that a quota would count: all but "not modified".
    paid: int = 0
    bodies: dict[str, str] = field(default_factory=dict)

    async def page(self, request: web.Request) -> web.Response:
        """A page with a version in it."""
        nth = int(request.match_info["nth"])
        return self._answer(request, f"<p>The newest is app-1.{self.numbers[nth]}.0.tar.gz</p>\n" * 20, nth)

    async def releases(self, request: web.Request) -> web.Response:
        """The releases of a repository, as GitHub lists them."""
        nth = int(request.match_info["nth"])
        newest = self.numbers[nth]
        listed = [_release(nth, newest - back) for back in range(min(newest, _RELEASES_EACH))]
        return self._answer(request, json.dumps(listed), nth, content_type="application/json")

    async def publish(self, request: web.Request) -> web.Response:
        """Publish something new of every so-manieth."""
        for nth in range(0, len(self.numbers), int(request.query["every"])):
            self.numbers[nth] += 1
        return web.Response()

    async def counts(self, request: web.Request) -> web.Response:
        """What its visitors cost since this was asked last."""
        del request
        told = {"asked": self.asked, "paid": self.paid}
        self.asked = self.paid = 0
        return web.json_response(told)

    def _answer(self, request: web.Request, body: str, nth: int, content_type: str = "text/html") -> web.Response:
        self.asked += 1
        tag = f'"{nth}-{self.numbers[nth]}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        self.paid += 1
        return web.Response(text=body, content_type=content_type, headers={"ETag": tag})


def _release(nth: int, number: int) -> dict[str, object]:
    return {
        "tag_name": f"v1.{number}.0",
        "name": f"Release 1.{number}.0",
        "body": "- Something was mended.\n" * 20,
        "html_url": f"https://github.example.org/acme/r{nth}/releases/v1.{number}.0",
        "published_at": "2026-03-01T12:00:00Z",
        "prerelease": False,
        "draft": False,
    }


def main() -> None:
    """Answer until the end."""
    site, app = Site(numbers=[_RELEASES_EACH] * int(sys.argv[1])), web.Application()
    app.router.add_get("/pages/{nth}", site.page)
    app.router.add_get("/repos/acme/r{nth}/releases", site.releases)
    app.router.add_post("/publish", site.publish)
    app.router.add_get("/counts", site.counts)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[2]), print=lambda *_: print("Ready", flush=True))


if __name__ == "__main__":
    main()
