"""What is sent to the app, whichever way, and what comes back."""

from dataclasses import dataclass
from typing import Literal

from bot.sandbox.wire import Json

#: "Your app must respond within 3 seconds": https://docs.slack.dev/interactivity/handling-user-interaction
ACK_WITHIN_S = 3.0

Kind = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One thing that happened."""

    #: The same when it is sent again.
    id: str
    kind: Kind
    payload: Json
    #: How often it was sent before, and why again.
    retry: int = 0
    retry_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Ack:
    """The app took it, *ms* milliseconds later; *payload* is what it answered with."""

    payload: Json | None
    ms: float


class NotAcked(Exception):  # noqa: N818 - it reads as what happened
    """The app did not take it in time. *word* is what Slack shows to the person who acted."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word
