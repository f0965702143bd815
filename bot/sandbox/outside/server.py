"""A code host as a thing that starts and stops: an API over real HTTP, on a thread of its own."""

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Literal

from aiohttp import web

from bot.base.clock import Clock
from bot.base.errors import SetupProblem, why
from bot.sandbox.outside import github, gitlab
from bot.sandbox.outside.forge import Forge
from bot.sandbox.outside.manners import Manners
from bot.sandbox.outside.things import Missing
from bot.sandbox.outside.wire import BARE_LIST, Answer, Ask, Json, Listed, Refused, Reply, Route, page_of

Kind = Literal["github", "gitlab"]

_START_S = 10.0
_STOP_S = 5.0
#: How long requests under way have when it stops.
_SHUTDOWN_S = 0.2
_PREFIXES = {"github": ("", "/api/v3"), "gitlab": ("/api/v4",)}


class ForgeServer:
    """A place like GitHub or like GitLab: `forge` is what it keeps, `manners` is how it answers, `url` is where."""

    def __init__(
        self,
        kind: Kind,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Clock | None = None,
        forge: Forge | None = None,
        more: Iterable[web.RouteDef] = (),
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """Port 0 means any free one. With *forge* it shows what another server shows, too.

        *more* is what it answers besides; *changed* hears of each change by its API.
        """
        self.kind = kind
        self.forge = forge or Forge(clock)
        is_github = kind == "github"
        self.manners = Manners(
            quota_name="X-RateLimit" if is_github else "RateLimit", quota_status=403 if is_github else 429
        )
        self._more = more
        self._changed = changed
        self._host = host
        self._port = port
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._runner: web.AppRunner | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    @property
    def url(self) -> str:
        """Its address: what clients take as their base URL."""
        return f"http://{self._host}:{self._port}"

    def start(self) -> None:
        """Open the port. Raises SetupProblem when it is taken."""
        try:
            listening = socket.create_server((self._host, self._port))
        except OSError as error:
            raise SetupProblem(
                f"Port {self._port} on {self._host} cannot be opened: {why(error)}.",
                hint="Another program has it.",
            ) from error
        self._port = listening.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=_run, args=(self._loop,), name=f"outside-{self.kind}", daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._serve(listening), self._loop).result(_START_S)

    def stop(self) -> None:
        """Close the port."""
        loop, thread, self._thread = self._loop, self._thread, None
        if loop is None or thread is None:
            return
        if self._runner:
            with contextlib.suppress(TimeoutError):
                asyncio.run_coroutine_threadsafe(self._runner.cleanup(), loop).result(_STOP_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_STOP_S)

    async def _serve(self, listening: socket.socket) -> None:
        app = web.Application(middlewares=[self.manners.middleware()])
        for prefix in _PREFIXES[self.kind]:
            for route in github.ROUTES if self.kind == "github" else gitlab.ROUTES:
                app.router.add_route(route.method, prefix + route.path, self._handler(route, prefix))
        app.router.add_routes(self._more)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_S, handler_cancellation=True)
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()

    def _handler(self, route: Route, prefix: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            try:
                ask = Ask(
                    forge=self.forge,
                    api=self.url + prefix,
                    web=self.url,
                    parts=request.match_info,
                    query=dict(request.query),
                    body=_body(await request.read()),
                )
                with self.forge.guard:
                    response = self._response(request, route.answer(ask))
                if route.method != "GET":
                    self._changed()
                return response
            except Missing:
                message = "Not Found" if self.kind == "github" else "404 Not Found"
                return web.json_response({"message": message}, status=404)
            except Refused as refused:
                return web.json_response({"message": refused.message}, status=refused.status)

        return handle

    def _response(self, request: web.Request, answer: Answer) -> web.Response:
        match answer:
            case Reply():
                has_body = answer.body is not None
                return (
                    web.json_response(answer.body, status=answer.status)
                    if has_body
                    else web.Response(status=answer.status)
                )
            case Listed():
                page, headers = self._page(request, answer.items)
                return web.json_response({"total_count": len(answer.items), answer.key: page}, headers=headers)
            case dict():
                return web.json_response(answer)
            case _:
                page, headers = self._page(request, answer)
                return web.json_response(page, headers=headers)

    def _page(self, request: web.Request, items: Sequence[Json]) -> tuple[list[Json], dict[str, str]]:
        page = page_of(items, f"{self.url}{request.rel_url.raw_path}", request.query, counts=self.kind == "gitlab")
        return list(page.items), dict(page.headers)


def _body(content: bytes) -> Json:
    try:
        body: Any = json.loads(content or b"{}")
    except ValueError as error:
        raise Refused(400, "Problems parsing JSON") from error
    if isinstance(body, list):
        return {BARE_LIST: body}
    if not isinstance(body, dict):
        raise Refused(400, "Body should be a JSON object")
    return body


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    loop.run_forever()
    loop.close()
