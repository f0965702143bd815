"""HTTP mode: Slack calls us, signed; the same listeners answer."""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from aiohttp import web
from slack_bolt import App, BoltRequest
from slack_bolt.adapter.aiohttp import to_aiohttp_response

from bot.base.errors import SetupProblem, why
from bot.slack.app import acknowledged

PATH = "/slack/events"
_WORKERS = 32
_MOST_BYTES = 4 * 1024 * 1024


class HttpMode:
    """A small web server on a thread of its own, with one address for everything that Slack sends."""

    def __init__(self, app: App, *, host: str, port: int) -> None:
        self._app = app
        self._host = host
        self._port = port
        self._pool = ThreadPoolExecutor(_WORKERS, "slack-dispatch")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run_loop, name="slack-http", daemon=True)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """What to write into the app's settings, as seen from this machine."""
        return f"http://{self._host}:{self._port}{PATH}"

    def listen(self, timeout_s: float) -> None:
        """Open the port. Raises SetupProblem when it is taken."""
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(timeout_s)
        except OSError as error:
            raise SetupProblem(
                f"Port {self._port} on {self._host} cannot be opened: {why(error)}.",
                hint="Another program has it; choose another port.",
            ) from error

    def close(self, timeout_s: float) -> None:
        """Take no more requests, let those under way be answered, then close the port."""
        if not self._thread.is_alive():
            return
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout_s)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout_s)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run_loop(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    async def _listen(self) -> None:
        server = web.Application(client_max_size=_MOST_BYTES)
        server.router.add_post(PATH, self._answer)
        self._runner = web.AppRunner(server, access_log=None, shutdown_timeout=3.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        # Port 0 means any free one.
        self._port = self._runner.addresses[0][1]

    async def _close(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        headers: dict[str, str | Sequence[str]] = {name: request.headers.getall(name) for name in request.headers}
        read = partial(BoltRequest, body=await request.text(), query=request.query_string, headers=headers)
        response = await asyncio.get_running_loop().run_in_executor(self._pool, acknowledged, self._app, read)
        return await to_aiohttp_response(response)
