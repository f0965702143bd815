"""As much of Slack as the edge's own tests need: real HTTP, a real websocket, and faults at will.

The sandbox is the whole thing; this one is small enough to break on purpose, call by call.
"""

import asyncio
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import WSMsgType, web

from tests.slack_edge.reading import buttons
from tests.slack_edge.tiny_api import CHANNELS, TEAM, TinyApi


@dataclass
class Fault:
    """What happens to the next call of *method*."""

    method: str
    #: "error", "ratelimited", "reset_after" (done, but no answer), "reset_before", "status"
    kind: str
    error: str = ""
    retry_after: int = 1


@dataclass
class TinySlack(TinyApi):
    """One workspace."""

    faults: list[Fault] = field(default_factory=list)
    #: What Slack says no to from now on, by method and channel, in its own word.
    refusals: dict[tuple[str, str], str] = field(default_factory=dict)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    #: Calls that wait until the test lets them go, by method.
    gates: dict[str, threading.Event] = field(default_factory=dict)
    #: How long it waits for an answer. People see a fault after 3 s; who asks whether there is one at all waits longer.
    patience_s: float = 3.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self._acks: dict[str, asyncio.Future[Any]] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._turn = itertools.count()

    def start(self) -> None:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)

    def stop(self) -> None:
        for gate in self.gates.values():
            gate.set()
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    # What people do

    def command(self, text: str, *, user: str = "U0ADA", channel: str = "C0OPS") -> Any:
        """Type /stack; returns the answer in the acknowledgement."""
        return self.send("slash_commands", self.command_payload(text, user=user, channel=channel))

    def command_payload(self, text: str, *, user: str = "U0ADA", channel: str = "C0OPS") -> dict[str, Any]:
        return {
            "command": "/stack",
            "text": text,
            "user_id": user,
            "channel_id": channel,
            "channel_name": CHANNELS.get(channel, "directmessage"),
            "team_id": TEAM,
            "trigger_id": self._id("trigger"),
            "response_url": f"{self.url}/response/{user}",
        }

    def event(self, event: dict[str, Any], *, id: str = "") -> Any:
        payload = {"type": "event_callback", "team_id": TEAM, "event_id": id or self._id("Ev"), "event": event}
        return self.send("events_api", payload)

    def press(self, button: dict[str, Any], *, user: str = "U0ADA", times: int = 1, **where: Any) -> Any:
        """Press a button; *where* has `message` or `view`; without either it stands in a private message."""
        payload = self._interaction("block_actions", user)
        payload["actions"] = [{**button, "block_id": "b", "action_ts": f"{time.time():.6f}"}]
        if view := where.get("view"):
            payload |= {"container": {"type": "view", "view_id": view["id"]}, "view": view}
        else:
            message = where.get("message")
            channel = message["channel"] if message else "C0OPS"
            payload["channel"] = {"id": channel, "name": CHANNELS.get(channel, "directmessage")}
            payload["container"] = {
                "type": "message",
                "channel_id": channel,
                "message_ts": message["ts"] if message else "1.1",
                "is_ephemeral": message is None,
            }
            payload["response_url"] = f"{self.url}/response/{user}"
        answers = [self.send("interactive", payload) for _ in range(times)]
        return answers[0]

    def click(self, label: str, *, user: str = "U0ADA", times: int = 1, **where: Any) -> Any:
        """Press the button of this label in `message`, `view` or the newest private message."""
        shown = where.get("message") or where.get("view") or self.private[-1]
        found = [button for button in buttons(shown["blocks"]) if button["text"]["text"] == label]
        assert found, f"no button {label!r} among {[one['text']['text'] for one in buttons(shown['blocks'])]}"
        return self.press(found[0], user=user, times=times, **where)

    def submit(self, view: dict[str, Any], *, user: str = "U0ADA", **values: Any) -> Any:
        """Send a modal; *values* by block id without "field."; what is not given keeps its initial value."""
        payload = self._interaction("view_submission", user)
        payload["view"] = {**view, "state": {"values": dict(_state(view, values))}}
        answer = self.send("interactive", payload) or {}
        if answer.get("response_action") == "push":
            self._add_view(answer["view"], root=view["root_view_id"])
        elif answer.get("response_action") == "update":
            self.views[view["id"]] |= answer["view"]
        elif answer.get("response_action") != "errors":
            self.views.clear()
        return answer

    def shortcut(self, callback: str, *, user: str = "U0ADA") -> Any:
        payload = self._interaction("shortcut", user)
        payload["callback_id"] = callback
        return self.send("interactive", payload)

    def send(self, kind: str, payload: dict[str, Any], **more: Any) -> Any:
        """Send an envelope to the next connection; returns the acknowledgement's payload, "none" without one in time.

        *more* is what else stands on it: `retry_attempt` and `retry_reason`.
        """
        return asyncio.run_coroutine_threadsafe(self._send(kind, payload, more), self._loop).result()

    def send_all(self, envelopes: Iterable[tuple[str, dict[str, Any]]], *, at_once: int = 16) -> list[Any]:
        """Send so many at a time; returns the acknowledgements' payloads in the order of the envelopes."""
        left, answers = enumerate(envelopes), dict[int, Any]()

        async def person() -> None:
            for index, (kind, payload) in left:
                answers[index] = await self._send(kind, payload, {})

        async def everybody() -> None:
            await asyncio.gather(*(person() for _ in range(at_once)))

        asyncio.run_coroutine_threadsafe(everybody(), self._loop).result()
        return [answers[index] for index in sorted(answers)]

    # What a test looks at

    @property
    def modal(self) -> dict[str, Any]:
        """The top one."""
        return list(self.views.values())[-1]

    def message(self, part: str, *, channel: str = "C0OPS") -> dict[str, Any]:
        """The newest message with *part* in its text; not one in a thread."""
        top = [one for one in self.messages[channel].values() if "thread_ts" not in one]
        return next(one for one in reversed(top) if part in one["text"])

    def thread(self, message: dict[str, Any]) -> list[dict[str, Any]]:
        """The replies below a message."""
        return [one for one in self.messages[message["channel"]].values() if one.get("thread_ts") == message["ts"]]

    def until(self, holds: Callable[[], Any], *, timeout_s: float = 60.0) -> Any:
        """Wait until *holds* returns something true, and return it."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            try:
                if found := holds():
                    return found
            except (StopIteration, IndexError, KeyError):
                pass
            time.sleep(0.01)
        raise AssertionError(f"nothing came within {timeout_s} s; calls: {[name for name, _ in self.calls[-20:]]}")

    # Inside

    def _interaction(self, kind: str, user: str) -> dict[str, Any]:
        team = {"id": TEAM, "domain": "acme"}
        return {"type": kind, "user": {"id": user}, "team": team, "trigger_id": self._id("trigger")}

    async def _start(self) -> None:
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/api/{method}", self._call)
        app.router.add_post("/response/{user}", self._respond)
        app.router.add_post("/upload/{id}", self._uploaded)
        app.router.add_get("/link", self._link)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._port = self._runner.addresses[0][1]

    async def _send(self, kind: str, payload: dict[str, Any], more: dict[str, Any]) -> Any:
        id = self._id("envelope")
        self._acks[id] = self._loop.create_future()
        live = [socket for socket in self.sockets if not socket.closed]
        await live[next(self._turn) % len(live)].send_json(
            {"type": kind, "envelope_id": id, "payload": payload, "accepts_response_payload": True, **more}
        )
        try:
            return await asyncio.wait_for(self._acks[id], self.patience_s)
        except TimeoutError:
            return "none"
        finally:
            del self._acks[id]

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        await socket.send_json({"type": "hello", "num_connections": len(self.sockets)})
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                ack = json.loads(message.data)
                future = self._acks.get(ack["envelope_id"])
                if future and not future.done():
                    future.set_result(ack.get("payload"))
        return socket

    async def _respond(self, request: web.Request) -> web.Response:
        fault = next((one for one in self.faults if one.method == "response_url"), None)
        if fault:
            self.faults.remove(fault)
            return web.Response(status=400, text=fault.error)
        self.private.append({"user": request.match_info["user"], **await request.json()})
        return web.Response(text="ok")

    async def _uploaded(self, request: web.Request) -> web.Response:
        self.files[request.match_info["id"]] = await request.read()
        return web.Response(text="OK")

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method, arguments = request.match_info["method"], await _arguments(request)
        self.calls.append((method, arguments))
        gate = self.gates.get(method)
        if gate:
            await self._loop.run_in_executor(None, gate.wait, 10)
        fault = next((one for one in self.faults if one.method == method), None)
        if fault:
            self.faults.remove(fault)
            if fault.kind == "ratelimited":
                headers = {"Retry-After": str(fault.retry_after)}
                return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
            if fault.kind == "error":
                return web.json_response({"ok": False, "error": fault.error})
            if fault.kind == "status":
                return web.Response(status=503, text="<html>no</html>")
        if refusal := self.refusals.get((method, arguments.get("channel", ""))):
            return web.json_response({"ok": False, "error": refusal})
        if fault is None or fault.kind != "reset_before":
            answer = getattr(self, "_" + method.replace(".", "_"))(arguments)
        if fault:
            assert request.transport
            request.transport.abort()
            raise ConnectionResetError
        return web.json_response({"ok": True, **answer} if "error" not in answer else {"ok": False, **answer})


async def _arguments(request: web.Request) -> dict[str, Any]:
    text = await request.text()
    is_json = request.content_type == "application/json"
    found: dict[str, Any] = json.loads(text or "{}") if is_json else dict(parse_qsl(text))
    for name in ("files", "blocks", "view", "metadata"):
        if isinstance(found.get(name), str):
            found[name] = json.loads(found[name])
    return found


def _state(view: dict[str, Any], values: dict[str, Any]) -> Iterable[tuple[str, dict[str, Any]]]:
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element, name = block["element"], block["block_id"].removeprefix("field.")
        if element["type"] == "static_select":
            picked = element.get("initial_option")
            if name in values:
                picked = {"value": values[name]}
            yield block["block_id"], {element["action_id"]: {"type": element["type"], "selected_option": picked}}
        else:
            value = values.get(name, element.get("initial_value"))
            yield block["block_id"], {element["action_id"]: {"type": element["type"], "value": value}}
