"""What travels between Slack, its people and an app: JSON objects, and Slack's way to say no."""

from collections.abc import Sequence
from typing import Any

#: One of Slack's own objects, as it stands in Slack's reference; inside these rooms nothing is renamed.
Json = dict[str, Any]


class Refusal(Exception):  # noqa: N818 - it reads as what happened
    """Slack does not do it. *error* is Slack's word; *messages* say where, *more* are further fields of the answer."""

    def __init__(self, error: str, *, messages: Sequence[str] = (), **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.messages = list(messages)
        self.more = more

    def answer(self) -> Json:
        """The body of Slack's answer."""
        body: Json = {"ok": False, "error": self.error, **self.more}
        if self.messages:
            body["errors"] = [message.removeprefix("[ERROR] ") for message in self.messages]
            body["response_metadata"] = {"messages": self.messages}
        return body


class Wrong(Exception):  # noqa: N818
    """What the page or a test asked for cannot be. The text is a sentence; *status* is HTTP's."""

    def __init__(self, reason: str, *, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


def no_such(what: str, name: object) -> Wrong:
    """There is no *what* of this name."""
    return Wrong(f"There is no {what} {name!r}.", status=404)
