"""Emoji on messages, from people and from the app."""

import re

from bot.sandbox.seed import BOT_USER, Channel
from bot.sandbox.wire import Json, Refusal
from bot.sandbox.world import World

_NAME = re.compile(r"[a-z0-9_+'-]{1,100}")


def react(world: World, channel: Channel, ts: str, name: str, *, user: str, remove: bool = False) -> None:
    """Add an emoji to a message, or take it back, and tell the app. Raises Refusal."""
    message = world.workspace.message(channel.id, ts)
    if message is None:
        raise Refusal("message_not_found")
    if not _NAME.fullmatch(name):
        raise Refusal("invalid_name")
    users = {one["name"]: list(one["users"]) for one in message.get("reactions", ())}
    there = users.setdefault(name, [])
    if remove == (user not in there):
        raise Refusal("no_reaction" if remove else "already_reacted")
    users[name] = [one for one in there if one != user] if remove else [*there, user]
    shown = [{"name": name, "users": by, "count": len(by)} for name, by in users.items() if by]
    world.workspace.edit(channel, ts, {**message, "reactions": shown})
    kind = "reaction_removed" if remove else "reaction_added"
    event: Json = {"type": kind, "user": user, "reaction": name, "item_user": message["user"]}
    item = {"type": "message", "channel": channel.id, "ts": ts}
    if user != BOT_USER:
        world.delivery.tell(kind, {**event, "item": item, "event_ts": world.ids.ts()})
