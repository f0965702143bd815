"""Walks several steps at the same time, so many at once as are allowed, and stops the rest when that is asked for."""

import itertools
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bot.model.plan import AnyStep
from bot.runner.use import Cancelled

T = TypeVar("T")


class AtWork:
    """How much of a run is at work in this worker: whoever only waits for others does not count."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        #: The walk itself.
        self._count = 1

    def add(self, more: int) -> None:
        """So many more are at work."""
        with self._lock:
            self._count += more

    def __bool__(self) -> bool:
        return self._count > 0


class Beside(str):
    """Why a step was not done: another one beside it failed. Everybody else who cancels is a person's name."""

    __slots__ = ()


def side_by_side(
    steps: Sequence[AnyStep],
    walk: Callable[[AnyStep, Cancelled], T],
    *,
    at_work: AtWork,
    at_once: int,
    cancelled: Cancelled,
    has_failed: Callable[[AnyStep], bool] | None,
    name: str,
) -> list[T]:
    """What *walk* returns for each step, in their order, once all are done.

    With *has_failed* a step that failed, now or before a crash, cancels all the others.
    """
    failed = [step.title for step in steps if has_failed and has_failed(step)]

    def stopped() -> str | None:
        by = cancelled() if cancelled else None
        return by if by is not None or not failed else Beside(f"Stopped, since {failed[0]} failed.")

    threads = min(at_once, len(steps))
    left = itertools.count(len(steps) - threads, step=-1)

    def one(step: AnyStep) -> T:
        try:
            # Hooks clean up: only the failure beside them may be a reason to stop, and nobody gave them one.
            came_out = walk(step, stopped if cancelled or has_failed else None)
            if has_failed and has_failed(step):
                failed.append(step.title)
            return came_out
        finally:
            if next(left) <= 0:
                at_work.add(-1)

    if not steps:
        return []
    # This thread only waits for those.
    at_work.add(threads - 1)
    try:
        with ThreadPoolExecutor(threads, thread_name_prefix=name) as pool:
            return list(pool.map(one, steps))
    finally:
        at_work.add(1)
