"""conversations.*: channels, who is in them, and what was said."""

from bot.sandbox import messages
from bot.sandbox.api.method import Method, channel_of, is_yes, page, required
from bot.sandbox.rates import Tier
from bot.sandbox.seed import BOT_USER, Channel
from bot.sandbox.wire import Json, Refusal
from bot.sandbox.world import World

#: Every message is later than the one and earlier than the other.
_EARLIEST, _LATEST = 0.0, 1e12


def shown(channel: Channel) -> Json:
    """Slack's conversation object."""
    common = {"id": channel.id, "is_im": channel.is_im, "is_archived": channel.is_archived, "created": 0}
    if channel.is_im:
        return {**common, "user": channel.user, "is_open": True}
    return {
        **common,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_private,
        "is_group": False,
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_general": channel.name == "general",
        "is_member": BOT_USER in channel.members,
        "num_members": len(channel.members),
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def list_all(world: World, asked: Json) -> Json:
    """conversations.list."""
    return _listed(world, asked, list(world.workspace.channels.values()))


def of_user(world: World, asked: Json) -> Json:
    """users.conversations."""
    user = asked.get("user") or BOT_USER
    return _listed(world, asked, [one for one in world.workspace.channels.values() if user in one.members])


def info(world: World, asked: Json) -> Json:
    """conversations.info."""
    return {"channel": shown(channel_of(world, asked.get("channel")))}


def members(world: World, asked: Json) -> Json:
    """conversations.members."""
    channel = channel_of(world, asked.get("channel"))
    found = page("members", [{"id": one} for one in sorted(channel.members)], asked)
    return {**found, "members": [one["id"] for one in found["members"]]}


def open_direct(world: World, asked: Json) -> Json:
    """conversations.open, with one person."""
    if asked.get("channel"):
        return {"channel": shown(channel_of(world, asked["channel"]))}
    users = asked.get("users")
    names = users if isinstance(users, list) else str(users or "").split(",")
    if names in ([], [""]):
        raise Refusal("users_list_not_supplied")
    if len(names) > 1:
        raise Refusal("not_enough_users")
    if names[0] not in world.workspace.people:
        raise Refusal("user_not_found")
    was_open = any(one.user == names[0] for one in world.workspace.channels.values())
    channel = world.workspace.direct(names[0])
    more = {"no_op": True, "already_open": True} if was_open else {}
    return {**more, "channel": shown(channel) if is_yes(asked.get("return_im")) else {"id": channel.id}}


def join(world: World, asked: Json) -> Json:
    """conversations.join."""
    channel = channel_of(world, asked.get("channel"))
    if channel.is_im or channel.is_private:
        raise Refusal("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refusal("is_archived")
    return {"channel": shown(world.workspace.join(channel, BOT_USER))}


def history(world: World, asked: Json) -> Json:
    """conversations.history: newest first, without what was said in threads."""
    channel = _readable(world, asked)
    top = [one for one in world.workspace.messages[channel.id].values() if not _is_reply(one)]
    return _read(asked, [one for one in reversed(top) if _is_asked(one, asked)])


def replies(world: World, asked: Json) -> Json:
    """conversations.replies: oldest first, the parent always."""
    channel = _readable(world, asked)
    ts = required(asked, "ts")
    found = world.workspace.replies(channel.id, ts)
    if not found:
        raise Refusal("thread_not_found")
    return _read(asked, [one for one in found if one["ts"] == ts or _is_asked(one, asked)])


def _readable(world: World, asked: Json) -> Channel:
    channel = channel_of(world, asked.get("channel"))
    if BOT_USER not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def _is_reply(message: Json) -> bool:
    in_thread = message.get("thread_ts", message["ts"]) != message["ts"]
    return in_thread and message.get("subtype") != "thread_broadcast"


def _is_asked(message: Json, asked: Json) -> bool:
    try:
        oldest, latest = float(asked.get("oldest") or _EARLIEST), float(asked.get("latest") or _LATEST)
    except ValueError as wrong:
        raise Refusal("invalid_ts_oldest") from wrong
    ts = float(message["ts"])
    return oldest <= ts <= latest if is_yes(asked.get("inclusive")) else oldest < ts < latest


def _read(asked: Json, found: list[Json]) -> Json:
    with_metadata = is_yes(asked.get("include_all_metadata"))
    read = page("messages", [messages.shown(one, with_metadata=with_metadata) for one in found], asked)
    return {**read, "has_more": bool(read["response_metadata"]["next_cursor"]), "pin_count": 0}


def _listed(world: World, asked: Json, channels: list[Channel]) -> Json:
    types = [one.strip() for one in str(asked.get("types") or "public_channel").split(",")]
    for kind in types:
        if kind not in _SCOPES:
            raise Refusal("invalid_types")
        if _SCOPES[kind] not in world.app.scopes:
            raise Refusal("missing_scope", needed=_SCOPES[kind], provided=",".join(sorted(world.app.scopes)))
    without_archived = is_yes(asked.get("exclude_archived"))
    found = [one for one in channels if _kind(one) in types and not (without_archived and one.is_archived)]
    readable = [one for one in found if not one.is_private or BOT_USER in one.members]
    return page("channels", [shown(one) for one in readable], asked)


def _kind(channel: Channel) -> str:
    if channel.is_im:
        return "im"
    return "private_channel" if channel.is_private else "public_channel"


_SCOPES = {
    "public_channel": "channels:read",
    "private_channel": "groups:read",
    "im": "im:read",
    "mpim": "mpim:read",
}
_READ = tuple(_SCOPES.values())
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
METHODS = {
    "conversations.list": Method(do=list_all, tier=Tier.TWO, scopes=_READ),
    "users.conversations": Method(do=of_user, tier=Tier.THREE, scopes=_READ),
    "conversations.info": Method(do=info, tier=Tier.THREE, scopes=_READ),
    "conversations.members": Method(do=members, tier=Tier.FOUR, scopes=_READ),
    "conversations.open": Method(do=open_direct, tier=Tier.THREE, scopes=("im:write", "mpim:write")),
    "conversations.join": Method(do=join, tier=Tier.THREE, scopes=("channels:join",)),
    "conversations.history": Method(do=history, tier=Tier.THREE, scopes=_HISTORY),
    "conversations.replies": Method(do=replies, tier=Tier.THREE, scopes=_HISTORY),
}
