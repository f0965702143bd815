"""Writing to the terminal, or to whatever reads us instead: plain lines without colour, frames or cut words."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

#: Everything that could move the cursor or change the terminal; what programs and people wrote is shown, not obeyed.
_CONTROLS = {code: "�" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}

#: Cells of a column like this are not broken: dates, states, short names.
_SHORT = 12


class _Out(Console):
    """Lets the verb end as it ends when somebody stops reading; Rich would say that it failed."""

    def on_broken_pipe(self) -> None:
        """Hand on what was raised."""
        raise  # noqa: PLE0704 - Rich calls this where it caught it


def out() -> Console:
    """Standard output."""
    return _Out(highlight=False, soft_wrap=True)


def err() -> Console:
    """Standard error."""
    return Console(highlight=False, soft_wrap=True, stderr=True)


def visible(text: str) -> str:
    """*text* with its control characters made visible."""
    return text.replace("\r\n", "\n").translate(_CONTROLS)


def say(console: Console, text: str, style: str = "") -> None:
    """Write one line. A terminal breaks it between words, and what is indented stays so."""
    line = Text(visible(text), style=style)
    if not console.is_terminal:
        console.print(line)
        return
    indent = len(line.plain) - len(line.plain.lstrip(" "))
    for part in line[indent:].wrap(console, max(console.width - indent, indent + 1)):
        part.rstrip()
        console.print(Text.assemble(" " * indent, part))


def local_time(console: Console, at: datetime) -> str:
    """*at* as this machine's clock shows it; to people at a terminal without the day where that is today."""
    here = at.astimezone()
    if not console.is_terminal:
        return f"{here:%Y-%m-%d %H:%M:%S}"
    is_today = here.date() == datetime.now(UTC).astimezone().date()
    return f"{here:%H:%M:%S}" if is_today else f"{here:%-d %b %H:%M}"


def table(console: Console, headings: Sequence[str], rows: Sequence[Sequence[str | Text]]) -> None:
    """A table on a terminal; elsewhere columns that line up, each as wide as its longest word."""
    cells = [[cell if isinstance(cell, Text) else Text(visible(cell)) for cell in row] for row in rows]
    if console.is_terminal:
        framed = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
        for number, heading in enumerate(headings):
            is_short = max(row[number].cell_len for row in cells) <= _SHORT
            # The first is what one types behind a verb: it stays in one piece.
            framed.add_column(heading, no_wrap=number == 0 or is_short, overflow="fold")
        for row in cells:
            framed.add_row(*row)
        console.print(framed, soft_wrap=False)
        return
    for row in cells:
        widths = [max(len(other[column].plain) for other in cells) for column in range(len(row))]
        line = "  ".join(f"{cell.plain:<{width}}" for cell, width in zip(row, widths, strict=True))
        console.print(Text(line.rstrip()))
