"""chat.*: messages of the app."""

from bot.sandbox import messages
from bot.sandbox.api.method import Method, channel_of, required
from bot.sandbox.rates import Tier
from bot.sandbox.seed import BOT_USER, Channel
from bot.sandbox.wire import Json, Refusal
from bot.sandbox.world import World


def post_message(world: World, asked: Json) -> Json:
    """chat.postMessage."""
    channel = _writable(world, asked)
    content = messages.said(world, asked)
    thread = messages.in_thread(asked)
    if thread and world.workspace.message(channel.id, thread["thread_ts"]) is None:
        raise Refusal("thread_not_found")
    world.rates.post(channel.id)
    message = messages.post(world, channel, {**content, **thread})
    answer = {"channel": channel.id, "ts": message["ts"], "message": messages.shown(message)}
    if len(str(asked.get("text") or "")) > messages.MOST_CHARACTERS:
        answer["warning"] = "message_truncated"
        answer["response_metadata"] = {"warnings": ["message_truncated"]}
    return answer


def update(world: World, asked: Json) -> Json:
    """chat.update."""
    channel, old = _own(world, asked, "cant_update_message")
    if channel.is_archived:
        raise Refusal("is_inactive")
    new = messages.edit(world, channel, old, asked)
    return {"channel": channel.id, "ts": new["ts"], "text": new["text"], "message": messages.shown(new)}


def delete(world: World, asked: Json) -> Json:
    """chat.delete."""
    channel, message = _own(world, asked, "cant_delete_message")
    world.workspace.delete(channel, message["ts"])
    return {"channel": channel.id, "ts": message["ts"]}


def post_ephemeral(world: World, asked: Json) -> Json:
    """chat.postEphemeral."""
    channel = _writable(world, asked)
    user = required(asked, "user")
    if user not in channel.members:
        raise Refusal("user_not_in_channel")
    content = {**messages.said(world, asked), **messages.in_thread(asked)}
    return {"message_ts": messages.post_ephemeral(world, channel, user, content)["ts"]}


def get_permalink(world: World, asked: Json) -> Json:
    """chat.getPermalink."""
    channel = channel_of(world, asked.get("channel"))
    message = world.workspace.message(channel.id, required(asked, "message_ts"))
    if message is None:
        raise Refusal("message_not_found")
    permalink = f"{world.url}archives/{channel.id}/p{message['ts'].replace('.', '')}"
    thread = message.get("thread_ts", message["ts"])
    if thread != message["ts"]:
        permalink += f"?thread_ts={thread}&cid={channel.id}"
    return {"channel": channel.id, "permalink": permalink}


def _writable(world: World, asked: Json) -> Channel:
    channel = channel_of(world, asked.get("channel"), opens_direct=True)
    if channel.is_archived:
        raise Refusal("is_archived")
    if BOT_USER not in channel.members and "chat:write.public" not in world.app.scopes:
        raise Refusal("not_in_channel")
    return channel


def _own(world: World, asked: Json, refusal: str) -> tuple[Channel, Json]:
    channel = channel_of(world, asked.get("channel"))
    message = world.workspace.message(channel.id, required(asked, "ts"))
    if message is None:
        raise Refusal("message_not_found")
    if message["user"] != BOT_USER:
        raise Refusal(refusal)
    return channel, message


_WRITE = ("chat:write",)
METHODS = {
    # Its limit is counted per channel.
    "chat.postMessage": Method(do=post_message, tier=Tier.SPECIAL, scopes=_WRITE),
    "chat.update": Method(do=update, tier=Tier.THREE, scopes=_WRITE),
    "chat.delete": Method(do=delete, tier=Tier.THREE, scopes=_WRITE),
    "chat.postEphemeral": Method(do=post_ephemeral, tier=Tier.FOUR, scopes=_WRITE),
    "chat.getPermalink": Method(do=get_permalink, tier=Tier.SPECIAL),
}
