"""Socket Mode: the websockets that an app holds, and the envelopes that go over them."""

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from bot.sandbox.clock import Ids
from bot.sandbox.faults import Faults
from bot.sandbox.feed import Feed
from bot.sandbox.journal import Journal
from bot.sandbox.letter import ACK_WITHIN_S, Ack, Letter, NotAcked
from bot.sandbox.seed import APP_ID
from bot.sandbox.wire import Json, Refusal, no_such

#: "Up to 10 concurrent connections per app": https://docs.slack.dev/apis/events-api/using-socket-mode
_MOST_CONNECTIONS = 10
#: How long a connection that is to be replaced still hears answers.
_DRAIN_S = 2.0
_SERVER_PINGS_EVERY_S = 30.0
#: How long a connection that we close may take to say so, too.
_GOODBYE_S = 1.0


@dataclass(kw_only=True)
class Connection:
    """One websocket."""

    id: str
    socket: web.WebSocketResponse
    transport: asyncio.BaseTransport
    opened_at: float = field(default_factory=time.time)
    sent: int = 0
    #: Told to go; nothing new is sent over it.
    is_leaving: bool = False

    def cut(self) -> None:
        """End it as a broken network would, with no close frame."""
        self.is_leaving = True
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    def shown(self) -> Json:
        """As the control routes show it."""
        return {"id": self.id, "opened_at": self.opened_at, "sent": self.sent, "is_leaving": self.is_leaving}


class Sockets:
    """All connections of the app; envelopes go to each in turn, and an answer counts on whichever it comes."""

    def __init__(self, *, ids: Ids, journal: Journal, faults: Faults, feed: Feed) -> None:
        self._ids = ids
        self._journal = journal
        self._faults = faults
        self._feed = feed
        self._tickets: set[str] = set()
        self._connections: dict[str, Connection] = {}
        self._answers: dict[str, asyncio.Future[Json | None]] = {}
        self._turn = 0

    @property
    def is_connected(self) -> bool:
        """Does anybody listen?"""
        return bool(self._connections)

    def ticket(self) -> str:
        """What lets one websocket in. Raises Refusal."""
        if len(self._connections) >= _MOST_CONNECTIONS:
            raise Refusal("too_many_websockets")
        ticket = self._ids.new("ticket")
        self._tickets.add(ticket)
        return ticket

    async def send(self, letter: Letter) -> Ack:
        """Send an envelope and wait for its answer. Raises NotAcked."""
        connection = await self._next()
        envelope = {
            "envelope_id": letter.id,
            "type": letter.kind,
            "payload": letter.payload,
            "accepts_response_payload": letter.kind != "events_api",
        }
        if letter.kind == "events_api":
            envelope |= {"retry_attempt": letter.retry, "retry_reason": letter.retry_reason}
        answer = self._answers.setdefault(letter.id, asyncio.get_running_loop().create_future())
        self._journal.add(
            "envelope", type=letter.kind, body=letter.payload, connection=connection.id, retry=letter.retry
        )
        sent_at = time.monotonic()
        try:
            connection.sent += 1
            await connection.socket.send_json(envelope)
            payload = await asyncio.wait_for(asyncio.shield(answer), ACK_WITHIN_S)
        except ConnectionError as error:
            raise NotAcked("dispatch_failed") from error
        except TimeoutError as error:
            raise NotAcked("operation_timeout") from error
        finally:
            self._answers.pop(letter.id, None)
        ms = (time.monotonic() - sent_at) * 1000
        self._journal.add("ack", type=letter.kind, body=payload, ms=round(ms, 2), envelope_id=letter.id)
        return Ack(payload=payload, ms=ms)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """A websocket's life, from its ticket to its end."""
        if request.query.get("ticket") not in self._tickets:
            raise web.HTTPForbidden(text="This ticket was used, or is none.")
        self._tickets.remove(request.query["ticket"])
        assert request.transport  # noqa: S101 - a request that was just read has one
        socket = web.WebSocketResponse(heartbeat=_SERVER_PINGS_EVERY_S, timeout=_GOODBYE_S)
        connection = Connection(id=self._ids.new("socket"), socket=socket, transport=request.transport)
        await socket.prepare(request)
        self._connections[connection.id] = connection
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self._connections),
                "connection_info": {"app_id": APP_ID},
                "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060},
            }
        )
        self._feed.publish("app", {"connected": True})
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._hear(message.data)
        finally:
            del self._connections[connection.id]
            self._feed.publish("app", {"connected": self.is_connected})
        return socket

    def shown(self) -> list[Json]:
        """As the control routes show them."""
        return [connection.shown() for connection in self._connections.values()]

    def leaving(self, id: str | None = None) -> list[Connection]:
        """The connection of this id, or all, marked as those that have to go. Raises Wrong."""
        leaving = [self._connection(id)] if id else list(self._connections.values())
        for connection in leaving:
            connection.is_leaving = True
        return leaving

    async def replace(self, leaving: list[Connection]) -> None:
        """Ask the app for new connections in the place of these, as Slack does every few hours."""
        for connection in leaving:
            for reason in ("warning", "refresh_requested"):
                with contextlib.suppress(ConnectionError):
                    await connection.socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})
        await asyncio.sleep(_DRAIN_S)
        for connection in leaving:
            await connection.socket.close()

    def drop(self, id: str) -> None:
        """Cut a connection without a word. Raises Wrong."""
        self._connection(id).cut()

    async def close(self) -> None:
        """Hang up on all."""
        await asyncio.gather(*(connection.socket.close() for connection in self._connections.values()))

    async def _next(self) -> Connection:
        """Whose turn it is. Raises NotAcked when nobody listens."""
        if fault := self._faults.take("socket", "drop", "delay"):
            if fault.do == "delay":
                await asyncio.sleep(fault.delay_s)
            else:
                self._in_turn().cut()
        return self._in_turn()

    def _in_turn(self) -> Connection:
        ready = [one for one in self._connections.values() if not one.is_leaving and not one.socket.closed]
        if not ready:
            raise NotAcked("dispatch_failed")
        self._turn += 1
        return ready[self._turn % len(ready)]

    def _hear(self, text: str) -> None:
        try:
            said = json.loads(text)
        except ValueError:
            return
        waiting = self._answers.get(said.get("envelope_id", "")) if isinstance(said, dict) else None
        if waiting and not waiting.done() and not self._faults.take("events", "no_ack_accept"):
            waiting.set_result(said.get("payload"))

    def _connection(self, id: str) -> Connection:
        found = self._connections.get(id)
        if found is None:
            raise no_such("socket", id)
        return found
