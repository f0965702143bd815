"""Files that people give to forms: known by a reference that nobody guesses, kept as long as the last run with them."""

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from bot.base.clock import Clock
from bot.base.errors import Refused, WrongInputs
from bot.base.text import format_bytes
from bot.control.logs import was_written_before
from bot.control.start import StartJob
from bot.model.file import GivenFile, files_in, files_of, is_file
from bot.model.form import FieldType, FormField, FormValue
from bot.model.person import Person
from bot.model.run import Run
from bot.store.store import Store, Transaction

_CHUNK_BYTES = 64 * 1024
_LONGEST_NAME = 100
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Files:
    """What was given to forms; the contents lie in *folder*."""

    def __init__(self, *, store: Store, clock: Clock, folder: Path) -> None:
        self._store = store
        self._clock = clock
        self._folder = folder

    def keep(self, source: str, *, name: str, size: int, by: Person) -> dict[str, str | int]:
        """Know a file that waits in Slack; the same one again is the same answer. Its content comes with its run."""
        with self._store.begin() as tx:
            if known := tx.files.from_source(source, person=by.id):
                return known.answer
            return self._add(tx, source=source, name=name, size=size, by=by).answer

    def take(self, path: Path, *, most_bytes: int | None, by: Person) -> dict[str, str | int]:
        """Copy a file of this machine. Raises Refused when it cannot be read, or is too large."""
        ref, digest, size = secrets.token_urlsafe(16), hashlib.sha256(), 0
        file = GivenFile(ref=ref, person=by.id, source="", name=_harmless(path.name), size=0, sha256="")
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        place = self.path(file)
        try:
            with path.open("rb") as given, place.open("xb") as copy:
                place.chmod(0o600)
                while chunk := given.read(_CHUNK_BYTES):
                    size += copy.write(chunk)
                    digest.update(chunk)
                    if most_bytes is not None and size > most_bytes:
                        raise Refused(f"{path} is too large: {format_bytes(most_bytes)} are allowed.")
            with self._store.begin() as tx:
                return self._add(tx, ref=ref, name=path.name, size=size, sha256=digest.hexdigest(), by=by).answer
        except OSError as error:
            place.unlink(missing_ok=True)
            raise Refused(f"The file {path} cannot be read: {error.strerror}.") from error
        except Refused:
            place.unlink(missing_ok=True)
            raise

    def path(self, file: GivenFile) -> Path:
        """Where its content lies, or will lie once a run needs it."""
        return self._folder / file.place

    def checked(self, form: Sequence[FormField], ask: StartJob) -> dict[str, Any]:
        """The answers in *ask* with what is really known of their files, whatever was claimed.

        Raises WrongInputs for one that is not known, and for one that somebody else gave to another job.
        """
        found, errors = dict(ask.inputs), {}
        fields = {field.name for field in form if field.type is FieldType.FILE}
        with self._store.read() as tx:
            for name in fields & dict(files_in(ask.inputs)).keys():
                files = [tx.files.get(str(one["ref"])) for one in files_of(ask.inputs[name])]
                known = [file.answer for file in files if file and _may_give(tx, file, ask)]
                found[name] = known if isinstance(ask.inputs[name], list) else next(iter(known), None)
                if len(known) < len(files):
                    errors[name] = "This file is not kept (any more). Choose it anew."
        if errors:
            raise WrongInputs(errors)
        return found

    def as_steps_see(self, inputs: Mapping[str, FormValue]) -> dict[str, FormValue]:
        """*inputs* with the path of each file."""
        return {name: self._with_path(value) for name, value in inputs.items()}

    def use(self, tx: Transaction, run: Run) -> None:
        """*run* gets its files, as part of *tx*. Raises WrongInputs when one was forgotten this very moment."""
        refs = files_in(run.inputs)
        if not refs:
            return
        known = tx.files.hold([ref for _, ref in refs])
        if gone := [name for name, ref in refs if ref not in known]:
            raise WrongInputs(dict.fromkeys(gone, "This file is not kept any more. Choose it anew."))
        tx.files.use([ref for _, ref in refs], run=run.number)

    def sweep(self, *, before: datetime) -> None:
        """Remove contents that nobody knows any more, if they were written before that moment."""
        there = list(self._folder.iterdir()) if self._folder.is_dir() else []
        with self._store.read() as tx:
            known = tx.files.refs()
        for path in there:
            # One that is being copied this very moment has no row yet.
            if path.name.partition(".")[0] not in known and was_written_before(path, before):
                path.unlink(missing_ok=True)

    def _add(
        self, tx: Transaction, *, name: str, size: int, by: Person, ref: str = "", source: str = "", sha256: str = ""
    ) -> GivenFile:
        file = GivenFile(
            ref=ref or secrets.token_urlsafe(16),
            person=by.id,
            source=source,
            name=_harmless(name),
            size=size,
            sha256=sha256,
        )
        tx.files.add(file, at=self._clock.now())
        return file

    def _with_path(self, value: FormValue) -> FormValue:
        if isinstance(value, list):
            return [{**one, "path": self._path_of(one)} for one in files_of(value)] or value
        return {**value, "path": self._path_of(value)} if is_file(value) else value

    def _path_of(self, value: Mapping[str, Any]) -> str:
        file = GivenFile(ref=str(value["ref"]), person="", source="", name=str(value["name"]), size=0, sha256="")
        return str(self.path(file))


def _may_give(tx: Transaction, file: GivenFile, ask: StartJob) -> bool:
    """Is it the asker's own, one of an earlier run of this job, or what a stack's author hands on?"""
    is_handed_on = ask.parent is not None or ask.person.is_automatic
    return is_handed_on or file.person == ask.person.id or tx.files.is_of_job(file.ref, stack=ask.stack, job=ask.job)


def _harmless(name: str) -> str:
    """A name that leads nowhere and hides nothing, whatever it was: its last part, without dots before it."""
    last = PurePosixPath(_UNSEEN.sub("", name).replace("\\", "/")).name.lstrip(". ")
    stem, dot, ending = last.rpartition(".")
    short = f"{stem[: _LONGEST_NAME - len(ending) - 1]}{dot}{ending}" if len(ending) < _LONGEST_NAME // 2 else last
    return short[:_LONGEST_NAME].strip() or "file"
