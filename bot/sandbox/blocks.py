"""Blocks and views as an app sends them: refused where Slack would, and given the ids that Slack gives."""

import json
from collections.abc import Iterator
from typing import Any

from bot.sandbox.block_kit import MESSAGE_BLOCKS, VIEW
from bot.sandbox.clock import Ids
from bot.sandbox.rules import error
from bot.sandbox.wire import Json, Refusal

#: Undocumented; begins near 13 200 (https://github.com/slackapi/bolt-js/issues/2509).
_MOST_CHARACTERS_OF_BLOCKS = 13_000
_MOST_BYTES_OF_A_VIEW = 250_000
#: Of a view that is shown; the rest belongs to the server.
_VIEW_FIELDS = ("title", "submit", "close", "notify_on_close", "clear_on_close", "submit_disabled", "external_id")


def take_message_blocks(blocks: Any, ids: Ids) -> list[Json]:
    """The blocks of a message, with ids. Raises Refusal."""
    if messages := [*MESSAGE_BLOCKS.broken(blocks, "/blocks"), *_taken_twice(blocks, "/blocks")]:
        raise Refusal("invalid_blocks", messages=messages)
    if len(json.dumps(blocks, ensure_ascii=False)) > _MOST_CHARACTERS_OF_BLOCKS:
        raise Refusal("msg_blocks_too_long")
    return _with_ids(blocks, ids)


def take_view(view: Any, ids: Ids, *, kind: str) -> Json:
    """The fields of a view that the app decides on, with ids. Raises Refusal."""
    messages = list(VIEW.broken(view, "/view"))
    if not messages:
        messages = list(_taken_twice(view["blocks"], "/view/blocks"))
    if not messages and view["type"] != kind:
        messages = [error(f"must be a view of type {kind}", "/view/type")]
    if messages:
        raise Refusal("invalid_arguments", messages=messages)
    if len(json.dumps(view).encode()) > _MOST_BYTES_OF_A_VIEW:
        raise Refusal("view_too_large")
    return {
        "type": kind,
        "callback_id": "",
        "private_metadata": "",
        "title": None,
        "submit": None,
        "close": None,
        "notify_on_close": False,
        "clear_on_close": False,
        "external_id": "",
        **{name: view[name] for name in (*_VIEW_FIELDS, "callback_id", "private_metadata") if view.get(name)},
        "blocks": _with_ids(view["blocks"], ids),
    }


def elements(block: Json) -> list[Json]:
    """What stands in a block."""
    inside = [block[name] for name in ("accessory", "element") if isinstance(block.get(name), dict)]
    beside = block.get("elements") if block.get("type") in ("actions", "context") else None
    return inside + [one for one in beside if isinstance(one, dict)] if isinstance(beside, list) else inside


def _taken_twice(blocks: Any, at: str) -> Iterator[str]:
    seen: set[str] = set()
    for index, block in enumerate(blocks if isinstance(blocks, list) else ()):
        if not isinstance(block, dict):
            continue
        block_id = str(block.get("block_id") or "")
        if block_id and block_id in seen:
            yield error(f'block_id "{block_id}" already exists', f"{at}/{index}/block_id")
        seen.add(block_id)
        yield from _actions_taken_twice(block, f"{at}/{index}")


def _actions_taken_twice(block: Json, at: str) -> Iterator[str]:
    seen: set[str] = set()
    for element in elements(block):
        action = str(element.get("action_id") or "")
        if action and action in seen:
            yield error(f'action_id "{action}" already exists for this block', at)
        seen.add(action)


def _with_ids(blocks: list[Json], ids: Ids) -> list[Json]:
    return [_with_id(block, ids) for block in blocks]


def _with_id(block: Json, ids: Ids) -> Json:
    named = {**block, "block_id": block.get("block_id") or ids.new("b")}
    for name in ("accessory", "element"):
        if name in named and named[name].get("type") != "image":
            named[name] = _acting(named[name], ids)
    if named["type"] == "actions":
        named["elements"] = [_acting(element, ids) for element in named["elements"]]
    return named


def _acting(element: Json, ids: Ids) -> Json:
    return element if element.get("action_id") else {**element, "action_id": ids.new("a")}
