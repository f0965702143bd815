"""Payloads as Slack sends them, for every listener that there is, and ways to spoil them.

Everything comes from the numbers of a seed, so a payload that broke something can be had again.
"""

import base64
import copy
import json
import random
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

from bot.slack import ids
from bot.slack.app import Listeners
from bot.slack.words import WORDS
from tests.slack_edge.tiny_api import BOT, TEAM

Json = dict[str, Any]
T = TypeVar("T")

#: What a template would make of it stands nowhere else.
PRODUCT, TEMPLATE = "55298377", "{{ 7919 * 6983 }}"
LOUD = ("<!channel>", "<!here>", "<!everyone>", "<!subteam^S0>", "<@U0ADA>", "<https://evil.example|click>")
NASTY: tuple[str, ...] = (
    *LOUD,
    TEMPLATE,
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{{ vars }}{{ env }}{{ run }}",
    "*bold* _it_ ~no~ `code` ```block```",
    "> quote\n• list",
    "$(id) `id` ; rm -rf / && true | cat",
    "' OR 1=1 --",
    "../../../etc/passwd",
    "env:SLACK_BOT_TOKEN",
    "%s %(x)s {0} {x!r}",
    "\u202eright to left\u200b",
    "\x1b[31mred",
    "\U0001f468\u200d\U0001f469",
    "",
    " ",
    "-1",
    "0",
    "9" * 400,
    "1e999",
    "NaN",
    "٣",
    "null",
    "A" * 20_000,
    "&<>" * 1500,
    "`" * 4000,
    "[" * 2500,
    '{"a":' * 500,
)
#: No database takes these.
UNWRITABLE = ("\0", "\ud800")
#: Of the wrong type wherever they stand.
STRANGE: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**70,
    1.5,
    "",
    [],
    {},
    [None],
    {"a": None},
    [[[]]],
    {"id": []},
    ["x"] * 500,
)
USERS = ("U0ADA", "U0GRACE", "U0LINUS", "U0LINUS", "U0NOBODY", BOT, "cli:root", "auto:timer", "workflow:slack")


@dataclass
class Known:
    """What is there, so that a payload can be about something real."""

    #: By the name of a field of `ids.Ref`.
    values: dict[str, list[Any]]
    blocks: list[str]
    url: str
    #: Messages: channel and ts.
    messages: list[tuple[str, str]] = field(default_factory=list)


def refs() -> list[type[ids.Ref]]:
    """Every kind of value that buttons and modals carry."""
    return sorted(ids.Ref.__subclasses__(), key=lambda kind: kind.__name__)


#: What some places carry; others are tried with everything.
_USUAL: dict[str, type[ids.Ref]] = {
    **dict.fromkeys((ids.START, ids.JOB_FORM), ids.JobRef),
    **dict.fromkeys((ids.SHOW_RUN, ids.CANCEL, ids.UNDO, ids.RETRY, ids.RETRY_FROM, ids.DECIDE, ids.LOG), ids.RunRef),
    **dict.fromkeys((ids.LOCK, ids.LOCK_FORM), ids.LockRef),
    **dict.fromkeys((ids.APPROVAL, ids.APPROVAL_FORM), ids.ApprovalRef),
    ids.JOB_CONFIRM: ids.ConfirmRef,
    ids.TIMER: ids.TimerRef,
    ids.UNPAUSE: ids.PauseRef,
    ids.STAR: ids.StarRef,
    ids.CARD: ids.StackRef,
}


