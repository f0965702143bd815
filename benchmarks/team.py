"""Many people at once in one workspace, each with a channel of their own: Slack takes one message a second in each."""

import asyncio
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, ClientTimeout, TCPConnector

Json = dict[str, Any]

_PATIENCE_S = 60.0
_LOOK_EVERY_S = 0.02


@dataclass(frozen=True, kw_only=True)
class Button:
    """A button in a message."""

    ts: str
    block_id: str
    action_id: str


class Team:
    """People who all press the same buttons."""

    def __init__(self, url: str, *, size: int, session: ClientSession) -> None:
        self._url = f"{url}sandbox/"
        self._session = session
        self._names = [f"person{nth:03d}" for nth in range(size)]
        self._buttons: dict[str, dict[str, Button]] = {}
        #: The last entry of the journal that was read.
        self._read = 0

    async def gather(self, board: str) -> None:
        """Bring everybody in, and have the buttons posted in each channel by `/stack BOARD`."""
        await self._post("rates", {"on": False})
        for name in self._names:
            await self._post("people", {"name": name, "id": _user(name)})
        for name in self._names:
            await self._post("channels", {"name": name, "id": _channel(name)})
            await self._act(name, "command", channel=_channel(name), command="/stack", text=board)
        async with asyncio.timeout(_PATIENCE_S):
            while len(self._buttons) < len(self._names):
                await asyncio.sleep(_LOOK_EVERY_S * 10)
                self._find_buttons(await self._snapshot(self._names[0]))

    def some(self, many: int, *, turn: int = 0) -> list[str]:
        """So many of them; others at each turn, as long as there are others."""
        return [self._names[(turn * many + nth) % len(self._names)] for nth in range(many)]

    async def click(self, names: list[str], *, button: str = "Echo") -> list[float]:
        """They press it at once. Returns ms until each was acknowledged."""
        await self._news()
        return await asyncio.gather(*(self._click(name, button) for name in names))

    async def forms(self, names: list[str]) -> dict[str, Json]:
        """The form that opened for each of them since `click`; waits for all."""
        found: dict[str, Json] = {}
        async with asyncio.timeout(_PATIENCE_S):
            while len(found) < len(names):
                for entry in await self._news():
                    view = (entry.get("response") or {}).get("view") or {}
                    for name in names:
                        if view.get("callback_id") == "job_form" and _channel(name) in view["private_metadata"]:
                            found[name] = view
        return found

    async def close(self, forms: dict[str, Json]) -> None:
        """They all think better of it."""
        await asyncio.gather(*(self._act(name, "close", view_id=view["id"]) for name, view in forms.items()))

    async def submit(self, forms: dict[str, Json], text: str = "hello") -> list[float]:
        """They all send their form at once. Returns ms until each was acknowledged."""
        return await asyncio.gather(*(self._submit(name, view, text) for name, view in forms.items()))

    async def first_messages(self, names: list[str]) -> list[float]:
        """Ms from the moment each form was sent to the first message in that person's channel; waits for all."""
        sent_at: dict[str, float] = {}
        took_ms: dict[str, float] = {}
        async with asyncio.timeout(_PATIENCE_S):
            while len(took_ms) < len(names):
                for entry in await self._news():
                    if entry["kind"] == "envelope" and entry["body"]["type"] == "view_submission":
                        sent_at[_channel(entry["body"]["user"]["username"])] = entry["at"]
                    elif entry.get("method") == "chat.postMessage" and entry["body"]["channel"] in sent_at:
                        channel = entry["body"]["channel"]
                        took_ms.setdefault(channel, (entry["at"] - sent_at[channel]) * 1000)
        return list(took_ms.values())

    async def _news(self) -> list[Json]:
        """What the app and the workspace said since the last look; little at a time, since looking takes time, too."""
        await asyncio.sleep(_LOOK_EVERY_S)
        async with self._session.get(f"{self._url}journal", params={"after": str(self._read)}) as answer:
            entries: list[Json] = await answer.json()
        self._read = max((int(entry["n"]) for entry in entries), default=self._read)
        return entries

    async def _click(self, name: str, button: str) -> float:
        at = self._buttons[_channel(name)][button]
        container = {"type": "message", "channel": _channel(name), "ts": at.ts}
        action = {"block_id": at.block_id, "action_id": at.action_id}
        return await self._act(name, "block", container=container, action=action)

    async def _submit(self, name: str, view: Json, text: str) -> float:
        block = next(block for block in view["blocks"] if block["type"] == "input")
        element = block["element"]
        values = {block["block_id"]: {element["action_id"]: {"type": element["type"], "value": text}}}
        return await self._act(name, "submit", view_id=view["id"], state={"values": values})

    async def _act(self, name: str, act: str, **body: Any) -> float:
        answer = await self._post(f"act/{act}?as={name}&wait=ack", body)
        if answer.get("errors") or not answer.get("acked", True):
            raise SystemExit(f"{act} by {name} was not taken: {answer}")
        return float(answer.get("ms", 0.0))

    async def _post(self, path: str, body: Json) -> Json:
        async with self._session.post(f"{self._url}{path}", json=body) as answer:
            answered: Json = await answer.json()
            return answered

    async def _snapshot(self, name: str) -> Json:
        async with self._session.get(f"{self._url}snapshot", params={"as": name}) as answer:
            seen: Json = await answer.json()
            return seen

    def _find_buttons(self, seen: Json) -> None:
        for name in self._names:
            for message in seen["messages"].get(_channel(name), []):
                for block in message.get("blocks", []):
                    for element in block.get("elements", []):
                        if element["type"] == "button":
                            button = Button(
                                ts=message["ts"], block_id=block["block_id"], action_id=element["action_id"]
                            )
                            self._buttons.setdefault(_channel(name), {})[element["text"]["text"]] = button


def open_session() -> ClientSession:
    """As many connections as there are people."""
    return ClientSession(connector=TCPConnector(limit=0), timeout=ClientTimeout(total=_PATIENCE_S))


def _user(name: str) -> str:
    return f"U0{name.upper()}"


def _channel(name: str) -> str:
    return f"C0{name.upper()}"
