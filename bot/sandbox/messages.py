"""The words of the app as messages: from the API, from a response_url, and from an acknowledgement."""

from typing import Any

from bot.sandbox.blocks import take_message_blocks
from bot.sandbox.seed import APP_ID, BOT_ID, BOT_USER, TEAM_ID, Channel
from bot.sandbox.wire import Json, Refusal
from bot.sandbox.world import World

#: Longer texts are cut: https://docs.slack.dev/reference/methods/chat.postMessage#truncating
MOST_CHARACTERS = 40_000
_MOST_ATTACHMENTS = 100


def said(world: World, asked: Json) -> Json:
    """The content of a message: text, blocks, attachments, metadata. Raises Refusal when there is none."""
    text = str(asked.get("text") or "")[:MOST_CHARACTERS]
    blocks, attachments = asked.get("blocks"), asked.get("attachments")
    if not (text or blocks or attachments):
        raise Refusal("no_text")
    content: Json = {"text": text}
    if blocks:
        content["blocks"] = take_message_blocks(blocks, world.ids)
    if attachments:
        content["attachments"] = _attachments(world, attachments)
    if isinstance(asked.get("metadata"), dict) and asked["metadata"]:
        content["metadata"] = asked["metadata"]
    return content


def by_the_bot() -> Json:
    """Who a message of the app is from."""
    return {"user": BOT_USER, "bot_id": BOT_ID, "app_id": APP_ID, "team": TEAM_ID}


def in_thread(asked: Json) -> Json:
    """Where in a thread a message goes; empty for one that stands alone."""
    thread = asked.get("thread_ts")
    if not thread:
        return {}
    is_shown_twice = str(asked.get("reply_broadcast")).lower() == "true"
    return {"thread_ts": str(thread), **({"subtype": "thread_broadcast"} if is_shown_twice else {})}


def post(world: World, channel: Channel, content: Json) -> Json:
    """Post as the bot; in direct messages the app hears its own words, as Slack has it."""
    message = world.workspace.post(channel, {**by_the_bot(), **content})
    if channel.is_im:
        event = {**shown(message), "channel": channel.id, "channel_type": "im", "event_ts": message["ts"]}
        world.delivery.tell("message.im", event)
    return message


def edit(world: World, channel: Channel, old: Json, asked: Json) -> Json:
    """Change a message of the bot. Raises Refusal.

    Text alone drops the blocks, blocks alone keep the text, and blocks leave no "edited" mark
    (https://docs.slack.dev/reference/methods/chat.update).
    """
    content = said(world, asked)
    kept = {name: value for name, value in old.items() if name not in {"blocks", "attachments", "edited"}}
    if not content["text"]:
        content["text"] = old["text"]
    if "blocks" not in content and "attachments" not in content:
        content["edited"] = {"user": BOT_USER, "ts": world.ids.ts()}
    new = {**kept, **content}
    world.workspace.edit(channel, old["ts"], new)
    if channel.is_im:
        event = {
            "type": "message",
            "subtype": "message_changed",
            "message": shown(new),
            "previous_message": shown(old),
            "channel": channel.id,
            "channel_type": "im",
            "hidden": True,
            "ts": (ts := world.ids.ts()),
            "event_ts": ts,
        }
        world.delivery.tell("message.im", event)
    return new


def post_ephemeral(world: World, channel: Channel, user: str, content: Json) -> Json:
    """Say it to one person alone."""
    return world.workspace.post_ephemeral(channel, user, {**by_the_bot(), **content})


def shown(message: Json, *, with_metadata: bool = False) -> Json:
    """A message as the API gives it."""
    return message if with_metadata else {name: value for name, value in message.items() if name != "metadata"}


def _attachments(world: World, attachments: Any) -> list[Json]:
    if not isinstance(attachments, list) or len(attachments) > _MOST_ATTACHMENTS:
        raise Refusal("too_many_attachments" if isinstance(attachments, list) else "invalid_attachments")
    taken = []
    for index, one in enumerate(attachments):
        if not isinstance(one, dict):
            raise Refusal("invalid_attachments")
        blocks = take_message_blocks(one["blocks"], world.ids) if isinstance(one.get("blocks"), list) else None
        taken.append({**one, "id": index + 1, **({"blocks": blocks} if blocks else {})})
    return taken
