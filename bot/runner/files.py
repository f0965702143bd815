"""Brings the files of a run to this machine, before its first step."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from bot.base.errors import Refused
from bot.control.forms.files import Files
from bot.model.file import GivenFile, files_in
from bot.model.form import FormValue
from bot.store.store import Store


class Download(Protocol):
    """Fetches a file from where it waits."""

    def __call__(self, file: GivenFile, write: Callable[[bytes], object]) -> None:
        """Hand on its content piece by piece, and no more of it than its size. Raises Refused."""


class BringFiles:
    """Sees to it that the files that a run got lie where its steps look for them."""

    def __init__(self, *, store: Store, files: Files) -> None:
        self._store = store
        self._files = files
        self._download: Download | None = None

    def connect(self, download: Download | None) -> None:
        """Fetch from there from now on; None: this process has no way to Slack."""
        self._download = download

    def bring(self, inputs: Mapping[str, FormValue], *, go_on: Callable[[], None] = lambda: None) -> None:
        """Fetch what of *inputs* is not here yet. *go_on* is asked in between and may raise. Raises Refused."""
        for _, ref in files_in(inputs):
            with self._store.read() as tx:
                file = tx.files.get(ref)
            if file is None:
                raise Refused("A file of this run is not kept any more.", hint="Start the job with the file anew.")
            if not self._files.path(file).exists():
                self._fetch(file, go_on)

    def _fetch(self, file: GivenFile, go_on: Callable[[], None]) -> None:
        if not file.source:
            raise Refused(
                f"{file.name} was given in a terminal of another machine, and is not on this one.",
                hint="Start the job where the bot runs, or in Slack.",
            )
        if self._download is None:
            raise Refused(
                f"{file.name} waits in Slack, and this process has no token to fetch it.",
                hint="Set SLACK_BOT_TOKEN where it starts.",
            )
        place, digest = self._files.path(file), hashlib.sha256()
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _whole_or_not_at_all(place) as content:

            def write(piece: bytes) -> None:
                go_on()
                digest.update(piece)
                content.write(piece)

            self._download(file, write)
        with self._store.begin() as tx:
            tx.files.came(file.ref, sha256=digest.hexdigest())


@contextmanager
def _whole_or_not_at_all(place: Path) -> Iterator[IO[bytes]]:
    """A file that appears at *place* once all of it is written."""
    number, half = tempfile.mkstemp(dir=place.parent)
    try:
        with os.fdopen(number, "wb") as content:
            yield content
        Path(half).replace(place)
    finally:
        Path(half).unlink(missing_ok=True)
