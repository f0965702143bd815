"""pins.*: messages that the app keeps at hand in a channel."""

from bot.sandbox.api.method import Method, channel_of, required
from bot.sandbox.rates import Tier
from bot.sandbox.seed import BOT_USER, Channel
from bot.sandbox.wire import Json, Refusal
from bot.sandbox.world import World

#: https://slack.com/help/articles/205239997-Pin-messages-and-bookmark-links
_MOST_PINS = 100


def add(world: World, asked: Json) -> Json:
    """pins.add."""
    channel, message = _message(world, asked)
    if "pinned_to" in message:
        raise Refusal("already_pinned")
    if len(_pinned(world, channel)) >= _MOST_PINS:
        raise Refusal("too_many_pins")
    more = {"pinned_to": [channel.id], "pinned_info": {"channel": channel.id, "pinned_by": BOT_USER}}
    world.workspace.edit(channel, message["ts"], {**message, **more})
    return {}


def remove(world: World, asked: Json) -> Json:
    """pins.remove."""
    channel, message = _message(world, asked)
    if "pinned_to" not in message:
        raise Refusal("no_pin")
    kept = {name: value for name, value in message.items() if not name.startswith("pinned_")}
    world.workspace.edit(channel, message["ts"], kept)
    return {}


def of_channel(world: World, asked: Json) -> Json:
    """pins.list."""
    channel = channel_of(world, asked.get("channel"))
    items = [{"type": "message", "channel": channel.id, "message": message} for message in _pinned(world, channel)]
    return {"items": items}


def _message(world: World, asked: Json) -> tuple[Channel, Json]:
    channel = channel_of(world, asked.get("channel"))
    if BOT_USER not in channel.members:
        raise Refusal("not_in_channel")
    message = world.workspace.message(channel.id, required(asked, "timestamp"))
    if message is None:
        raise Refusal("message_not_found")
    return channel, message


def _pinned(world: World, channel: Channel) -> list[Json]:
    return [message for message in world.workspace.messages[channel.id].values() if "pinned_to" in message]


METHODS = {
    "pins.add": Method(do=add, tier=Tier.TWO, scopes=("pins:write",)),
    "pins.remove": Method(do=remove, tier=Tier.TWO, scopes=("pins:write",)),
    "pins.list": Method(do=of_channel, tier=Tier.TWO, scopes=("pins:read",)),
}
