"""The question for the name of a protected environment."""

from typing import Any

from bot.slack.ids import CONFIRM_NAME, NAME_FORM, VALUE, ClickRef
from bot.slack.limits import PLACEHOLDER, PRIVATE_METADATA, Block
from bot.slack.mrkdwn import escape
from bot.slack.views.parts import modal, section, words


def name_input(environment: str) -> Block:
    """Where the name is typed."""
    return {
        "type": "input",
        "block_id": CONFIRM_NAME,
        "label": words(f"{environment} is protected. Type its name to confirm", PLACEHOLDER),
        "element": {"type": "plain_text_input", "action_id": VALUE},
    }


def name_modal(title: str, what: str, environment: str, ref: ClickRef) -> dict[str, Any]:
    """A page for what one click would start: *what* that is, and the question."""
    return modal(
        title,
        [section(escape(what)), name_input(environment)],
        submit=title,
        close="Do nothing",
        callback_id=NAME_FORM,
        private_metadata=ref.encode(PRIVATE_METADATA),
    )
