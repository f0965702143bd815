"""What steps would do, as a page or a message shows it."""

from collections.abc import Sequence

from bot.base.text import cut, plural
from bot.model.approval import StepPreview
from bot.slack.limits import SECTION_TEXT, Block
from bot.slack.mrkdwn import code_block, escape, one_line
from bot.slack.views.parts import section

_PREVIEW_LENGTH = 1500
_PREVIEW_LINES = 12
_LINE_LENGTH = 100


def preview_blocks(previews: Sequence[StepPreview]) -> list[Block]:
    """Each step with the beginning of what it would do, and at the end whether something speaks against it."""
    blocks = [section(_preview(preview)) for preview in previews]
    if problems := [preview for preview in previews if preview.problem]:
        blocks.append(section(f"⚠ *{plural(len(problems), 'step')} would fail as things stand.*"))
    return blocks


def whole_preview_blocks(previews: Sequence[StepPreview]) -> list[Block]:
    """The same without anything left out, as far as a page has room."""
    return [
        block
        for preview in previews
        for block in (section(_title(preview)), *(section(text) for text in _in_pieces(preview.text)))
    ] or [section("Nothing would be done after it.")]


def _title(preview: StepPreview) -> str:
    return f"*{escape(preview.id)}. {one_line(preview.title)}*{' · cannot be undone' if preview.is_final else ''}"


def _preview(preview: StepPreview) -> str:
    title = _title(preview)
    if preview.problem:
        return f"{title}\n⚠ Would fail: {escape(cut(preview.problem, _PREVIEW_LENGTH))}"
    if preview.known_after:
        return f"{title}\nKnown after {escape(preview.known_after)}."
    if preview.uses is None and not preview.text:
        return title
    if not preview.text.strip():
        return f"{title}\nThis step cannot say what it would do."
    return f"{title}\n{code_block(_first_lines(preview.text), min(_PREVIEW_LENGTH, SECTION_TEXT))}"


def _first_lines(text: str) -> str:
    """Enough to see what it is about; `stackhand plan` shows all of it."""
    lines = [cut(line, _LINE_LENGTH) for line in text.strip("\n").split("\n")]
    more = len(lines) - _PREVIEW_LINES
    return "\n".join(lines if more <= 1 else [*lines[:_PREVIEW_LINES], f"… {more} more lines"])


def _in_pieces(text: str) -> list[str]:
    """*text* as code blocks, each short enough for a section however many of its characters need escaping."""
    pieces, piece = [], ""
    for line in text.strip("\n").splitlines():
        if piece and len(piece) + len(line) > _PIECE:
            pieces.append(piece)
            piece = ""
        piece = f"{piece}\n{cut(line, _PIECE)}" if piece else cut(line, _PIECE)
    return [code_block(one, SECTION_TEXT) for one in [*pieces, piece] if one]


_PIECE = 1500
