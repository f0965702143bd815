"""The one place that others may call: POST /hooks/STACK/NAME."""

import asyncio
import threading

from aiohttp import web

from bot.base.errors import NotAllowed, NotFound, Refused
from bot.catalog.expressions import ExpressionProblem
from bot.control.watchers.hooks import Call, Hooks

_LONGEST_BYTES = 4 * 1024 * 1024


class HookServer:
    """Listens on a thread of its own."""

    def __init__(self, hooks: Hooks, *, host: str, port: int) -> None:
        self._hooks = hooks
        self._host = host
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="hooks", daemon=True)
        self._runner: web.AppRunner | None = None

    def start(self) -> str:
        """Listen; returns the URL below which stacks are. Raises OSError when the port is taken."""
        self._thread.start()
        return asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(timeout=10)

    def stop(self) -> None:
        """Hang up."""
        if self._runner:
            asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self) -> str:
        app = web.Application(client_max_size=_LONGEST_BYTES)
        app.router.add_post("/hooks/{stack}/{name}", self._take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        self._runner = runner
        site = web.TCPSite(runner, self._host, self._port)
        await site.start()
        return f"http://{self._host}:{runner.addresses[0][1]}/hooks/"

    async def _take(self, request: web.Request) -> web.Response:
        call = Call(
            stack=request.match_info["stack"],
            name=request.match_info["name"],
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.read(),
        )
        try:
            is_new = await asyncio.to_thread(self._hooks.take, call)
        except (NotFound, NotAllowed):
            # The same for both: who may not call need not learn what there is.
            return web.Response(status=403, text="There is no such webhook, or the call is not signed as declared.\n")
        except (Refused, ExpressionProblem) as problem:
            return web.Response(status=422, text=f"{problem}\n")
        return web.Response(status=202 if is_new else 200, text="Taken.\n" if is_new else "Taken before.\n")
