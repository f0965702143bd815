"""Channels that people name: which one is meant, and whether the bot can tell something there."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from slack_sdk import WebClient

from bot.base.errors import NotFound, NotNow, Refused
from bot.slack.client import Later, Never, Unsure, call, pages
from bot.slack.interaction import Interaction

log = structlog.get_logger()

#: As many as Slack gives at once (https://docs.slack.dev/reference/methods/conversations.list).
_PAGE = 999
_ANOTHER = "name another channel: in #CHANNEL."


@dataclass(frozen=True)
class Place:
    """Where something is told."""

    id: str
    #: "#dev"; empty where it has none, or none that everybody may read.
    name: str = ""


def here(slack: WebClient, interaction: Interaction, *, instead: str = _ANOTHER) -> Place:
    """The conversation in which something was said. Raises Refused, with *instead*, when nothing can be told there."""
    if not interaction.channel:
        raise Refused("Say where: in #CHANNEL.")
    if not interaction.is_direct:
        unseen = "I am not in this conversation."
        return named(slack, interaction.channel, unseen=unseen, called="this channel", instead=instead)
    # Two people may type a command between them, too; the bot is in no such conversation.
    if _ask(slack.conversations_open, "you", users=interaction.user)["channel"]["id"] != interaction.channel:
        raise Refused("I am not in this conversation.", hint=f"Say it in a message to me, or {instead}")
    return Place(interaction.channel)


def named(slack: WebClient, id: str, *, called: str, unseen: str = "", instead: str = _ANOTHER) -> Place:
    """The channel of this *id*, which people call *called*. Raises Refused when nothing can be told there."""
    try:
        found = _ask(slack.conversations_info, called, channel=id)["channel"]
    except Never as never:
        # Slack says the same of what is private, what is gone, and what the app may not see.
        log.info("a channel that was named cannot be seen", channel=id, error=str(never))
        raise NotFound(
            unseen or f"I cannot see {called}.", hint=f"Type /invite in it to add me, and say it again; or {instead}"
        ) from never
    return _open(found, instead)


def by_name(slack: WebClient, name: str) -> Place:
    """The public channel of this *name*, like "#dev". Raises Refused when there is none, or nothing can be told there.

    Slack writes the id of a private channel for those who are in it; nobody else has to learn that it is there.
    """
    read = partial(_ask, slack.conversations_list, "channels")
    for page in pages(read, limit=_PAGE, types="public_channel"):
        for found in page["channels"]:
            if f"#{found['name']}" == name.casefold():
                return _open(found, _ANOTHER)
    raise NotFound(
        f"I see no channel {name}.",
        hint=f"Check its name. If it is private, type /invite in it to add me, and say it there; or {_ANOTHER}",
    )


def _open(found: dict[str, Any], instead: str) -> Place:
    if found.get("is_archived"):
        raise NotNow(f"#{found['name']} is archived.", hint=f"Please {instead}")
    # Lists of what is followed are read by more people than are in a private channel.
    return Place(found["id"], "" if found.get("is_private") else f"#{found['name']}")


def _ask(method: Any, about: str, **arguments: Any) -> Any:
    """Ask Slack. Raises Never, and Refused when it does not answer."""
    try:
        return call(method, **arguments)
    except (Later, Unsure) as error:
        log.warning("Slack does not say what a channel is", about=about, error=str(error))
        raise Refused(f"Slack did not answer when I asked about {about}.", hint="Try again in a moment.") from error
