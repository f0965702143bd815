"""A person at the sandbox's page, without the page: what tests click, fill and read in one short line each."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import requests

T = TypeVar("T")
Json = dict[str, Any]

_TIMEOUT_S = 60.0
_SELECTS = ("static_select", "external_select", "radio_buttons")
_MANY = ("checkboxes", "multi_static_select", "multi_external_select")
_OTHER_VALUES = {
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
}


@dataclass
class Slack:
    """One person in the workspace at *url*."""

    url: str
    as_: str = "ada"
    _session: requests.Session = field(default_factory=requests.Session, repr=False)

    def as_name(self, name: str) -> "Slack":
        """The same workspace, as somebody else."""
        return Slack(self.url, name)

    # What a person does

    def message(self, text: str, *, channel: str = "#ops", thread: Json | None = None) -> Json:
        """Write a message; returns it. `channel="bot"` is the direct messages with the bot."""
        body: Any = {"channel": self._channel(channel), "text": text}
        body |= {"thread_ts": thread["ts"]} if thread else {}
        self.act("message", **body)
        found = self.messages(channel, thread=thread)
        return [one for one in found if one["user"] == self.id][-1]

    def mention(self, text: str, *, channel: str = "#ops") -> Json:
        """Write to the bot in a channel."""
        return self.message(f"<@{self.snapshot()['bot']['user_id']}> {text}", channel=channel)

    def command(self, text: str, *, channel: str = "#ops", command: str = "/stack", wait: bool = True) -> Json:
        """Type a slash command; returns how it was acknowledged."""
        return self.act("command", wait=wait, channel=self._channel(channel), command=command, text=text)

    def shortcut(self, callback_id: str, **where: Any) -> Json:
        """Use a shortcut; *where* has `channel` and `ts` for one of a message."""
        return self.act("shortcut", wait=True, callback_id=callback_id, **where)

    def open_home(self) -> None:
        """Look at the App Home."""
        self.act("home")

    def click(self, where: Json, label: str, *, wait: bool = True, times: int = 1) -> Json:
        """Press the button of this label (or action_id) in a message, a modal or the App Home."""
        try:
            return self._press(where, label, wait=wait, times=times)
        except AssertionError as error:
            if "There is no element" not in str(error) or "ts" not in where:
                raise
        # The message was drawn anew just before: a person presses the button that is there now.
        shown = [one for said in self.snapshot()["messages"].values() for one in said if one["ts"] == where["ts"]]
        return self._press(shown[0], label, wait=wait, times=times)

    def _press(self, where: Json, label: str, *, wait: bool, times: int) -> Json:
        block, button = self._element(where, lambda one: label in (_words(one.get("text")), one.get("action_id")))
        action = {"block_id": block["block_id"], "action_id": button["action_id"]}
        answers = [self._do(where, action, wait=wait and nth == times - 1) for nth in range(times)]
        return answers[-1]

    def choose(self, where: Json, action_id: str, option: str, *, wait: bool = True) -> Json:
        """Choose the option of this text (or value) in a select or an overflow menu."""
        block, element = self._element(where, lambda one: one.get("action_id") == action_id)
        chosen = {"selected_option": _option(element, option)}
        return self._do(where, {"block_id": block["block_id"], "action_id": action_id, **chosen}, wait=wait)

    def answer(self, modal: Json, label: str, value: Any, *, wait: bool = True) -> Json:
        """Put something into one input of a modal that tells the bot at once; the others hold what they hold."""
        put = _state(modal, {label: value})
        [(block_id, inputs)] = put.items()
        [(action_id, given)] = inputs.items()
        return self.act(
            "block",
            wait=wait,
            container={"type": "view", "view_id": modal["id"]},
            action={"block_id": block_id, "action_id": action_id, **given},
            state={"values": {**modal["state"]["values"], **put}},
        )

    def submit(self, modal: Json | None = None, values: Json | None = None, *, wait: bool = True) -> Json:
        """Send the top modal with *values* by label (or block_id); the rest as it stands there.

        Returns how it was acknowledged, with `errors` by block_id.
        """
        view = modal or self.modal()
        return self.act("submit", wait=wait, view_id=view["id"], state={"values": _state(view, values or {})})

    def upload(self, name: str, content: bytes) -> Json:
        """Give a file to Slack, for an input of a modal: `submit(form, {"Report": [slack.upload(...)]})`."""
        query = {"as": self.as_, "name": name}
        url = f"{self.url}sandbox/upload"
        file: Json = self._read(self._session.post(url, params=query, data=content, timeout=30))
        return file

    def close(self, modal: Json | None = None, *, all_of_them: bool = False) -> None:
        """Close the top modal."""
        self.act("close", view_id=(modal or self.modal())["id"], is_cleared=all_of_them)

    def act(self, name: str, /, *, wait: bool = False, **body: Any) -> Json:
        """Do anything; with *wait* until the bot acknowledged it, or 3 s."""
        query = {"as": self.as_, **({"wait": "ack"} if wait else {})}
        answer: Json = self._read(
            self._session.post(f"{self.url}sandbox/act/{name}", params=query, json=body, timeout=30)
        )
        return answer

    # What a person sees

    @property
    def id(self) -> str:
        """The person's id."""
        return str(self.snapshot()["me"])

    def snapshot(self) -> Json:
        """Everything that the person sees now."""
        seen: Json = self.get("snapshot")
        return seen

    def messages(self, channel: str = "#ops", *, thread: Json | None = None) -> list[Json]:
        """The messages of a channel, oldest first, or those below one of them."""
        found: list[Json] = self.snapshot()["messages"].get(self._channel(channel), [])
        if thread:
            return [one for one in found if one.get("thread_ts") == thread["ts"] != one["ts"]]
        return [one for one in found if one.get("thread_ts", one["ts"]) == one["ts"]]

    def ephemerals(self, channel: str = "#ops") -> list[Json]:
        """What only this person sees in a channel, oldest first."""
        found: list[Json] = self.snapshot()["ephemerals"].get(self._channel(channel), [])
        return found

    def modal(self) -> Json:
        """The top modal; waits until there is one."""
        opened: list[Json] = self.until(lambda: self.snapshot()["modals"])
        return opened[-1]

    def home(self) -> Json:
        """The App Home; waits until there is one."""
        shown: Json = self.until(lambda: self.snapshot()["home"])
        return shown

    def until(self, holds: Callable[[], T | None], *, timeout_s: float = _TIMEOUT_S) -> T:
        """Wait until *holds* returns something that is true, and return it."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            if found := holds():
                return found
            time.sleep(0.02)
        recent = [(entry["kind"], entry.get("method") or entry.get("type")) for entry in self.journal()[-15:]]
        raise AssertionError(f"nothing came within {timeout_s:g} s; last in the journal: {recent}")

    def message_with(self, part: str, *, channel: str = "#ops", timeout_s: float = _TIMEOUT_S) -> Json:
        """The newest message of the channel with *part* in its texts; waits until there is one."""
        return self.until(
            lambda: next((one for one in reversed(self.messages(channel)) if part in read(one)), None),
            timeout_s=timeout_s,
        )

    # What no Slack would let a person do

    def get(self, path: str, /, **query: Any) -> Any:
        """Read a control route."""
        return self._read(self._session.get(f"{self.url}sandbox/{path}", params={"as": self.as_, **query}, timeout=30))

    def post(self, path: str, /, **body: Any) -> Any:
        """Change something by a control route."""
        return self._read(self._session.post(f"{self.url}sandbox/{path}", json=body, timeout=30))

    def delete(self, path: str) -> None:
        """Remove something by a control route."""
        self._read(self._session.delete(f"{self.url}sandbox/{path}", timeout=30))

    def journal(self, kind: str | None = None, *, after: int = 0) -> list[Json]:
        """What the bot and Slack said to each other: kinds call, envelope, ack, http."""
        found: list[Json] = self.get("journal", after=after, **({"kind": kind} if kind else {}))
        return found

    def calls(self, method: str) -> list[Json]:
        """The arguments of each call of a method."""
        return [entry["body"] for entry in self.journal("call") if entry["method"] == method]

    def fault(self, on: str, do: str, **more: Any) -> None:
        """Let something go wrong: see `bot/sandbox/faults.py`."""
        self.post("faults", on=on, do=do, **more)

    def advance(self, seconds: float) -> None:
        """Let the workspace's time pass at once."""
        self.post("clock", advance_s=seconds)

    # Inside

    def _do(self, where: Json, action: Json, *, wait: bool) -> Json:
        if "hash" in where:
            container = {"type": "view", "view_id": where["id"]}
        else:
            container = {"type": "message", "channel": self._channel_of(where), "ts": where["ts"]}
        return self.act("block", wait=wait, container=container, action=action)

    def _channel_of(self, message: Json) -> str:
        seen = self.snapshot()
        places = [*seen["messages"].items(), *seen["ephemerals"].items()]
        return next(str(id) for id, said in places if any(one["ts"] == message["ts"] for one in said))

    def _channel(self, name: str) -> str:
        channels = self.snapshot()["channels"]
        if name == "bot":
            return next((str(one["id"]) for one in channels if one["is_im"]), "")
        return next((str(one["id"]) for one in channels if name in (f"#{one['name']}", one["id"])), name)

    def _element(self, where: Json, fits: Callable[[Json], bool]) -> tuple[Json, Json]:
        every = [(block, element) for block in where["blocks"] for element in elements(block)]
        found = next(((block, element) for block, element in every if fits(element)), None)
        assert found, f"no such element among {[_words(one.get('text')) or one.get('action_id') for _, one in every]}"
        return found

    def _read(self, answer: requests.Response) -> Any:
        assert answer.ok, f"{answer.status_code}: {answer.text}"
        return answer.json()


