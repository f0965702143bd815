"""How the bot says no, or that something broke."""

from typing import Any

from bot.base.errors import Refused
from bot.slack.limits import Block
from bot.slack.mrkdwn import escape
from bot.slack.views.parts import modal, section


def refusal(refused: Refused) -> str:
    """The sentence and what to do next, as mrkdwn."""
    return "\n".join(escape(part) for part in (refused.reason or str(refused), refused.hint) if part)


def refusal_text(refused: Refused) -> str:
    """The same for notifications and screen readers."""
    return str(refused)


def refusal_blocks(refused: Refused) -> list[Block]:
    """The same for a private message."""
    return [section(refusal(refused))]


def refusal_modal(title: str, refused: Refused) -> dict[str, Any]:
    """A modal that turned into the answer."""
    return modal(title, [section(refusal(refused))])


def apology(token: str) -> str:
    """What people read when the program itself is wrong. *token* finds the log line."""
    return f"Something went wrong on our side. Try again; if it stays, give the bot's owners this token: {token}"


def apology_modal(title: str, token: str) -> dict[str, Any]:
    """The same in a modal."""
    return modal(title, [section(apology(token))])
