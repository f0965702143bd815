"""Tells the app what a person did, waits for its answer, and shows the person what Slack shows when none comes."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.letter import Ack, Kind, NotAcked
from bot.sandbox.wire import Json, Refusal
from bot.sandbox.world import World

#: Slack's own words in a modal when the app does not answer, or not with what Slack can use.
TROUBLE = "We had some trouble connecting. Try again?"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How it went, for whoever waits for the acknowledgement."""

    is_acked: bool
    ms: float = 0.0
    error: str = ""
    #: What the app answered with.
    payload: Json | None = None

    def shown(self) -> Json:
        """As the act routes answer."""
        body: Json = {"ok": True, "acked": self.is_acked, "ms": round(self.ms, 2)}
        if self.error:
            body["error"] = self.error
        if errors := (self.payload or {}).get("errors"):
            body["errors"] = errors
        return body


async def tell(
    world: World,
    kind: Kind,
    payload: Json,
    *,
    user: str,
    busy: str | None,
    taken: Callable[[Ack], None] | None = None,
    failed: Callable[[str], None],
) -> Outcome:
    """Send *payload* for *user*; *busy* is what shows the loading state until the answer.

    *taken* acts on the answer and may raise Refusal; *failed* shows Slack's word for what went wrong.
    """
    if busy:
        world.feed.publish("busy", {"key": busy, "on": True}, to=[user])
    try:
        ack = await world.delivery.ask(kind, payload)
        if taken:
            taken(ack)
    except NotAcked as silence:
        failed(silence.word)
        return Outcome(is_acked=False, error=silence.word)
    except Refusal as refusal:
        failed(refusal.error)
        return Outcome(is_acked=True, error=refusal.error)
    finally:
        if busy:
            world.feed.publish("busy", {"key": busy, "on": False}, to=[user])
    return Outcome(is_acked=True, ms=ack.ms, payload=ack.payload)
