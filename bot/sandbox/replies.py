"""What the app answers with outside the Web API: over a response_url, or in the acknowledgement of a command."""

from bot.sandbox import messages
from bot.sandbox.addresses import ReplyAddress
from bot.sandbox.seed import Channel
from bot.sandbox.wire import Json, Refusal
from bot.sandbox.world import World


def reply(world: World, id: str, asked: Json) -> None:
    """A POST to a response_url. Raises Refusal."""
    answer(world, world.addresses.use_reply(id), asked)


def answer(world: World, address: ReplyAddress, asked: Json) -> None:
    """Say it where *address* leads to: to one person unless the app asks for `in_channel`. Raises Refusal."""
    channel = world.workspace.channels[address.channel]
    if asked.get("delete_original"):
        _delete(world, channel, address)
    elif asked.get("replace_original") and address.message:
        _replace(world, channel, address, asked)
    else:
        content = {**messages.said(world, asked), **messages.in_thread(asked)}
        if asked.get("response_type") == "in_channel":
            address.message = messages.post(world, channel, content)
        else:
            address.message = messages.post_ephemeral(world, channel, address.user, content)


def _delete(world: World, channel: Channel, address: ReplyAddress) -> None:
    original = address.message
    if original is None:
        raise Refusal("message_not_found")
    if original.get("is_ephemeral"):
        world.workspace.remove_ephemeral(channel, address.user, original["ts"])
    elif world.workspace.message(channel.id, original["ts"]):
        world.workspace.delete(channel, original["ts"])


def _replace(world: World, channel: Channel, address: ReplyAddress, asked: Json) -> None:
    original = address.message
    if original is None:
        return
    if original.get("is_ephemeral"):
        thread = {"thread_ts": original["thread_ts"]} if "thread_ts" in original else {}
        content = {**messages.said(world, asked), **thread, "ts": original["ts"]}
        address.message = messages.post_ephemeral(world, channel, address.user, content)
    elif old := world.workspace.message(channel.id, original["ts"]):
        address.message = messages.edit(world, channel, old, asked)
    else:
        raise Refusal("message_not_found")
