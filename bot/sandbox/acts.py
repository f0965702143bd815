"""What people do outside of modals: write, type commands, click, react, open the App Home, join.

Each act changes the workspace at once and returns what is left to wait for, if the app is asked.
"""

from collections.abc import Coroutine
from typing import Any

from bot.sandbox import payloads, replies
from bot.sandbox.blocks import elements
from bot.sandbox.inputs import state
from bot.sandbox.letter import Ack
from bot.sandbox.reactions import react as put_reaction
from bot.sandbox.seed import BOT_USER, TEAM_ID, Channel, Person
from bot.sandbox.telling import Outcome, tell
from bot.sandbox.typed import as_command_text, as_sent
from bot.sandbox.wire import Json, Refusal, Wrong, no_such
from bot.sandbox.world import World

#: What is left to wait for.
Rest = Coroutine[Any, Any, Outcome] | None


def message(world: World, person: Person, asked: Json) -> Rest:
    """Write a message."""
    channel = channel_for(world, person, asked)
    text = as_sent(world, str(asked.get("text") or ""))
    if not text.strip():
        raise Wrong("A message needs words.")
    thread = {"thread_ts": str(asked["thread_ts"])} if asked.get("thread_ts") else {}
    if thread and world.workspace.message(channel.id, thread["thread_ts"]) is None:
        raise no_such("message", thread["thread_ts"])
    said = world.workspace.post(channel, {"user": person.id, "text": text, "team": TEAM_ID, **thread})
    event = {**said, "channel": channel.id, "event_ts": said["ts"]}
    kind = "im" if channel.is_im else "groups" if channel.is_private else "channels"
    channel_type = {"im": "im", "groups": "group", "channels": "channel"}[kind]
    world.delivery.tell(f"message.{kind}", {**event, "channel_type": channel_type})
    if f"<@{BOT_USER}>" in text and not channel.is_im:
        world.delivery.tell("app_mention", {**event, "type": "app_mention"})
    return None


def command(world: World, person: Person, asked: Json) -> Rest:
    """Type a slash command."""
    channel = channel_for(world, person, asked)
    name = str(asked.get("command") or "")
    known = next((one for one in world.app.commands if one["command"] == name), None)
    if known is None:
        raise no_such("command", name)
    text = as_command_text(world, str(asked.get("text") or ""), should_escape=bool(known.get("should_escape")))
    payload = payloads.command(world, person, channel, name, text)
    address = world.addresses.reply(payload["response_url"].rsplit("/", 1)[1])

    def taken(ack: Ack) -> None:
        if ack.payload and (ack.payload.get("text") or ack.payload.get("blocks") or ack.payload.get("attachments")):
            replies.answer(world, address, ack.payload)

    def failed(word: str) -> None:
        text = f"{name} failed with the error “{word}”"
        world.feed.publish("banner", {"channel": channel.id, "text": text}, to=[person.id])

    return tell(world, "slash_commands", payload, user=person.id, busy=None, taken=taken, failed=failed)


def block(world: World, person: Person, asked: Json) -> Rest:
    """Press a button, or choose something, in a message, a modal or the App Home."""
    container, action = asked.get("container") or {}, asked.get("action") or {}
    values = (asked.get("state") or {}).get("values")
    if container.get("type") == "view":
        view = _view(world, person, str(container.get("view_id")))
        blocks = view["blocks"]
        view = {**view, "state": {"values": state(blocks, values)}}
        if view["type"] == "modal":
            world.modals.keep_state(person.id, view["id"], view["state"]["values"])
        payload = payloads.from_view(world, "block_actions", person, view)
        payload["container"] = {"type": "view", "view_id": view["id"]}
    else:
        channel, message = message_for(world, person, container)
        blocks = _blocks(message)
        payload = payloads.from_message(world, "block_actions", person, channel, message)
        payload["container"] = payloads.message_container(channel, message)
        payload["state"] = {"values": state(blocks, values)}
    payload["actions"] = [_action(world, blocks, action)]
    key = f"{action['block_id']}/{action['action_id']}"

    def failed(word: str) -> None:
        text = f"⚠ {world.app.name} did not respond: {word}"
        world.feed.publish("banner", {"channel": container.get("channel"), "text": text, "key": key}, to=[person.id])

    return tell(world, "interactive", payload, user=person.id, busy=key, failed=failed)


def shortcut(world: World, person: Person, asked: Json) -> Rest:
    """Use a shortcut, global or of a message."""
    known = next((one for one in world.app.shortcuts if one["callback_id"] == asked.get("callback_id")), None)
    if known is None:
        raise no_such("shortcut", asked.get("callback_id"))
    if known["type"] == "message":
        channel, message = message_for(world, person, asked)
        payload = payloads.from_message(world, "message_action", person, channel, message)
        payload |= {"callback_id": known["callback_id"], "action_ts": world.ids.ts()}
    else:
        payload = payloads.shortcut(world, person, known["callback_id"])

    def failed(word: str) -> None:
        text = f"{known['name']} failed with the error “{word}”"
        world.feed.publish("banner", {"channel": asked.get("channel"), "text": text}, to=[person.id])

    return tell(world, "interactive", payload, user=person.id, busy=None, failed=failed)


