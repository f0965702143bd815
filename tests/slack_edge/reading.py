"""Blocks as the text that a person reads."""

from collections.abc import Iterable
from typing import Any


def read(blocks: Iterable[dict[str, Any]]) -> str:
    """All texts of *blocks*, one per line."""
    return "\n".join(text for block in blocks for text in _texts(block))


def labels(blocks: Iterable[dict[str, Any]]) -> list[str]:
    """The labels of all buttons."""
    return [button["text"]["text"] for button in buttons(blocks)]


def buttons(blocks: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """All buttons."""
    found = []
    for block in blocks:
        elements = [*block.get("elements", []), *([block["accessory"]] if "accessory" in block else [])]
        found += [element for element in elements if element["type"] == "button"]
    return found


def _texts(node: Any) -> Iterable[str]:
    if isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node["text"]
        for name, value in node.items():
            if name not in {"confirm", "text"} or isinstance(value, dict | list):
                yield from _texts(value) if name != "confirm" else ()
    elif isinstance(node, list):
        for item in node:
            yield from _texts(item)