class Payloads:
    """Makes payloads, one by one."""

    def __init__(self, seed: int, known: Known, listeners: Listeners) -> None:
        self._dice = random.Random(seed)
        self._known = known
        self._count = 0
        self._made: list[tuple[str, Json]] = []
        #: What answers what: the table of the program itself, so that a new listener is met as well.
        self.kinds: list[tuple[str, str]] = [
            *(("command", name) for name in listeners.commands),
            *(("shortcut", name) for name in listeners.shortcuts),
            *(("message_action", name) for name in listeners.shortcuts),
            *(("step", name) for name in listeners.steps),
            *(("event", name) for name in listeners.events),
            *(("view_submission", name) for name in listeners.views),
            *(("view_closed", name) for name in listeners.views),
            *(("block_suggestion", name) for name in listeners.options),
            *(("block_actions", name) for name in listeners.actions),
            *(("block_actions", "no_such_button"), ("view_submission", "no_such_form"), ("event", "team_join")),
        ]

    def stream(self, count: int) -> Iterator[tuple[str, Json]]:
        """So many envelopes: their type and payload; each listener is met in turn."""
        for index in range(count):
            kind, name = self.kinds[index % len(self.kinds)]
            yield self._one(kind, name)

    def _one(self, kind: str, name: str) -> tuple[str, Json]:
        if self._made and self._roll(0.1):
            # Sent again, or by somebody else.
            envelope, payload = self._pick(self._made)
            payload = copy.deepcopy(payload)
            if self._roll(0.5) and isinstance(payload.get("user"), dict):
                payload["user"]["id"] = self._pick(USERS)
            return envelope, payload
        envelope, payload = self._whole(kind, name)
        if self._roll(0.6):
            for _ in range(self._dice.choice((1, 1, 2, 5))):
                self._spoil(payload)
        if len(self._made) < 500:
            self._made.append((envelope, copy.deepcopy(payload)))
        return envelope, payload

    def _whole(self, kind: str, name: str) -> tuple[str, Json]:
        match kind:
            case "command":
                return "slash_commands", self._command(name)
            case "step":
                return "events_api", self._event(self._step(name))
            case "event":
                return "events_api", self._event(self._said(name))
        payload: Json = {
            "type": kind,
            "user": {"id": self._pick(USERS), "team_id": TEAM},
            "team": {"id": TEAM, "domain": "acme"},
            "trigger_id": self._id("trigger"),
        }
        match kind:
            case "shortcut":
                payload["callback_id"] = name
            case "message_action":
                channel, ts = self._message()
                payload |= {"callback_id": name, "channel": {"id": channel}, "message": {"ts": ts, "text": "x"}}
                payload["response_url"] = self._url()
            case "view_submission" | "view_closed":
                payload["view"] = self._view(name)
            case "block_suggestion":
                payload |= {"action_id": name, "block_id": self._block(), "value": self._text(), "view": self._view("")}
                payload["container"] = {"type": "view", "view_id": payload["view"]["id"]}
            case "block_actions":
                payload |= self._click(name)
        return "interactive", payload

    def _command(self, name: str) -> Json:
        return {
            "command": name,
            "text": self._words(),
            "user_id": self._pick(USERS),
            "channel_id": self._message()[0],
            "channel_name": "ops",
            "team_id": TEAM,
            "trigger_id": self._id("trigger"),
            "response_url": self._url(),
        }

    def _event(self, event: Json) -> Json:
        return {"type": "event_callback", "team_id": TEAM, "event_id": self._id("Ev"), "event": event}

    def _said(self, name: str) -> Json:
        event: Json = {"type": name, "user": self._pick(USERS), "text": self._words(), "ts": "1.1"}
        where = self._pick(
            ({"channel": "C0OPS"}, {"channel": "D1", "channel_type": "im"}, {"thread_ts": "1.0", "channel": "C0OPS"})
        )
        return {**event, **where, "tab": self._pick(("home", "messages"))}

    def _step(self, name: str) -> Json:
        inputs = {
            "stack": self._value("stack"),
            "job": self._value("job"),
            "environment": self._value("environment"),
            "person": self._pick(USERS),
            "answers": self._text(),
        }
        return {
            "type": "function_executed",
            "function": {"callback_id": name},
            "function_execution_id": self._id("Fx"),
            "inputs": inputs,
            "bot_access_token": "xwfp-1",
        }

    def _click(self, name: str) -> Json:
        action_id = self._pick((name, f"{name}.1", f"{name}.staging"))
        action: Json = {
            "action_id": action_id,
            "block_id": self._block(),
            "action_ts": self._id("1."),
            "type": "button",
        }
        if self._roll(0.3):
            action["selected_option"] = {"value": self._pick((self._ref(), "shop/deploy", self._text()))}
        else:
            action["value"] = self._ref(name)
        if self._roll(0.4):
            view = self._view(self._pick(("job_form", "")))
            return {"actions": [action], "view": view, "container": {"type": "view", "view_id": view["id"]}}
        channel, ts = self._message()
        container = {"type": "message", "channel_id": channel, "message_ts": ts, "is_ephemeral": self._roll(0.3)}
        return {
            "actions": [action],
            "container": container,
            "channel": {"id": channel, "name": "ops"},
            "response_url": self._url(),
        }

    def _view(self, callback: str) -> Json:
        id = self._pick((self._id("V"), "V1", "V2", "V3"))
        blocks = [self._block() for _ in range(self._dice.randint(0, 8))]
        return {
            "id": id,
            "root_view_id": self._pick((id, "V1")),
            "type": self._pick(("modal", "modal", "modal", "home")),
            "callback_id": callback,
            "title": {"type": "plain_text", "text": self._text()},
            "private_metadata": self._ref(callback),
            "blocks": [],
            "state": {"values": {block: {"value": self._given()} for block in blocks}},
        }

    def _given(self) -> Json:
        option = {
            "value": self._pick((self._value("environment"), self._text())),
            "text": {"type": "plain_text", "text": "x"},
        }
        return self._pick(
            (
                {"type": "plain_text_input", "value": self._text()},
                {"type": "plain_text_input", "value": self._value("environment")},
                {"type": "number_input", "value": str(self._dice.randint(-5, 500))},
                {"type": "static_select", "selected_option": option},
                {"type": "static_select", "selected_option": None},
                {"type": "checkboxes", "selected_options": [option, {**option}]},
                {"type": "datepicker", "selected_date": self._pick(("2026-11-23", self._text()))},
                {"type": "timepicker", "selected_time": self._pick(("12:30", self._text()))},
                {"type": "datetimepicker", "selected_date_time": self._pick((1_800_000_000, 2**62, -(2**62)))},
                {"type": "users_select", "selected_user": self._pick(USERS)},
                {"type": "conversations_select", "selected_conversation": self._text()},
            )
        )

    def _ref(self, place: str = "") -> str:
        """A value as the program writes it, about things that are there; or no such thing at all."""
        if self._roll(0.1):
            return self._text()
        kind = _USUAL[place] if place in _USUAL and self._roll(0.6) else self._pick(refs())
        values = {one.name: self._value(one.name) for one in fields(kind) if self._roll(0.9)}
        if kind is ids.ConfirmRef and self._roll(0.9):
            values["packed"] = _packed(self._pick(({"reason": "because"}, {"reason": self._text()}, {"reason": [{}]})))
        try:
            return json.dumps(asdict(kind(**values)))
        except (TypeError, ValueError):
            return json.dumps(values)

    def _value(self, name: str) -> Any:
        known = self._known.values.get(name)
        return self._pick(known) if known and self._roll(0.95) else self._text()

    def _words(self) -> str:
        word = self._pick(
            (*WORDS, "shop", "shop deploy on staging", "who may approve shop", "show 1", "lock staging for")
        )
        return " ".join(
            [
                word,
                *(
                    self._pick((self._text(), "staging", "1", "because", "for 2h"))
                    for _ in range(self._dice.randint(0, 3))
                ),
            ]
        )

    def _text(self) -> str:
        if self._roll(0.01):
            return self._pick(UNWRITABLE)
        return self._pick(NASTY) if self._roll(0.8) else self._pick(NASTY) + self._pick(NASTY)

    def _block(self) -> str:
        return self._pick(self._known.blocks) if self._roll(0.9) else self._text()

    def _message(self) -> tuple[str, str]:
        return self._pick([*self._known.messages, ("C0OPS", "1.1"), ("D1", "1.2")])

    def _url(self) -> str:
        return self._pick(
            (self._known.url, self._known.url, self._known.url, "http://169.254.169.254/latest", "file:///etc/passwd")
        )

    def _spoil(self, payload: Json) -> None:
        """Put something wrong in one place, anywhere."""
        places = list(_places(payload))
        if not places:
            return  # one fault after the other has left nothing of it
        holder, key = self._pick(places)
        match self._dice.randint(0, 4):
            case 0:
                holder[key] = copy.deepcopy(self._pick(STRANGE))
            case 1:
                holder[key] = self._text()
            case 2 if isinstance(holder, dict):
                del holder[key]
            case 3 if isinstance(holder, dict):
                holder[self._text()] = copy.deepcopy(holder[key])
            case _:
                holder[key] = _nested(self._pick((3, 20, 100)))

    def _pick(self, of: Sequence[T]) -> T:
        return self._dice.choice(of)

    def _roll(self, chance: float) -> bool:
        return self._dice.random() < chance

    def _id(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count}"


def _places(value: Any, depth: int = 0) -> Iterator[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield value, key
        if depth < 8:
            yield from _places(inner, depth + 1)


def _packed(inputs: Json) -> str:
    """As `ids.pack` does it, also for texts that it never sees."""
    return base64.b85encode(zlib.compress(json.dumps(inputs).encode())).decode()


def _nested(depth: int) -> Any:
    value: Any = "deep"
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value
