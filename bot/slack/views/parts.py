"""The pieces that all messages and modals are made of."""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.base.text import cut
from bot.slack.ids import VALUE
from bot.slack.limits import (
    BUTTON_TEXT,
    BUTTONS_PER_ROW,
    CONFIRM_BUTTON,
    CONFIRM_TEXT,
    CONFIRM_TITLE,
    HEADER_TEXT,
    INPUT_LABEL,
    SECTION_TEXT,
    VIEW_TITLE,
    Block,
    fit_view,
)


def words(text: str, most: int) -> dict[str, Any]:
    """Plain text. Emoji codes in it stay text."""
    return {"type": "plain_text", "text": cut(text, most) or " ", "emoji": False}


def mrkdwn(text: str, most: int = SECTION_TEXT) -> dict[str, Any]:
    """Formatted text. Verbatim: Slack makes no links or mentions of its own from it."""
    return {"type": "mrkdwn", "text": cut(text, most), "verbatim": True}


def header(text: str) -> Block:
    """A title line."""
    return {"type": "header", "text": words(text, HEADER_TEXT)}


def section(text: str, *, accessory: dict[str, Any] | None = None) -> Block:
    """A paragraph."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    return {**block, "accessory": accessory} if accessory else block


def sections(lines: Iterable[str]) -> list[Block]:
    """Lines below one another, in as few paragraphs as their length allows."""
    texts: list[str] = []
    for line in lines:
        if texts and len(texts[-1]) + len(line) < SECTION_TEXT:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
    return [section(text) for text in texts]


def context(text: str) -> Block:
    """A small grey line."""
    return {"type": "context", "elements": [mrkdwn(text)]}


def divider() -> Block:
    """A thin line."""
    return {"type": "divider"}


def row(buttons: Sequence[dict[str, Any]]) -> Block:
    """Buttons beside one another."""
    return {"type": "actions", "elements": list(buttons)}


def rows(buttons: Sequence[dict[str, Any]]) -> list[Block]:
    """Buttons in as few rows as their number allows."""
    return [row(buttons[start : start + BUTTONS_PER_ROW]) for start in range(0, len(buttons), BUTTONS_PER_ROW)]


def text_input(block_id: str, label: str, *, most: int | None = None, is_optional: bool = False) -> Block:
    """A line to be typed, of at most *most* characters."""
    bound = {"max_length": most} if most else {}
    return {
        "type": "input",
        "block_id": block_id,
        "label": words(label, INPUT_LABEL),
        "element": {"type": "plain_text_input", "action_id": VALUE, **bound},
        "optional": is_optional,
    }


def button(
    label: str, *, action: str, value: str, style: str = "", confirm: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A button; *style* is "primary" or "danger"."""
    made: dict[str, Any] = {
        "type": "button",
        "text": words(label, BUTTON_TEXT),
        "action_id": action,
        "value": value,
    }
    if style:
        made["style"] = style
    if confirm:
        made["confirm"] = confirm
    return made


def confirm(title: str, text: str, *, yes: str, no: str, danger: bool = False) -> dict[str, Any]:
    """A question before a button counts."""
    made = {
        "title": words(title, CONFIRM_TITLE),
        "text": words(text, CONFIRM_TEXT),
        "confirm": words(yes, CONFIRM_BUTTON),
        "deny": words(no, CONFIRM_BUTTON),
    }
    return {**made, "style": "danger"} if danger else made


def modal(title: str, blocks: Sequence[Block], **more: Any) -> dict[str, Any]:
    """A modal; *more* are further fields of the view, texts of buttons as plain strings."""
    view: dict[str, Any] = {"type": "modal", "title": words(title, VIEW_TITLE), "blocks": fit_view(blocks)}
    for name, value in more.items():
        view[name] = words(value, VIEW_TITLE) if name in {"submit", "close"} else value
    view.setdefault("close", words("Close", VIEW_TITLE))
    return view


def start_label(title: str) -> str:
    """What the button that starts a job says: its title, unless Slack would cut that off."""
    return title if len(title) <= VIEW_TITLE else "Start"


def skeleton(title: str, line: str = "One moment…") -> dict[str, Any]:
    """What a modal shows until its content is there: a trigger lives 3 s, so it has to open before anything slow."""
    return modal(title, [section(line)])
