"""Ctrl-C and SIGTERM as something to wait for."""

import math
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from types import FrameType

#: Any thread may be the one that the system gives a signal to. Its handler runs in this one, and only once it wakes.
_LOOK_S = 0.5
_ENDINGS = (signal.SIGINT, signal.SIGTERM)


class Signals:
    """The signals that came and were not looked at yet, oldest first."""

    def __init__(self) -> None:
        # The one queue whose `put` may interrupt its own `get`, as a signal handler does.
        self._came: SimpleQueue[signal.Signals] = SimpleQueue()

    def came(self, number: int, _frame: FrameType | None) -> None:
        """Keep a signal; the handler."""
        self._came.put(signal.Signals(number))

    def wait(self, seconds: float | None = None) -> signal.Signals | None:
        """The next signal; None when there is none in *seconds*. Without *seconds* it waits as long as it takes."""
        until = math.inf if seconds is None else time.monotonic() + seconds
        while True:
            try:
                return self._came.get(timeout=min(_LOOK_S, max(0.0, until - time.monotonic())))
            except Empty:
                if time.monotonic() >= until:
                    return None


@contextmanager
def caught() -> Iterator[Signals]:
    """Inside, Ctrl-C and SIGTERM end nothing by themselves: they come out of `wait`."""
    signals = Signals()
    before = {number: signal.signal(number, signals.came) for number in _ENDINGS}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
