"""Pieces of Block Kit to send."""

from typing import Any

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(label: str, action: str, value: str = "1", **more: Any) -> Json:
    return {"type": "button", "text": plain(label), "action_id": action, "value": value, **more}


def row(*buttons: Json) -> Json:
    return {"type": "actions", "block_id": "row", "elements": list(buttons)}


def text_input(label: str, block: str, **more: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": "value"}
    return {"type": "input", "block_id": block, "label": plain(label), "element": element, **more}


def select(*values: str, **more: Any) -> Json:
    options = [{"text": plain(value), "value": value} for value in values]
    return {"type": "static_select", "action_id": "pick", "options": options, **more}


def modal(*blocks: Json, **more: Any) -> Json:
    view = {"type": "modal", "callback_id": "sample", "title": plain("Sample"), "submit": plain("Send")}
    return {**view, "blocks": list(blocks), **more}
