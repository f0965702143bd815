"""Walks several steps at the same time, so many at once as are allowed, and stops the rest when that is asked for."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bot.model.plan import AnyStep
from bot.runner.use import Cancelled

T = TypeVar("T")


class Beside(str):
    """Why a step was not done: another one beside it failed. Everybody else who cancels is a person's name."""

    __slots__ = ()


def side_by_side(
    steps: Sequence[AnyStep],
    walk: Callable[[AnyStep, Cancelled], T],
    *,
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

    def one(step: AnyStep) -> T:
        # Hooks clean up: only the failure beside them may be a reason to stop, and nobody gave them one.
        came_out = walk(step, stopped if cancelled or has_failed else None)
        if has_failed and has_failed(step):
            failed.append(step.title)
        return came_out

    if not steps:
        return []
    with ThreadPoolExecutor(min(at_once, len(steps)), thread_name_prefix=name) as pool:
        return list(pool.map(one, steps))
