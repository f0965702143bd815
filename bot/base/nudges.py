"""Nudges: "look again", said between threads of one process. Losing all of them loses nothing."""

import threading
from collections.abc import Callable


class Nudges:
    """Tells listeners that a run changed. Carries its number, never data: the rows are the truth."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[Callable[[int], None]] = []

    def listen(self, listener: Callable[[int], None]) -> None:
        """Call *listener* with the number of each run that changed. It must return at once and never raise."""
        with self._lock:
            self._listeners.append(listener)

    def send(self, number: int) -> None:
        """Say that run *number* changed."""
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener(number)
