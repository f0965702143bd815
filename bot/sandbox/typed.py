"""What people type, as Slack's clients send it on: @ada becomes <@U0ADA>, and < becomes &lt;."""

import re
from collections.abc import Callable

from bot.sandbox.seed import BOT_USER
from bot.sandbox.world import World

#: What the page has put in already.
_REFERENCE = re.compile(r"(<(?:@[UW]|#C|!)[^<>]*>)")
_NAMED = re.compile(r"(?<![\w@#])([@#])([a-z0-9][\w.-]*)", re.IGNORECASE)


def as_sent(world: World, text: str) -> str:
    """The text of a message."""
    return _each_part(text, lambda part: _NAMED.sub(lambda found: _reference(world, found, labels=False), part))


def as_command_text(world: World, text: str, *, should_escape: bool) -> str:
    """What follows a slash command: with names as ids only if the app's manifest asks for it (`should_escape`)."""
    if not should_escape:
        return _escaped(text.strip())
    return _each_part(text.strip(), lambda part: _NAMED.sub(lambda found: _reference(world, found, labels=True), part))


def _each_part(text: str, change: Callable[[str], str]) -> str:
    parts = _REFERENCE.split(text)
    return "".join(part if index % 2 else change(_escaped(part)) for index, part in enumerate(parts))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _reference(world: World, found: re.Match[str], *, labels: bool) -> str:
    sign, name = found.groups()
    if sign == "#":
        channel = world.workspace.channel(name)
        return f"<#{channel.id}|{channel.name}>" if channel and channel.name else found[0]
    users = {person.name.lower(): person.id for person in world.workspace.people.values()}
    users[world.app.name.lower()] = BOT_USER
    groups = {group.handle.lower(): group for group in world.workspace.groups.values()}
    if user := users.get(name.lower()):
        return f"<@{user}|{name}>" if labels else f"<@{user}>"
    if group := groups.get(name.lower()):
        return f"<!subteam^{group.id}|@{group.handle}>"
    return found[0]
