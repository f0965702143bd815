"""`python -m benchmarks`: everything that is measured, in one run."""

import asyncio
import os
import platform
import time
from collections.abc import Iterable

from benchmarks import clicks, idle, logs
from benchmarks.figures import Aim
from benchmarks.processes import folder
from benchmarks.subjects import bare_bolt, stackhand


def main() -> None:
    """Measure, and print as it comes."""
    began = time.monotonic()
    before = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}\n", flush=True)
    resting = idle.measure()
    _print("At rest", resting.lines())
    printed = logs.measure()
    _print("A log of 100 MB", printed.lines())
    clicked = _clicks()
    _print("Clicks and forms", clicked.lines())
    aims: list[Aim] = [*resting.aims(), *printed.aims(), *clicked.aims()]
    _print("Aims", map(str, aims))
    # A busy machine makes every number worse: who reads them has to know.
    print(f"Took {time.monotonic() - began:.0f} s; load {before:.1f} before, {os.getloadavg()[0]:.1f} after.")


def _clicks() -> clicks.Answers:
    with folder() as one, folder() as other, bare_bolt(one) as bolt, stackhand(other) as (ours, rows):
        return asyncio.run(clicks.measure([bolt, ours], rows))


def _print(title: str, lines: Iterable[str]) -> None:
    print("\n".join([title, *(f"  {line}" for line in lines)]), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
