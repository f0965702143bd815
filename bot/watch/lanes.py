"""Threads for looks. Those at one host are a lane: while it is slow, or asked by enough, the others go on."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

log = structlog.get_logger()

#: So many one after the other; then the other lanes have their turn.
_STRETCH = 16
#: Threads get into each other's way: where answers come at once, two are as quick as eight, for two thirds of the work.
_NARROW = 2
_SLOW_S = 0.05


class Lanes:
    """Does work in threads; of one lane a few at once, and where each takes long as many as it is wide."""

    def __init__(self, threads: int, *, width: int) -> None:
        self._width = width
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="check")
        self._guard = threading.Lock()
        self._waiting: dict[str, deque[Callable[[], object]]] = {}
        #: Threads by lane, those included that the pool has not begun yet.
        self._threads: Counter[str] = Counter()

    def put(self, lane: str, work: Callable[[], object]) -> None:
        """Have *work* done, after what is in its lane already."""
        with self._guard:
            self._waiting.setdefault(lane, deque()).append(work)
        self._widen(lane, to=_NARROW)

    def stop(self) -> None:
        """Begin nothing more; returns when what is at work is through."""
        with self._guard:
            self._waiting.clear()
        self._pool.shutdown(wait=True)

    def _widen(self, lane: str, *, to: int) -> None:
        with self._guard:
            if not self._waiting.get(lane) or self._threads[lane] >= to:
                return
            self._threads[lane] += 1
        self._pool.submit(self._walk, lane)

    def _walk(self, lane: str) -> None:
        for _ in range(_STRETCH):
            work, began = self._next(lane), time.monotonic()
            if work is None:
                return
            try:
                work()
            except Exception as error:  # noqa: BLE001 - a boundary: the next look has nothing to do with this one
                log.error("a check broke; it is made again when its lease ends", error=repr(error))
            if time.monotonic() > began + _SLOW_S:
                self._widen(lane, to=self._width)
        self._pool.submit(self._walk, lane)

    def _next(self, lane: str) -> Callable[[], object] | None:
        with self._guard:
            if waiting := self._waiting.get(lane):
                return waiting.popleft()
            self._threads[lane] -= 1
            if not self._threads[lane]:
                del self._threads[lane]
                self._waiting.pop(lane, None)
            return None
