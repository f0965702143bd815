"""How fast the output of a program goes through a run, and how much memory that takes, beside plain `cat`."""

import asyncio
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.figures import Aim
from benchmarks.processes import Process, folder, wait_until
from benchmarks.subjects import Rows, stackhand
from benchmarks.team import Team, open_session

_LINES = 1_000_000
_LINE_BYTES = 100
_SAMPLE_S = 0.05
_MOST_MORE_MIB = 50.0
_LONGEST_S = 90.0


@dataclass(frozen=True, kw_only=True)
class Logs:
    """One log of 100 MB."""

    run_s: float
    cat_s: float
    more_mib: float

    def lines(self) -> Iterator[str]:
        """What was found."""
        yield f"{'through a run: redacted, kept':<50} {_LINES / self.run_s:12,.0f} lines/s ({self.run_s:.1f} s)"
        yield f"{'cat FILE > FILE2':<50} {_LINES / self.cat_s:12,.0f} lines/s ({self.cat_s:.2f} s)"

    def aims(self) -> Iterator[Aim]:
        """What was promised."""
        yield Aim(
            what="more memory of the bot with 100 MB of log", measured=self.more_mib, most=_MOST_MORE_MIB, unit="MiB"
        )


@dataclass
class Peak:
    """The most memory that a process held."""

    rss_mib: float = 0.0
    _over: threading.Event = field(default_factory=threading.Event)

    def watch(self, process: Process) -> None:
        """Look again and again, until `leave`."""
        while not self._over.wait(_SAMPLE_S):
            self.rss_mib = max(self.rss_mib, process.rss_mib)

    def leave(self) -> None:
        """Look no more."""
        self._over.set()


def measure() -> Logs:
    """Let a job print the file; its log goes to disk, and then into Slack as a file."""
    with folder() as somewhere, stackhand(somewhere) as (bot, rows):
        printed = somewhere / "printed"
        printed.write_text("".join(f"{nth:0{_LINE_BYTES - 1}d}\n" for nth in range(_LINES)))
        # A run before it: what is made once is not the log's doing.
        asyncio.run(_run(bot.url, "Echo", "hello", rows))
        before = bot.process.rss_mib
        with _peak(bot.process) as peak:
            asyncio.run(_run(bot.url, "Print a file", str(printed), rows))
        rows.demand_success()
        return Logs(run_s=rows.step_s(rows.newest_run()), cat_s=_cat_s(printed), more_mib=peak.rss_mib - before)


async def _run(url: str, button: str, text: str, rows: Rows) -> None:
    """Run a job and wait until nothing of it is left to do."""
    async with open_session() as session:
        team = Team(url, size=1, session=session)
        await team.gather("board bench")
        names = team.some(1)
        await team.click(names, button=button)
        await team.submit(await team.forms(names), text)
    wait_until(rows.are_all_over, timeout_s=_LONGEST_S)
    wait_until(rows.are_all_told, timeout_s=_LONGEST_S)


@contextmanager
def _peak(process: Process) -> Iterator[Peak]:
    peak = Peak()
    thread = threading.Thread(target=peak.watch, args=(process,))
    thread.start()
    try:
        yield peak
    finally:
        peak.leave()
        thread.join()


def _cat_s(printed: Path) -> float:
    began = time.perf_counter()
    with printed.with_suffix(".copy").open("wb") as copy:
        subprocess.run(["cat", str(printed)], stdout=copy, check=True)
    return time.perf_counter() - began
