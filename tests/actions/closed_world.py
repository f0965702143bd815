"""A world for any action: every request and program is recorded, answered, and reaches nobody.

Whoever waits in it is cancelled, so that no action comes further than to its first wait after its first change.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from actions import library
from actions.api import Action, Exit
from tests.actions.answers import ANSWERS, Answers
from tests.actions.promises import filled, secrets_of
from tests.actions.recording import Recording
from tests.fakes.serving import Handler, serving

_READING = {"GET", "HEAD", "OPTIONS"}
#: Amazon's EC2 is also read by POST.
_ALSO_READING = "Action=Describe"
_SECRET = "correct-horse-battery"
#: Stands for a program that changes something: it goes on until somebody ends it.
_GOES_ON = ("sleep", "600")


@dataclass
class Quiet(Recording):
    """Answers every request with what is known of it or an empty object; a program without an answer goes on."""

    answers: Answers = field(default_factory=Answers)
    #: Every request and program without an answer, and whether the action had begun by then.
    sent: list[tuple[str, bool]] = field(default_factory=list)
    #: So many of them had been sent when it was cancelled; None: it never waited.
    sent_until_cancelled: int | None = None

    def __post_init__(self) -> None:
        self.cancelled = self._is_cancelled

    def answer(self, method: str, url: str, body: str) -> Any:
        """Note a request, and what is answered."""
        reads = method in _READING or _ALSO_READING in body
        self.sent.append((f"{'reads ' if reads else ''}{method} {url}", bool(self.begun)))
        for asked, answer in self.answers.requests.items():
            known_method, _, part = asked.partition(" ")
            if known_method == method and part in f"{url} {body}":
                return answer
        return {}

    def http(self) -> requests.Session:
        session = requests.Session()
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Nobody(self))
        return session

    def exec(self, argv: Any, **more: Any) -> Exit:
        for word, line in self.answers.programs.items():
            if any(part.endswith(word) for part in argv):
                (more.get("on_line") or self.log)(line)
                return Exit(code=0, tail=(line,))
        self.sent.append((f"{'reads ' if self.previewing else ''}{argv[0]}", bool(self.begun)))
        if self.previewing:
            return Exit(code=1, tail=("nobody is there",))
        return super().exec(_GOES_ON)

    def _is_cancelled(self) -> bool:
        self.sent_until_cancelled = len(self.sent)
        return True


class _Nobody(BaseAdapter):
    def __init__(self, context: Quiet) -> None:
        super().__init__()
        self._context = context

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        known = self._context.answer(str(request.method), str(request.url), str(request.body or ""))
        answer = requests.Response()
        answer.status_code, answer.raw = 200, HTTPResponse(BytesIO(_bytes(known)), preload_content=False)
        answer.request, answer.url = request, str(request.url)
        answer.headers["Content-Type"] = "application/json"
        return answer

    def close(self) -> None:
        """Holds nothing."""


@dataclass
class ClosedWorld:
    context: Quiet
    #: The same answers by HTTP, for those who bring an HTTP client of their own: Amazon's SDK.
    url: str

    def action(self, made: type[Action[Any]]) -> Action[Any]:
        """An action made of its examples and of what its world needs; all secrets that they name are there."""
        self.context.secrets = dict.fromkeys(secrets_of(made), _SECRET)
        self.context.answers = ANSWERS.get(library.name_of(made), Answers())
        for path, text in self.context.answers.files.items():
            file = self.context.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        here = {"endpoint": self.url} if "access_key" in made.model_fields else {}
        action = filled(made, **self.context.answers.fields, **here)
        assert isinstance(action, made)
        return action

    @property
    def changing(self) -> list[str]:
        """What was sent or started that may change something."""
        return [what for what, _ in self.context.sent if not what.startswith("reads ")]

    @property
    def changing_before_begin(self) -> list[str]:
        return [what for what, begun in self.context.sent if not what.startswith("reads ") and not begun]


@contextmanager
def answering(context: Quiet) -> Iterator[str]:
    """A server on this machine that answers like the world; its address."""

    class World(Handler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            answer = _bytes(context.answer(self.command, self.path, body))
            self.reply(200, answer, {"Content-Type": "text/xml"})

        def do_POST(self) -> None:
            self.do_GET()

    with serving(World) as server:
        yield f"http://127.0.0.1:{server.server_port}"


def _bytes(answer: Any) -> bytes:
    return answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
