"""`log`: the log of a run, as long as it may be, in bounded memory."""

import codecs
import socket
import sys
import time
from collections.abc import Callable, Iterator
from typing import Annotated

import typer

from bot.app import App
from bot.base.text import join_words
from bot.cli.follow import LEFT
from bot.cli.opened import opened_to_look
from bot.cli.run_words import is_still
from bot.cli.screen import err, say, visible
from bot.cli.typed import Data, RunNumber, Stacks
from bot.control.logs import RunLog, heading
from bot.model.run import RunView

_LOOK_S = 0.2
_CHUNK_BYTES = 64 * 1024

Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on until the run stands still.", show_default=False)]


def log(number: RunNumber, *, follow: Follow = False, data: Data = None, stacks: Stacks = None) -> int:
    """Print the log of a run."""
    with opened_to_look(data, stacks) as app:
        log = _Log(RunLog(app.settings.runs), number)
        try:
            view = _print_all(app, log, follow=follow)
        except KeyboardInterrupt:
            return LEFT
    if log.is_empty:
        say(err(), _why_empty(view))
    return 0


class _Log:
    """What the steps of a run have said, and how much of it was read already."""

    def __init__(self, files: RunLog, number: int) -> None:
        self.number = number
        self._files = files
        #: Bytes read so far, by step.
        self._read: dict[str, int] = {}
        self._last = ""

    @property
    def is_empty(self) -> bool:
        """Was nothing said so far?"""
        return not self._read

    def news(self, view: RunView) -> Iterator[bytes]:
        """What was added since the last time, in pieces of bounded size; a heading where another step speaks."""
        for step in view.steps:
            path = self._files.step_file(self.number, step.id)
            if not path.is_file() or path.stat().st_size <= self._read.get(step.id, 0):
                continue
            if self._last != step.id:
                yield heading(step).encode()
                self._last = step.id
            with path.open("rb") as file:
                file.seek(self._read.get(step.id, 0))
                while chunk := file.read(_CHUNK_BYTES):
                    yield chunk
                self._read[step.id] = file.tell()


def _print_all(app: App, log: _Log, *, follow: bool) -> RunView:
    write = _to_terminal() if sys.stdout.isatty() else sys.stdout.buffer.write
    is_warned = False
    while True:
        # Looked at before its log is read: what a run said was written before its end was.
        view = app.control.runs.view(log.number)
        for piece in log.news(view):
            write(piece)
        sys.stdout.flush()
        if not follow or is_still(view.run):
            return view
        if not is_warned and not app.is_up():
            say(err(), f"Nobody goes on with {view.run.name} now. To go on with it: stackhand up")
            is_warned = True
        time.sleep(_LOOK_S)


def _to_terminal() -> Callable[[bytes], object]:
    """Writes what programs said without letting it move the cursor. A character may be cut in two between pieces."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    return lambda piece: sys.stdout.write(visible(decoder.decode(piece)))


def _why_empty(view: RunView) -> str:
    elsewhere = sorted({step.machine for step in view.steps if step.machine and step.machine != socket.gethostname()})
    if elsewhere:
        return f"The log of {view.run.name} is where it ran: {join_words(elsewhere)}."
    return f"{view.run.name} said nothing{'' if is_still(view.run) else ' yet'}."
