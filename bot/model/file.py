"""A file that somebody gave to a form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from bot.base.text import format_bytes

_PARTS = (("ref", str), ("name", str), ("size", int))


@dataclass(frozen=True, kw_only=True)
class GivenFile:
    """What is known of a file. Its content is never in the database."""

    #: Nobody guesses it; answers name the file by it.
    ref: str
    #: Who gave it.
    person: str
    #: The file's id in Slack, where it waits to be fetched; empty: it came from this machine.
    source: str
    #: As it was called there: for people, never a path.
    name: str
    size: int
    #: Of its content; empty until it was fetched.
    sha256: str

    @property
    def answer(self) -> dict[str, str | int]:
        """The answer to the form's field."""
        return {"ref": self.ref, "name": self.name, "size": self.size}

    @property
    def place(self) -> str:
        """What it is called on disk. Programs go by the end of a name, so that is kept, and nothing else of it."""
        ending = self.name.rpartition(".")[2] if "." in self.name else ""
        return f"{self.ref}.{ending}" if ending.isascii() and ending.isalnum() and len(ending) <= 10 else self.ref


def is_file(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Is this one file, as `GivenFile.answer` has it, or steps see it?"""
    if not isinstance(value, Mapping) or value.keys() - {"ref", "name", "size", "path"}:
        return False
    return all(isinstance(value.get(key), kind) for key, kind in _PARTS)


def files_of(answer: object) -> list[Mapping[str, Any]]:
    """The files that an answer is: one, or several of a field that takes more; empty: it is something else."""
    if isinstance(answer, list):
        return answer if all(map(is_file, answer)) else []
    return [answer] if is_file(answer) else []


def file_words(files: Sequence[Mapping[str, Any]]) -> str:
    """`report.csv, 12 KB`; several as `may.csv, 12 KB; june.csv, 3 KB`."""
    return "; ".join(f"{file['name']}, {format_bytes(file['size'])}" for file in files)


def files_in(inputs: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The references of all files among *inputs*, each with its field."""
    return [(name, str(file["ref"])) for name, value in inputs.items() for file in files_of(value)]
