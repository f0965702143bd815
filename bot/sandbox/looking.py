"""What a person sees: the whole workspace at once, and then every change as it comes."""

import asyncio
import json

from aiohttp import web

from bot.sandbox.api.users import bot_as_person
from bot.sandbox.feed import Change
from bot.sandbox.messages import shown
from bot.sandbox.seed import BOT_ID, BOT_USER, TEAM_NAME, Channel, Person
from bot.sandbox.wire import Json
from bot.sandbox.workspace import Workspace, channel_for_page
from bot.sandbox.world import World

#: So that a page notices when its connection is gone, and the server when its page is.
_HEARTBEAT_S = 15.0
#: Of each channel, with what was said in threads; a page that is loaded shows no more.
_MESSAGES_SHOWN = 500


def snapshot(world: World, person: Person) -> Json:
    """All that *person* sees now."""
    workspace = world.workspace
    channels = [one for one in workspace.channels.values() if _sees(person, one)]
    return {
        "seq": world.feed.seq,
        "team": {"name": TEAM_NAME},
        "me": person.id,
        "bot": {"user_id": BOT_USER, "bot_id": BOT_ID, "name": world.app.name},
        "people": [
            person_for_page(one, workspace.handles_of(one.id))
            for one in [*workspace.people.values(), bot_as_person(world)]
        ],
        "channels": [channel_for_page(one) for one in channels],
        "commands": [
            {name: one.get(name, "") for name in ("command", "usage_hint", "description")} for one in world.app.commands
        ],
        "shortcuts": [
            {name: one.get(name, "") for name in ("callback_id", "name", "type", "description")}
            for one in world.app.shortcuts
        ],
        "messages": {one.id: _newest(workspace, one) for one in channels},
        "ephemerals": {id: list(alone.values()) for id, alone in workspace.ephemerals[person.id].items()},
        "modals": world.modals.stack(person.id),
        "home": workspace.homes.get(person.id),
        "has_outside": world.outside is not None,
        "app": {"connected": world.delivery.is_connected},
        "now": world.clock.unix(),
    }


def person_for_page(person: Person, groups: list[str]) -> Json:
    """A person as the page knows them."""
    return {
        "id": person.id,
        "name": person.name,
        "real_name": person.real_name,
        "color": person.color,
        "is_bot": person.is_bot,
        "groups": groups,
    }


async def stream(world: World, person: Person, request: web.Request) -> web.StreamResponse:
    """Server-Sent Events: what changes for *person* after `after`, until the page goes."""
    after = request.headers.get("Last-Event-ID") or request.query.get("after") or ""
    seq = int(after) if after.isdigit() else world.feed.seq
    headers = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    bell = world.feed.listen()
    try:
        while True:
            bell.clear()
            changes = world.feed.after(seq, person=person.id)
            if changes is None:
                await response.write(_event("resync", {}, world.feed.seq))
            elif changes:
                await response.write(b"".join(_as_event(change) for change in changes))
            seq = world.feed.seq if not changes else changes[-1].seq
            try:
                await asyncio.wait_for(bell.wait(), _HEARTBEAT_S)
            except TimeoutError:
                await response.write(b": still here\n\n")
    except ConnectionError:
        return response
    finally:
        world.feed.hang_up(bell)


def _as_event(change: Change) -> bytes:
    data = change.data
    if change.event == "message":
        data = {**data, "message": shown(data["message"])}
    return _event(change.event, data, change.seq)


def _event(name: str, data: Json, seq: int) -> bytes:
    return f"id: {seq}\nevent: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def _newest(workspace: Workspace, channel: Channel) -> list[Json]:
    return [shown(said) for said in list(workspace.messages[channel.id].values())[-_MESSAGES_SHOWN:]]


def _sees(person: Person, channel: Channel) -> bool:
    return person.id in channel.members if channel.is_im or channel.is_private else True