def read(shown: Json) -> str:
    """All words of a message or a view, one text per line, buttons in [brackets]."""
    words = [shown["text"]] if isinstance(shown.get("text"), str) else []
    return "\n".join([*words, *(text for block in shown.get("blocks", ()) for text in _texts(block))])


def elements(block: Json) -> Iterator[Json]:
    """What one can act on in a block."""
    for name in ("accessory", "element"):
        if name in block:
            yield block[name]
    if block["type"] in {"actions", "context"}:
        yield from block["elements"]


def _texts(block: Json) -> Iterator[str]:
    yield from filter(None, [_words(block.get("text")), _words(block.get("label")), _words(block.get("hint"))])
    yield from (_words(field) for field in block.get("fields", ()))
    for element in elements(block):
        if element["type"] == "button":
            yield f"[{_words(element['text'])}]"
        elif isinstance(element.get("text"), str):
            yield element["text"]


def _words(text: Any) -> str:
    return str(text.get("text", "")) if isinstance(text, dict) else ""


def _state(view: Json, values: Json) -> Json:
    inputs = {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}
    by_label = {_words(block["label"]): id for id, block in inputs.items()}
    state: Json = {}
    for name, value in values.items():
        id = name if name in inputs else by_label.get(name, "")
        assert id, f"no input {name!r} among {sorted(by_label)}"
        element = inputs[id]["element"]
        state[id] = {element["action_id"]: {"type": element["type"], **_given(element, value)}}
    return state


def _given(element: Json, value: Any) -> Json:
    kind = element["type"]
    if kind in _SELECTS:
        return {"selected_option": _option(element, value) if value else None}
    if kind in _MANY:
        return {"selected_options": [_option(element, one) for one in value]}
    if kind == "datetimepicker":
        return {"selected_date_time": value}
    if kind == "file_input":
        return {"files": value or []}
    return {_OTHER_VALUES.get(kind, "value"): None if value is None else str(value)}


def _option(element: Json, name: str) -> Json:
    groups = [group["options"] for group in element.get("option_groups", ())]
    known: list[Json] = [one for options in [element.get("options", []), *groups] for one in options]
    found = next((one for one in known if name in (_words(one["text"]), one["value"])), None)
    if found is None and element["type"].endswith("external_select"):
        return {"text": {"type": "plain_text", "text": name}, "value": name}
    assert found, f"no option {name!r} among {[_words(one['text']) for one in known]}"
    return found
