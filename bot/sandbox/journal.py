"""Everything that the app and the workspace said to each other, for tests and for the curious."""

from collections import deque
from typing import Any

from bot.sandbox.clock import MovableClock
from bot.sandbox.wire import Json

_MOST_KEPT = 3000
#: How much of a token stays readable: its kind.
_SHOWN_OF_A_TOKEN = 5


class Journal:
    """The newest entries: calls of the Web API, envelopes and requests to the app, and its acknowledgements."""

    def __init__(self, clock: MovableClock) -> None:
        self._clock = clock
        self._entries: deque[Json] = deque(maxlen=_MOST_KEPT)
        self._count = 0

    def add(self, kind: str, **more: Any) -> Json:
        """Write an entry; what becomes known later may be added to it."""
        self._count += 1
        entry = {"n": self._count, "at": self._clock.unix(), "kind": kind, **more}
        self._entries.append(entry)
        return entry

    def after(self, n: int, *, kind: str | None = None) -> list[Json]:
        """Entries later than number *n*, oldest first, with tokens masked."""
        found = [entry for entry in self._entries if entry["n"] > n and kind in (None, entry["kind"])]
        return [_masked(entry) for entry in found]


def _masked(found: Any) -> Any:
    if isinstance(found, dict):
        return {name: _masked(value) for name, value in found.items()}
    if isinstance(found, list):
        return [_masked(value) for value in found]
    if isinstance(found, str) and found.startswith(("xoxb-", "xapp-", "xoxp-", "xwfp-")):
        return f"{found[:_SHOWN_OF_A_TOKEN]}…"
    return found
