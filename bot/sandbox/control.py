"""The control routes: what tests and curious people may see and change that no Slack would let them."""

import asyncio
import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from bot.sandbox.installed import parse_manifest
from bot.sandbox.looking import person_for_page
from bot.sandbox.outside import panel
from bot.sandbox.seed import BOT_USER, TEAM_ID, Channel, Group, Person
from bot.sandbox.wire import Json, Wrong
from bot.sandbox.workspace import channel_for_page
from bot.sandbox.world import World

_COLORS = ("#9a3b8f", "#1f7a8c", "#b3541e", "#4a6b2a", "#5b4bb5", "#a32c4a")


def journal(world: World, query: Mapping[str, str]) -> list[Json]:
    """What was said, after entry `after`, maybe of one `kind`."""
    return world.journal.after(int(_number(query, "after")), kind=query.get("kind"))


def faults(world: World) -> list[Json]:
    """What is going to go wrong."""
    return [fault.shown() for fault in world.faults.waiting()]


def clock(world: World) -> Json:
    """The workspace's time."""
    return {"now": world.clock.unix()}


def move_clock(world: World, asked: Json) -> Json:
    """Move time by `advance_s`, or to `now`."""
    try:
        if "advance_s" in asked:
            world.clock.advance(_number(asked, "advance_s"))
        elif "now" in asked:
            world.clock.set(_number(asked, "now"))
        else:
            raise Wrong('Say how far to move ("advance_s") or to what moment ("now", in seconds since 1970).')
    except (OverflowError, ValueError) as error:
        raise Wrong(f"No clock reaches that far: {error}.") from error
    world.feed.publish("clock", clock(world))
    return clock(world)


def app(world: World) -> Json:
    """All that an app needs to connect."""
    return {
        **asdict(world.app.keys),
        "api_url": f"{world.url}api/",
        "request_url": world.app.request_url,
        "manifest": world.app.manifest,
        "connected": world.delivery.is_connected,
    }


async def install(world: World, asked: Json) -> Json:
    """Change the app: its manifest, its signing secret, and whether it is called over HTTP. Raises Wrong."""
    manifest = asked.get("manifest")
    if manifest is not None:
        try:
            read = parse_manifest(manifest) if isinstance(manifest, str) else manifest
        except ValueError as error:
            raise Wrong(f"The manifest cannot be read: {error}.") from error
        if not isinstance(read, dict):
            raise Wrong("The manifest is no mapping.")
        world.app.install(read)
    if "signing_secret" in asked:
        secret = str(asked["signing_secret"] or secrets.token_hex(16))
        world.app.keys = replace(world.app.keys, signing_secret=secret)
    if "request_url" in asked:
        if url := asked["request_url"]:
            await world.http.verify(str(url))
        world.app.request_url = url or None
    world.feed.publish("app", {"connected": world.delivery.is_connected})
    world.feed.publish("resync", {})
    return app(world)


def refresh_sockets(world: World, asked: Json) -> Json:
    """Ask the app to replace one connection (`id`), or all."""
    world.delivery.start(world.sockets.replace(world.sockets.leaving(asked.get("id"))))
    return {"ok": True}


def set_rates(world: World, asked: Json) -> Json:
    """Let Slack's rate limits hold, or not: a benchmark asks for more than Slack would bear."""
    world.rates.is_on = bool(asked.get("on", True))
    return {"on": world.rates.is_on}


def reset(world: World, asked: Json) -> Json:
    """Make the workspace new; the app stays connected."""
    del asked
    world.faults.remove(None)
    world.rates.forget()
    world.clock.reset()
    world.modals.forget()
    world.workspace.reset()
    return {"ok": True}


def outside(world: World) -> Json:
    """What there is outside, as the panel shows it; empty where there is no such world."""
    return panel.shown(world.outside) if world.outside else {}


async def act_outside(world: World, act: str, asked: Json) -> Json:
    """Do something outside; what there is then. Raises Wrong."""
    if world.outside is None:
        raise Wrong("This sandbox has no outside world.")
    try:
        return await asyncio.to_thread(panel.do, world.outside, act, asked)
    finally:
        await asyncio.to_thread(world.after_outside)


