"""What Stackhand needs when nobody asks for anything, and how soon it is there."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.figures import Aim
from benchmarks.processes import Process, folder, process
from benchmarks.subjects import stackhand

_STARTS = 5
_REST_S = 10.0
_MOST_START_S = 3.0
_MOST_MIB = 150.0


@dataclass(frozen=True, kw_only=True)
class Rest:
    """One process at rest."""

    name: str
    rss_mib: float
    cpu_percent: float

    def __str__(self) -> str:
        return f"{self.name:<50} {self.rss_mib:8.1f} MiB {self.cpu_percent:6.1f} % of a processor"


@dataclass(frozen=True, kw_only=True)
class Idle:
    """Several processes at rest, and how long `up` took to be ready, each time."""

    rests: list[Rest]
    starts_s: list[float]
    #: What each start took of a processor: the same on a busy machine.
    starts_cpu_s: list[float]

    def lines(self) -> Iterator[str]:
        """What was found."""
        yield from map(str, self.rests)
        yield f"{'`up` until it is ready, s':<50} {_row(self.starts_s)}"
        yield f"{'  of a processor, s':<50} {_row(self.starts_cpu_s)}"

    def aims(self) -> Iterator[Aim]:
        """What was promised."""
        yield Aim(what="`up` until it is ready, median", measured=median(self.starts_s), most=_MOST_START_S, unit="s")
        for rest in self.rests:
            yield Aim(what=f"memory of {rest.name}", measured=rest.rss_mib, most=_MOST_MIB, unit="MiB")


def measure() -> Idle:
    """Start `up` with the shipped stacks several times; then let it, and a bot of another workspace, rest."""
    starts_s, starts_cpu_s = [], []
    for _ in range(_STARTS):
        with folder() as somewhere, _up(somewhere) as up:
            starts_s.append(up.ready_after_s)
            starts_cpu_s.append(up.cpu_s)
    with folder() as here, folder() as there, _up(here) as up, stackhand(there) as (bot, _):
        resting = {"`up` with its sandbox": up, "`up` without a sandbox": bot.process}
        # The first half belongs to what follows a start.
        time.sleep(_REST_S)
        used_s = {name: process.cpu_s for name, process in resting.items()}
        time.sleep(_REST_S)
        rests = [
            Rest(name=name, rss_mib=process.rss_mib, cpu_percent=(process.cpu_s - used_s[name]) / _REST_S * 100)
            for name, process in resting.items()
        ]
    return Idle(rests=rests, starts_s=starts_s, starts_cpu_s=starts_cpu_s)


def _up(somewhere: Path) -> AbstractContextManager[Process]:
    return process("bot.cli", "up", "--port", "0", "--data", str(somewhere / "data"), ready="Ready", cwd=somewhere)


def _row(samples: list[float]) -> str:
    return " ".join(f"{sample:8.2f}" for sample in samples)
