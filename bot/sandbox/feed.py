"""What changes, in order, for the pages that look on."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass

from bot.sandbox.wire import Json

_MOST_KEPT = 4000


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that is different now."""

    seq: int
    event: str
    data: Json
    #: Who sees it; None means everybody.
    to: frozenset[str] | None


class Feed:
    """The newest changes, numbered, and a bell for those who wait for more."""

    def __init__(self, *, first: int) -> None:
        self._changes: deque[Change] = deque(maxlen=_MOST_KEPT)
        self._seq = self._oldest_known = first
        self._bells: set[asyncio.Event] = set()
        self._on_change: list[Callable[[Change], None]] = []

    @property
    def seq(self) -> int:
        """The number of the newest change."""
        return self._seq

    def publish(self, event: str, data: Json, *, to: Collection[str] | None = None) -> None:
        """Tell everybody, or only the people *to*."""
        self._seq += 1
        if len(self._changes) == _MOST_KEPT:
            self._oldest_known = self._changes[0].seq
        change = Change(seq=self._seq, event=event, data=data, to=None if to is None else frozenset(to))
        self._changes.append(change)
        for bell in self._bells:
            bell.set()
        for tell in self._on_change:
            tell(change)

    def after(self, seq: int, *, person: str) -> list[Change] | None:
        """What *person* has not seen yet, oldest first; None when that is no longer known: look at everything anew."""
        if not self._oldest_known <= seq <= self._seq:
            return None
        # From the newest backwards: a page that keeps up asks for the last one or two of thousands.
        found = []
        for change in reversed(self._changes):
            if change.seq <= seq:
                break
            if change.to is None or person in change.to:
                found.append(change)
        return found[::-1]

    def listen(self) -> asyncio.Event:
        """A bell that rings at each change, until `hang_up`."""
        bell = asyncio.Event()
        self._bells.add(bell)
        return bell

    def hang_up(self, bell: asyncio.Event) -> None:
        """Ring no more."""
        self._bells.discard(bell)

    def tell(self, listener: Callable[[Change], None]) -> None:
        """Call *listener* with each change, before whoever made it hears that it is made."""
        self._on_change.append(listener)
