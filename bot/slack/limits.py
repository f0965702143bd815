"""Slack's limits, and fitting what we write into them.

Numbers without another source are from https://docs.slack.dev/reference/block-kit and the validators of slack_sdk.
"""

import json
from collections.abc import Sequence
from typing import Any

from bot.base.text import cut

Block = dict[str, Any]

BLOCKS_PER_MESSAGE = 50
#: Of a modal and of the App Home.
BLOCKS_PER_VIEW = 100
SECTION_TEXT = 3000
HEADER_TEXT = 150
BUTTON_TEXT = 75
BUTTON_VALUE = 2000
BUTTONS_PER_ROW = 25
OPTION_TEXT = 75
OPTION_VALUE = 150
OPTIONS = 100
OPTION_GROUPS = 100
PLACEHOLDER = 150
INPUT_LABEL = 2000
INPUT_HINT = 2000
INPUT_TEXT = 3000
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30
#: Of a view's title, submit and close.
VIEW_TITLE = 24
PRIVATE_METADATA = 3000
#: Longer texts of a message are cut by Slack (`message_truncated`) at 40 000; screen readers and phones want far less.
MESSAGE_TEXT = 3000
#: All blocks of a message together; undocumented, `msg_blocks_too_long` begins near 13 200
#: (https://github.com/slackapi/bolt-js/issues/2509).
MESSAGE_BLOCKS_TOTAL = 12_500
#: A view may have 250 KB.
VIEW_TOTAL = 200_000

#: How long a text stays at least when a message has to shrink.
_SHORTEST_TEXT = 200


def fit_message(blocks: Sequence[Block]) -> list[Block]:
    """At most 50 blocks, and not too many characters; the last block (the buttons) is always kept.

    Views build what fits; this is the last resort, so that a strange run still has a message.
    """
    return _shrink(_fewer(blocks, BLOCKS_PER_MESSAGE), MESSAGE_BLOCKS_TOTAL)


def fits_message(blocks: Sequence[Block]) -> bool:
    """Does Slack take these blocks in one message as they are?"""
    return len(blocks) <= BLOCKS_PER_MESSAGE and _size(blocks) <= MESSAGE_BLOCKS_TOTAL


def fit_view(blocks: Sequence[Block]) -> list[Block]:
    """At most 100 blocks, and not too many characters."""
    return _shrink(_fewer(blocks, BLOCKS_PER_VIEW), VIEW_TOTAL)


def _fewer(blocks: Sequence[Block], most: int) -> list[Block]:
    if len(blocks) <= most:
        return list(blocks)
    return [*blocks[: most - 2], _left_out(len(blocks) - most + 1), blocks[-1]]


def _left_out(count: int) -> Block:
    return {"type": "context", "elements": [{"type": "plain_text", "text": f"{count} more are not shown."}]}


def _shrink(blocks: list[Block], most: int) -> list[Block]:
    """Halve the longest section text until everything fits."""
    while (size := _size(blocks)) > most:
        longest = max(range(len(blocks)), key=lambda index: len(_text(blocks[index])))
        text = _text(blocks[longest])
        if len(text) <= _SHORTEST_TEXT:
            return _shorter(blocks, most)
        shorter = max(_SHORTEST_TEXT, len(text) - max(size - most, len(text) // 2))
        blocks[longest] = {**blocks[longest], "text": {**blocks[longest]["text"], "text": _cut_mrkdwn(text, shorter)}}
    return blocks


def _shorter(blocks: Sequence[Block], most: int) -> list[Block]:
    """Without the blocks before the last one that are too many; the note says how many."""
    for kept in range(len(blocks) - 2, -1, -1):
        shown = [*blocks[:kept], _left_out(len(blocks) - 1 - kept), blocks[-1]]
        if _size(shown) <= most:
            return shown
    return list(blocks[-1:])


def _text(block: Block) -> str:
    return str(block["text"]["text"]) if block["type"] == "section" and "text" in block else ""


def _size(blocks: Sequence[Block]) -> int:
    return len(json.dumps(blocks, ensure_ascii=False))


def _cut_mrkdwn(text: str, most: int) -> str:
    """Cut *text*, and close a code block that the cut opened."""
    shorter = cut(text, most - 4)
    return shorter + "\n```" if shorter.count("```") % 2 else shorter
