"""The two things that an interaction hands to the app to answer with: a trigger_id and a response_url."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import TypeVar

from bot.sandbox.clock import Ids, MovableClock
from bot.sandbox.wire import Json, Refusal

T = TypeVar("T")

_TRIGGER_LIVES_S = 3.0
_REPLY_LIVES_S = 30 * 60.0
_REPLY_USES = 5
_MOST_KEPT = 5000


@dataclass(kw_only=True)
class Trigger:
    """Lets the app open one modal, for the person who acted, within three seconds."""

    user: str
    made_at: float
    #: The modal that was acted in.
    view_id: str | None = None
    is_used: bool = False


@dataclass(kw_only=True)
class ReplyAddress:
    """Lets the app answer five times within half an hour."""

    user: str
    channel: str
    made_at: float
    #: The message that was acted on; for a slash command, what was answered first.
    message: Json | None = None
    uses: int = 0


class Addresses:
    """All that were handed out lately."""

    def __init__(self, clock: MovableClock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._triggers: OrderedDict[str, Trigger] = OrderedDict()
        self._replies: OrderedDict[str, ReplyAddress] = OrderedDict()

    def new_trigger(self, user: str, *, view_id: str | None = None) -> str:
        """A trigger_id for what *user* does now."""
        id = self._ids.new("trigger.")
        _keep(self._triggers, id, Trigger(user=user, made_at=self._clock.unix(), view_id=view_id))
        return id

    def use_trigger(self, id: str) -> Trigger:
        """Who acted. Raises Refusal."""
        trigger = self._triggers.get(id)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.is_used:
            raise Refusal("exchanged_trigger_id")
        if self._clock.unix() - trigger.made_at > _TRIGGER_LIVES_S:
            raise Refusal("expired_trigger_id")
        trigger.is_used = True
        return trigger

    def new_reply(self, user: str, channel: str, message: Json | None = None) -> str:
        """The id in a response_url."""
        id = self._ids.new("R")
        _keep(self._replies, id, ReplyAddress(user=user, channel=channel, message=message, made_at=self._clock.unix()))
        return id

    def reply(self, id: str) -> ReplyAddress:
        """Where it leads, without using it up."""
        return self._replies[id]

    def use_reply(self, id: str) -> ReplyAddress:
        """Where to answer. Raises Refusal."""
        address = self._replies.get(id)
        if address is None or self._clock.unix() - address.made_at > _REPLY_LIVES_S:
            raise Refusal("expired_url")
        if address.uses >= _REPLY_USES:
            raise Refusal("used_url")
        address.uses += 1
        return address


def _keep(kept: OrderedDict[str, T], id: str, one: T) -> None:
    kept[id] = one
    if len(kept) > _MOST_KEPT:
        kept.popitem(last=False)
