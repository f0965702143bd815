"""A file that somebody gave to a form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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


def is_file(value: object) -> bool:
    """Is this the answer to a field of type file?"""
    return isinstance(value, Mapping) and all(isinstance(value.get(key), kind) for key, kind in _PARTS)


def file_words(value: Mapping[str, object]) -> str:
    """`report.csv, 12 KB`."""
    size = value.get("size")
    return f"{value.get('name')}, {format_bytes(size)}" if isinstance(size, int) else str(value.get("name"))


def files_in(inputs: Mapping[str, Any]) -> dict[str, str]:
    """The references of all files among *inputs*, by field."""
    return {name: str(value["ref"]) for name, value in inputs.items() if isinstance(value, dict) and is_file(value)}
