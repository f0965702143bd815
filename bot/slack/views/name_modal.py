"""The question for the name of a protected environment."""

from typing import Any

from bot.slack.ids import CONFIRM_NAME, NAME_FORM, ClickRef
from bot.slack.limits import PRIVATE_METADATA, Block
from bot.slack.mrkdwn import escape
from bot.slack.views.parts import modal, section, start_label, text_input


def name_input(environment: str) -> Block:
    """Where the name is typed."""
    return text_input(CONFIRM_NAME, f"{environment} is protected. Type its name to confirm")


def name_modal(title: str, what: str, environment: str, ref: ClickRef) -> dict[str, Any]:
    """A page for what one click would start: *what* that is, and the question."""
    return modal(
        title,
        [section(escape(what)), name_input(environment)],
        submit=start_label(title),
        close="Do nothing",
        callback_id=NAME_FORM,
        private_metadata=ref.encode(PRIVATE_METADATA),
    )