def people(world: World) -> list[Json]:
    """Everybody."""
    return [person_for_page(one, world.workspace.handles_of(one.id)) for one in world.workspace.people.values()]


def add_person(world: World, asked: Json) -> Json:
    """Add a person to every public channel, by `name`."""
    name = _name(asked)
    id = str(asked.get("id") or f"U0{name.upper()}")
    color = str(asked.get("color") or _COLORS[len(world.workspace.people) % len(_COLORS)])
    person = Person(id=id, name=name, real_name=str(asked.get("real_name") or name.title()), color=color)
    for channel in list(world.workspace.channels.values()):
        if not (channel.is_im or channel.is_private):
            world.workspace.join(channel, id)
    world.workspace.put_person(person)
    return person_for_page(person, [])


def channels(world: World) -> list[Json]:
    """All channels, with who is in them."""
    return [
        {**channel_for_page(one), "members": sorted(one.members), "is_private": one.is_private}
        for one in world.workspace.channels.values()
    ]


def add_channel(world: World, asked: Json) -> Json:
    """Add a channel, or change one, by `name`; without `members` everybody and the bot are in it."""
    name = _name(asked)
    old = world.workspace.channel(name)
    everybody = [*world.workspace.people, BOT_USER]
    members = _people(world, asked, "members", sorted(old.members) if old else everybody)
    channel = replace(
        old or Channel(id=str(asked.get("id") or f"C0{name.upper()}"), name=name),
        members=frozenset(members),
        topic=str(asked.get("topic", old.topic if old else "")),
        is_private=bool(asked.get("is_private", old.is_private if old else False)),
        is_archived=bool(asked.get("is_archived", old.is_archived if old else False)),
    )
    return channel_for_page(world.workspace.put_channel(channel))


def groups(world: World) -> list[Json]:
    """All user groups."""
    return [asdict(group) for group in world.workspace.groups.values()]


def put_group(world: World, asked: Json) -> Json:
    """Add a group, or change who is in it, by `handle` and `users`."""
    handle = _name(asked, "handle")
    old = next((group for group in world.workspace.groups.values() if group.handle == handle), None)
    users = tuple(_people(world, asked, "users", old.users if old else ()))
    name = str(asked.get("name") or (old.name if old else handle))
    id = old.id if old else str(asked.get("id") or f"S0{handle.upper()}")
    group = Group(id=id, handle=handle, name=name, users=users)
    world.workspace.put_group(group)
    _tell_who_changed(world, old, group)
    return asdict(group)


def _tell_who_changed(world: World, old: Group | None, group: Group) -> None:
    before = set(old.users if old else ())
    added, removed = sorted(set(group.users) - before), sorted(before - set(group.users))
    event: Json = {
        "type": "subteam_members_changed",
        "subteam_id": group.id,
        "team_id": TEAM_ID,
        "added_users": added,
        "added_users_count": len(added),
        "removed_users": removed,
        "removed_users_count": len(removed),
        "event_ts": world.ids.ts(),
    }
    world.delivery.tell("subteam_members_changed", event)


def _number(asked: Mapping[str, object], key: str) -> float:
    """A number that was asked with; 0 when it was not."""
    try:
        found = float(str(asked.get(key) or 0))
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise Wrong(f'"{key}" is a number, not {asked[key]!r}.')
    return found


def _people(world: World, asked: Json, key: str, otherwise: Sequence[str]) -> list[str]:
    """The ids of those who were asked for, by id or name; *otherwise* when nobody was."""
    named = asked.get(key, otherwise)
    if not isinstance(named, list | tuple):
        raise Wrong(f'"{key}" is a list of people, not {named!r}.')
    return [name if name == BOT_USER else world.workspace.person(str(name)).id for name in named]


def _name(asked: Json, key: str = "name") -> str:
    name = str(asked.get(key) or "").lstrip("#@")
    if not name:
        raise Wrong(f'"{key}" is missing.')
    return name
