"""`python -m benchmarks.watching COUNT URL FOLDER`: our checks of that site, in a process of their own."""

import gc
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
import requests

from benchmarks.processes import MIB, wait_until
from bot.app import App
from bot.settings import Settings
from bot.watch.checker import Checker

ROUNDS = 3
NEWS_EVERY = 100
_LONGEST_S = 600.0


@dataclass(frozen=True, kw_only=True)
class Round:
    """What it took to look at everything once, and what that cost the site."""

    s: float
    cpu_s: float
    asked: int
    paid: int

    def __str__(self) -> str:
        return f"{self.s:8.2f} {self.cpu_s:8.2f} {self.asked:8d} {self.paid:8d}"


def main() -> None:
    """The first look at everything, then rounds in which little is new; tells of each what it took, as JSON."""
    count, url, folder = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    _write_stack(folder / "stacks" / "bench", count, url)
    app = App.open(Settings(stacks=folder / "stacks", data=folder / "data"))
    watch, resources = app.control.watch, list(app.catalog.stacks["bench"].resources)
    checker = Checker(
        store=app.store, catalog=app.catalog, watch=watch, looker=app.looker, clock=app.clock, name="bench"
    )
    checker.open()
    # As `up` does once it is ready.
    gc.collect()
    gc.freeze()
    rounds = []
    for nth in range(ROUNDS + 1):
        if nth:
            requests.post(f"{url}/publish?every={NEWS_EVERY}", timeout=30).raise_for_status()
        requests.get(f"{url}/counts", timeout=30).raise_for_status()
        # Asked for: no answer from before will do, as if a whole pause had passed.
        watch.look_sooner("bench", resources)
        s, cpu_s = _timed(app, checker)
        rounds.append(Round(s=s, cpu_s=cpu_s, **requests.get(f"{url}/counts", timeout=30).json()))
    checker.stop()
    print(json.dumps({"rounds": [asdict(one) for one in rounds], "mib": psutil.Process().memory_info().rss / MIB}))


def _timed(app: App, checker: Checker) -> tuple[float, float]:
    at, began, used = app.clock.now(), time.perf_counter(), time.process_time()

    while time.perf_counter() < began + _LONGEST_S:
        # It goes on by itself until nothing is due; what it is through with last is written down at the next round.
        wait_until(lambda: checker.busy == 0 and checker.round() == 0, timeout_s=_LONGEST_S, every_s=0.01)
        took = time.perf_counter() - began, time.process_time() - used
        # All rows are read at the end alone, and no part of a round.
        if all(one.checked_at and one.checked_at >= at for one in app.control.watch.watchers()):
            return took
    raise TimeoutError("a round does not come to its end")


def _write_stack(folder: Path, count: int, url: str) -> None:
    folder.mkdir(parents=True)
    lines = ["stack: bench", "resources:"]
    for nth in range(count):
        check = (
            f'{{check: http.versions, with: {{url: "{url}/pages/{nth}", pattern: "app-([0-9.]+)[.]tar"}}, every: 1h}}'
            if nth % 2
            else f'{{check: github.releases, with: {{repository: acme/r{nth}, endpoint: "{url}"}}, every: 1h}}'
        )
        lines.append(f"  r{nth}: {check}")
    (folder / "stack.yml").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
