"""Bolt's own aiohttp handler on a thread: it hangs up at once, the handler for threads only after seconds."""

import asyncio
import threading
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode.aiohttp import SocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient


class Connected:
    """An app that holds a socket, until `close`."""

    def __init__(self, app: App, app_token: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._handler: SocketModeHandler = self._do(self._connect(app, app_token))

    def close(self) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _connect(self, app: App, app_token: str) -> SocketModeHandler:
        handler = SocketModeHandler(app, app_token, web_client=AsyncWebClient(base_url=app.client.base_url))
        await handler.connect_async()
        return handler

    async def _close(self) -> None:
        await self._handler.close_async()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
