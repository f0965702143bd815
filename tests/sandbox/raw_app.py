"""An app that speaks Socket Mode by hand: it acknowledges when, how and where a test says."""

import asyncio
import queue
import threading
import time
from dataclasses import dataclass
from typing import Any, cast

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from tests.sandbox.bare_api import Api

Json = dict[str, Any]


@dataclass(frozen=True)
class Arrival:
    """One message of Slack's."""

    connection: int
    body: Json

    @property
    def payload(self) -> Json:
        return cast("Json", self.body["payload"])


class RawApp:
    """Some connections, and what came over them."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._sockets: list[ClientWebSocketResponse] = []
        self._session: ClientSession | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._arrived: queue.Queue[Arrival] = queue.Queue()

    def connect(self) -> Arrival:
        """Open one more connection; returns its hello."""
        self._do(self._connect(self._api("apps.connections.open")["url"]))
        return self.next("hello")

    def next(self, kind: str, *, timeout_s: float = 8.0) -> Arrival:
        """The next message of this type; others are skipped."""
        end = time.monotonic() + timeout_s
        while (left := end - time.monotonic()) > 0:
            arrival = self._arrived.get(timeout=left)
            if arrival.body["type"] == kind:
                return arrival
        raise AssertionError(f"no {kind} came within {timeout_s:g} s")

    def ack(self, arrival: Arrival, payload: Json | None = None, *, on: int | None = None) -> None:
        """Acknowledge it, maybe on another connection."""
        answer: Json = {"envelope_id": arrival.body["envelope_id"]}
        socket = self._sockets[arrival.connection if on is None else on]
        self._do(socket.send_json({**answer, "payload": payload} if payload is not None else answer))

    def ping(self, words: str) -> str:
        """What the server's pong says."""
        return str(self._do(self._ping(words.encode())))

    def close(self) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _connect(self, url: str) -> None:
        self._session = self._session or ClientSession()
        socket = await self._session.ws_connect(url)
        self._sockets.append(socket)
        self._tasks.append(asyncio.ensure_future(self._listen(socket, len(self._sockets) - 1)))

    async def _listen(self, socket: ClientWebSocketResponse, connection: int) -> None:
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self._arrived.put(Arrival(connection, message.json()))
        self._arrived.put(Arrival(connection, {"type": "gone"}))

    async def _ping(self, words: bytes) -> str:
        assert self._session
        async with self._session.ws_connect(self._api("apps.connections.open")["url"], autoping=False) as socket:
            await socket.ping(words)
            while (message := await socket.receive()).type is not WSMsgType.PONG:
                pass
            return bytes(message.data).decode()

    async def _close(self) -> None:
        for socket in self._sockets:
            await socket.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session:
            await self._session.close()
