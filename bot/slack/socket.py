"""Socket Mode: two connections on an event loop of their own, listeners in threads.

The SDK's own clients for threads lose envelopes or stay deaf for up to a minute after a refresh; its aiohttp client
loses none with two connections. But the stock handler for it dispatches on the loop and so blocks it. This one hands
each envelope to a thread.
"""

import asyncio
import ssl
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import aiohttp
import structlog
from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.base.errors import SetupProblem
from bot.slack.app import acknowledged
from bot.slack.client import error_code, is_own_machine, quiet_logger
from bot.slack.rush import Rush

log = structlog.get_logger()

CONNECTIONS = 2
_PING_S = 5.0
_WORKERS = 32
_WATCH_S = 5.0
#: No pong for so long: the SDK reconnects at four pings; when it has not managed by then, somebody should know.
_DEAF_S = 30.0


class Socket:
    """Receives envelopes from Slack and sends the answers of the app's listeners."""

    def __init__(self, app: App, *, app_token: str, api_url: str, tls: ssl.SSLContext, rush: Rush) -> None:
        self._app = app
        self._rush = rush
        self._app_token = app_token
        self._api_url = api_url
        self._tls = tls
        self._pool = ThreadPoolExecutor(_WORKERS, "slack-dispatch")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run_loop, name="slack-socket", daemon=True)
        self._clients: list[SocketModeClient] = []
        self._watch: asyncio.Task[None] | None = None
        self._hello = threading.Semaphore(0)
        self._closing = False
        self._heard_at = time.monotonic()

    @property
    def silent_s(self) -> float:
        """Seconds since Slack was last heard on any connection; a healthy socket stays below ten."""
        return time.monotonic() - self._heard_at

    def connect(self, timeout_s: float) -> None:
        """Open the connections; returns once Slack said hello on each.

        Raises SetupProblem when Slack refuses the app token, or does not say hello in time.
        """
        self._thread.start()
        until = time.monotonic() + timeout_s
        try:
            self._on_loop(self._open()).result(timeout_s)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _not_open(str(error) or f"no answer in {timeout_s:g} s") from error
        for _ in range(CONNECTIONS):
            if not self._hello.acquire(timeout=max(0.0, until - time.monotonic())):
                raise _not_open(f"no hello in {timeout_s:g} s")

    def close(self, timeout_s: float) -> None:
        """Take no more work, let what is under way be answered, then hang up."""
        if not self._thread.is_alive():
            return
        self._on_loop(self._close(timeout_s)).result(timeout_s + _PING_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout_s)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run_loop(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def _on_loop(self, work: Any) -> Future[Any]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _open(self) -> None:
        for _ in range(CONNECTIONS):
            client = self._client()
            self._clients.append(client)
            try:
                # Asked for here, since `connect` would ask for ever with a token that is wrong.
                client.wss_uri = await client.issue_new_wss_url()
            except SlackApiError as error:
                raise SetupProblem(
                    f"Slack refused the app token ({error_code(error) or 'no answer'}).",
                    hint="SLACK_APP_TOKEN starts with xapp- and needs the scope connections:write.",
                ) from error
            await client.connect()  # type: ignore[no-untyped-call]
        self._watch = asyncio.ensure_future(self._watch_over())

    def _client(self) -> SocketModeClient:
        web = AsyncWebClient(base_url=self._api_url, ssl=self._tls, logger=quiet_logger())
        client = SocketModeClient(
            app_token=self._app_token,
            web_client=web,
            ping_interval=_PING_S,
            logger=quiet_logger(),
            on_message_listeners=[self._heard],
        )
        if is_own_machine(self._api_url):
            # The SDK takes HTTPS_PROXY from the environment and does not know NO_PROXY.
            web.proxy = client.proxy = None
        client.socket_mode_request_listeners.append(self._handle)
        return client

    async def _heard(self, message: Any) -> None:
        self._heard_at = time.monotonic()
        if '"hello"' in str(message.data)[:200]:
            self._hello.release()

    async def _handle(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        if self._closing:
            # Not acknowledged, so Slack sends events again, to whoever is connected then.
            return
        with self._rush.one_more():
            started = time.time()
            response = await self._loop.run_in_executor(self._pool, acknowledged, self._app, partial(_read, request))
            await self._answer(client, request, response, started)

    async def _answer(
        self, client: AsyncBaseSocketModeClient, request: SocketModeRequest, response: BoltResponse, started: float
    ) -> None:
        """Answer on the connection that asked, or on the other one while that is being replaced: Slack takes both."""
        for one in sorted(self._clients, key=lambda other: other is not client):
            try:
                await send_async_response(one, request, response, started)
            except (ConnectionError, AttributeError) as error:
                # AttributeError: the SDK's client has no session at that moment.
                log.info("an answer takes the other connection", error=repr(error))
            else:
                return
        log.warning("an answer found no connection", type=request.type)

    async def _watch_over(self) -> None:
        """Say so when Slack goes silent, and help a client that tries an address which is no longer good."""
        said = False
        while True:
            await asyncio.sleep(_WATCH_S)
            connected = [client for client in self._clients if await client.is_connected()]
            pongs = [client.last_ping_pong_time for client in connected if client.last_ping_pong_time]
            if pongs:
                self._heard_at = max(self._heard_at, time.monotonic() - max(0.0, time.time() - max(pongs)))
            if self.silent_s > _DEAF_S and not said:
                log.error("Slack has not been heard", seconds=round(self.silent_s))
            elif self.silent_s <= _DEAF_S and said:
                log.info("Slack is heard again")
            said = self.silent_s > _DEAF_S
            for client in self._clients:
                if client not in connected:
                    # `connect` tries one address for ever, and Slack's addresses live for seconds.
                    client.wss_uri = None

    async def _close(self, timeout_s: float) -> None:
        self._closing = True
        until = time.monotonic() + timeout_s
        while not self._rush.is_over and time.monotonic() < until:
            await asyncio.sleep(0.01)
        if self._watch:
            self._watch.cancel()
        for client in self._clients:
            await client.close()  # type: ignore[no-untyped-call]
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _read(request: SocketModeRequest) -> BoltRequest:
    return BoltRequest(mode="socket_mode", body=request.payload, headers=build_headers(request))


def _not_open(why: str) -> SetupProblem:
    return SetupProblem(
        f"Slack did not open the socket: {why}.",
        hint="Check the network, and that Socket Mode is on in the app's settings.",
    )
