"""reactions.*: emoji of the app on messages."""

from bot.sandbox.api.method import Method, channel_of, required
from bot.sandbox.rates import Tier
from bot.sandbox.reactions import react
from bot.sandbox.seed import BOT_USER
from bot.sandbox.wire import Json, Refusal
from bot.sandbox.world import World


def add(world: World, asked: Json) -> Json:
    """reactions.add."""
    _react(world, asked, remove=False)
    return {}


def take_back(world: World, asked: Json) -> Json:
    """reactions.remove."""
    _react(world, asked, remove=True)
    return {}


def get(world: World, asked: Json) -> Json:
    """reactions.get."""
    channel = channel_of(world, asked.get("channel"))
    message = world.workspace.message(channel.id, required(asked, "timestamp"))
    if message is None:
        raise Refusal("message_not_found")
    return {"type": "message", "channel": channel.id, "message": message}


def _react(world: World, asked: Json, *, remove: bool) -> None:
    channel = channel_of(world, asked.get("channel"))
    react(world, channel, required(asked, "timestamp"), required(asked, "name"), user=BOT_USER, remove=remove)


METHODS = {
    "reactions.add": Method(do=add, tier=Tier.THREE, scopes=("reactions:write",)),
    "reactions.remove": Method(do=take_back, tier=Tier.TWO, scopes=("reactions:write",)),
    "reactions.get": Method(do=get, tier=Tier.THREE, scopes=("reactions:read",)),
}