def workflow(world: World, person: Person, asked: Json) -> Rest:
    """Use a workflow whose only step is one of the app's, with these `inputs`."""
    declared = world.app.functions.get(str(asked.get("callback_id")))
    if declared is None:
        raise no_such("step of a workflow", asked.get("callback_id"))
    inputs = {name: value for name, value in (asked.get("inputs") or {}).items() if value not in (None, "")}
    parameters = declared.get("input_parameters") or {}
    missing = [name for name in parameters.get("required") or () if name not in inputs]
    unknown = [name for name in inputs if name not in (parameters.get("properties") or {})]
    if missing or unknown:
        raise Wrong(f"The step needs {missing} and does not know {unknown}.")
    execution = world.workspace.functions.begin(str(asked["callback_id"]), inputs, by=person.id)
    world.feed.publish("function", {"execution": execution})
    world.delivery.tell("function_executed", payloads.function_executed(world, execution))
    return None


def home(world: World, person: Person, asked: Json) -> Rest:
    """Open the App Home."""
    del asked
    event: Json = {
        "type": "app_home_opened",
        "user": person.id,
        "channel": world.workspace.direct(person.id).id,
        "tab": "home",
        "event_ts": world.ids.ts(),
    }
    if view := world.workspace.homes.get(person.id):
        event["view"] = view
    world.delivery.tell("app_home_opened", event)
    return None


def reaction(world: World, person: Person, asked: Json) -> Rest:
    """Add an emoji to a message, or take it back."""
    channel = channel_for(world, person, asked)
    name, ts = str(asked.get("name") or ""), str(asked.get("ts") or "")
    try:
        put_reaction(world, channel, ts, name, user=person.id, remove=bool(asked.get("remove")))
    except Refusal as refusal:
        raise Wrong(f"The reaction {name!r} was not taken: {refusal.error}.") from refusal
    return None


def join(world: World, person: Person, asked: Json) -> Rest:
    """Become a member of a channel."""
    channel = world.workspace.channel(str(asked.get("channel")))
    if channel is None or channel.is_im or channel.is_private:
        raise no_such("channel", asked.get("channel"))
    world.workspace.join(channel, person.id)
    event = {"type": "member_joined_channel", "user": person.id, "channel": channel.id, "team": TEAM_ID}
    world.delivery.tell("member_joined_channel", {**event, "event_ts": world.ids.ts()})
    return None


def channel_for(world: World, person: Person, asked: Json) -> Channel:
    """The channel of an act, of which the person is a member. Raises Wrong."""
    ref = str(asked.get("channel") or "")
    channel = world.workspace.channel(ref)
    if channel is None or (channel.is_im and channel.user != person.id):
        raise no_such("channel", ref)
    if person.id not in channel.members:
        raise Wrong(f"{person.real_name} is not in #{channel.name}.")
    return channel


def message_for(world: World, person: Person, asked: Json) -> tuple[Channel, Json]:
    """The message of an act, maybe one that only this person sees. Raises Wrong."""
    channel, ts = channel_for(world, person, asked), str(asked.get("ts"))
    alone = world.workspace.ephemerals[person.id][channel.id].get(ts)
    found = alone or world.workspace.message(channel.id, ts)
    if found is None:
        raise no_such("message", ts)
    return channel, found


def _view(world: World, person: Person, view_id: str) -> Json:
    opened = [*world.modals.stack(person.id), *filter(None, [world.workspace.homes.get(person.id)])]
    found = next((view for view in opened if view["id"] == view_id), None)
    if found is None:
        raise no_such("view", view_id)
    return found


def _blocks(message: Json) -> list[Json]:
    attached = [one.get("blocks") or [] for one in message.get("attachments", ())]
    return [block for blocks in [message.get("blocks") or [], *attached] for block in blocks]


def _action(world: World, blocks: list[Json], action: Json) -> Json:
    """What was done, with what the element itself says; what the page sends is chosen values only."""
    block = next((one for one in blocks if one["block_id"] == action.get("block_id")), {})
    element = next((one for one in elements(block) if one.get("action_id") == action.get("action_id")), None)
    if element is None:
        raise no_such("element", f"{action.get('block_id')}/{action.get('action_id')}")
    own: Json = {name: element[name] for name in ("type", "action_id", "text", "value", "style") if name in element}
    chosen = {name: value for name, value in action.items() if name == "value" or name.startswith("selected_")}
    return {**own, **chosen, "block_id": block["block_id"], "action_ts": world.ids.ts()}
