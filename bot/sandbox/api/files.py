"""files.*: an upload in three steps."""

from bot.sandbox import messages
from bot.sandbox.api.method import Method, channel_of, required
from bot.sandbox.rates import Tier
from bot.sandbox.wire import Json, Refusal
from bot.sandbox.world import World


def get_upload_url(world: World, asked: Json) -> Json:
    """files.getUploadURLExternal."""
    length = str(required(asked, "length"))
    if not length.isdigit():
        raise Refusal("invalid_arguments", messages=["[ERROR] must be an integer [json-pointer:/length]"])
    id, url = world.files.expect(required(asked, "filename"), int(length))
    return {"file_id": id, "upload_url": url}


def complete_upload(world: World, asked: Json) -> Json:
    """files.completeUploadExternal: the files appear in one message, if a channel is named."""
    wanted = asked.get("files")
    if not isinstance(wanted, list) or not wanted or not all(isinstance(one, dict) for one in wanted):
        raise Refusal("invalid_arguments", messages=["[ERROR] missing required field: files"])
    files = [world.files.complete(str(one.get("id")), str(one.get("title") or "")) for one in wanted]
    shown = [world.files.shown(file) for file in files]
    if asked.get("channel_id") or asked.get("channel"):
        channel = channel_of(world, asked.get("channel_id") or asked["channel"], opens_direct=True)
        content: Json = {"text": str(asked.get("initial_comment") or ""), "files": shown, "upload": True}
        messages.post(world, channel, {**content, **messages.in_thread(asked)})
    return {"files": shown}


def info(world: World, asked: Json) -> Json:
    """files.info."""
    return {"file": world.files.shown(world.files.find(required(asked, "file")))}


METHODS = {
    "files.getUploadURLExternal": Method(do=get_upload_url, tier=Tier.FOUR, scopes=("files:write",)),
    "files.completeUploadExternal": Method(do=complete_upload, tier=Tier.FOUR, scopes=("files:write",)),
    "files.info": Method(do=info, tier=Tier.FOUR, scopes=("files:read",)),
}
