"""Writing to the terminal, or to whatever reads us instead: plain lines without colour, frames or cut words."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

#: Everything that could move the cursor or change the terminal; what programs and people wrote is shown, not obeyed.
_CONTROLS = {code: "�" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}


def out() -> Console:
    """Standard output."""
    return Console(highlight=False, soft_wrap=True)


def err() -> Console:
    """Standard error."""
    return Console(highlight=False, soft_wrap=True, stderr=True)


def visible(text: str) -> str:
    """*text* with its control characters made visible."""
    return text.replace("\r\n", "\n").translate(_CONTROLS)


def say(console: Console, text: str, style: str = "") -> None:
    """Write one line."""
    console.print(Text(visible(text), style=style))


def table(console: Console, headings: Sequence[str], rows: Sequence[Sequence[str | Text]]) -> None:
    """A table on a terminal; elsewhere columns that line up, each as wide as its longest word."""
    cells = [[cell if isinstance(cell, Text) else Text(visible(cell)) for cell in row] for row in rows]
    if console.is_terminal:
        framed = Table(*headings, box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
        for row in cells:
            framed.add_row(*row)
        console.print(framed, soft_wrap=False)
        return
    for row in cells:
        widths = [max(len(other[column].plain) for other in cells) for column in range(len(row))]
        line = "  ".join(f"{cell.plain:<{width}}" for cell, width in zip(row, widths, strict=True))
        console.print(Text(line.rstrip()))
