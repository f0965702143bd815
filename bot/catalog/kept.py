"""A file that is read again when it changed, and whose last good meaning is kept while it is broken."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from bot.catalog.problems import Mark, Problem

T = TypeVar("T")
#: When it was changed, its size and its inode; None: it is not there.
Stamp = tuple[int, int, int] | None

_TOP = Mark(1, 1)


@dataclass(frozen=True, kw_only=True)
class Reading(Generic[T]):
    """What came of reading a file."""

    #: None exactly when there are problems.
    value: T | None
    problems: tuple[Problem, ...] = ()
    #: Other files whose coming or going may change the outcome.
    looked_at: tuple[Path, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Kept(Generic[T]):
    """A file as it was last read."""

    #: Its last good meaning; None: it never had one.
    good: T | None
    problems: tuple[Problem, ...]
    stamps: Mapping[Path, Stamp]

    @property
    def is_fresh(self) -> bool:
        """Are all files as they were?"""
        return all(stamp(path) == before for path, before in self.stamps.items())


def keep(path: Path, shown: str, before: Kept[T] | None, read: Callable[[bytes], Reading[T]]) -> Kept[T]:
    """*path* as it is now: *before* itself if nothing changed. *shown* is what problems call it."""
    if before and before.is_fresh:
        return before
    # Taken before the file is read: what changes from now on is seen the next time.
    own = stamp(path)
    good = before.good if before else None
    try:
        reading = read(path.read_bytes())
    except OSError as error:
        reading = Reading(value=None, problems=(Problem(shown, _TOP, f"It cannot be read: {error.strerror}."),))
    problems = reading.problems
    if problems and good is not None:
        problems = (Problem(shown, _TOP, "Its last good version stays in use until this is mended."), *problems)
    stamps = {path: own, **{other: stamp(other) for other in reading.looked_at}}
    return Kept(good=good if reading.value is None else reading.value, problems=tuple(sorted(problems)), stamps=stamps)


def stamp(path: Path) -> Stamp:
    """What changes when the file does."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
