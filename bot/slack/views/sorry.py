"""How the bot says no, or that something broke."""

from typing import Any

from bot.base.errors import Refused
from bot.slack.limits import Block
from bot.slack.mrkdwn import entities, escape
from bot.slack.views.parts import modal, section


def refusal(refused: Refused) -> str:
    """The sentence and what to do next, as mrkdwn."""
    return "\n".join(escape(part) for part in (refused.reason or str(refused), refused.hint) if part)


def refusal_text(refused: Refused) -> str:
    """The same for notifications and screen readers: plain words, but Slack looks for mentions in it as well."""
    return entities(str(refused))


def refusal_blocks(refused: Refused) -> list[Block]:
    """The same for a private message."""
    return [section(refusal(refused))]


def refusal_modal(title: str, refused: Refused) -> dict[str, Any]:
    """A modal that turned into the answer."""
    return modal(title, [section(refusal(refused))])


def apology(token: str) -> str:
    """What people read when the program itself is wrong. *token* finds the log line."""
    return f"Something went wrong on our side. Try again; if it stays, give the bot's owners this token: {token}"


#: What people read while the disk is full or the database is locked.
NOT_WRITTEN = (
    "Nothing was done: the bot's database takes no changes right now, most likely because its disk is full.\n"
    "Try again in a minute, and tell the bot's owners if it stays."
)


def apology_modal(title: str, said: str) -> dict[str, Any]:
    """What went wrong, in a modal."""
    return modal(title, [section(said)])
