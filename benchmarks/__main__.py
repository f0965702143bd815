"""`python -m benchmarks [PART ...]`: what the bot itself takes, in one run; parts are idle, logs, search and clicks.

What needs other programs is measured by itself: `python -m benchmarks.copying`, `.playbooks` and `.rollback`.
"""

import asyncio
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from benchmarks import clicks, idle, logs, search
from benchmarks.figures import Aim
from benchmarks.processes import folder
from benchmarks.subjects import bare_bolt, stackhand


class Measured(Protocol):
    """What one part found."""

    def lines(self) -> Iterator[str]:
        """The numbers, for people."""

    def aims(self) -> Iterator[Aim]:
        """Those that were promised."""


def main() -> None:
    """Measure, and print as it comes."""
    began = time.monotonic()
    before = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}\n", flush=True)
    aims: list[Aim] = []
    for part in sys.argv[1:] or _PARTS:
        title, measure = _PARTS[part]
        found = measure()
        _print(title, found.lines())
        aims += found.aims()
    _print("Aims", map(str, aims))
    # A busy machine makes every number worse: who reads them has to know.
    print(f"Took {time.monotonic() - began:.0f} s; load {before:.1f} before, {os.getloadavg()[0]:.1f} after.")


def _clicks() -> clicks.Answers:
    with folder() as one, folder() as other, bare_bolt(one) as bolt, stackhand(other) as (ours, rows):
        return asyncio.run(clicks.measure([bolt, ours], rows))


_PARTS: dict[str, tuple[str, Callable[[], Measured]]] = {
    "idle": ("At rest", idle.measure),
    "logs": ("A log of 100 MB", logs.measure),
    "search": ("Searches", search.measure),
    "clicks": ("Clicks and forms", _clicks),
}


def _print(title: str, lines: Iterable[str]) -> None:
    print("\n".join([title, *(f"  {line}" for line in lines)]), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
