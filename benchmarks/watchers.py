"""`python -m benchmarks.watchers [COUNT]`: one round of checks, of which few find news, beside nvchecker's.

Both ask the same site for the same pages and releases. nvchecker: `pip install nvchecker`.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import requests

from benchmarks.figures import Aim
from benchmarks.processes import ROOT, folder, process
from benchmarks.watching import NEWS_EVERY, ROUNDS, Round
from tests.fakes.ports import free_port

_COUNT = 2_000
_MOST_S, _MOST_MIB = 60.0, 200.0


def main() -> None:
    """Measure, and print as it comes."""
    if find_spec("nvchecker") is None:
        raise SystemExit("nvchecker is not there. Install it: pip install nvchecker")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else _COUNT
    before, port = os.getloadavg()[0], free_port()
    with folder() as here, process("benchmarks.watched_site", str(count), str(port), ready="Ready", cwd=here):
        url = f"http://127.0.0.1:{port}"
        ours, mib = _ours(count, url, here)
        theirs = [_nvchecker(count, url, here) for _ in range(ROUNDS)]
        start = _nvchecker(0, url, here)
    print(f"{count} watchers: releases of GitHub, and pages; each hundredth has news")
    print(f"{'':<32} {'wall s':>8} {'cpu s':>8} {'asked':>8} {'paid':>8}")
    print(f"{'Stackhand, first look':<32} {ours[0]}")
    for name, rounds in (("Stackhand", ours[1:]), ("nvchecker", theirs), ("nvchecker, its start alone", [start])):
        for one in rounds:
            print(f"{name:<32} {one}")
    print("\n".join(map(str, _aims(count, ours[1:], mib, theirs, start))))
    print(f"{os.cpu_count()} cores, load {before:.1f} before, {os.getloadavg()[0]:.1f} after.")


def _aims(count: int, ours: list[Round], mib: float, theirs: list[Round], start: Round) -> Iterator[Aim]:
    news = -(-count // NEWS_EVERY)
    s, cpu_s = median(one.s for one in ours), median(one.cpu_s for one in ours)
    their_s, their_cpu_s = median(one.s for one in theirs) - start.s, median(one.cpu_s for one in theirs) - start.cpu_s
    yield Aim(what="one round", measured=s, most=_MOST_S, unit="s")
    yield Aim(what="memory after all rounds", measured=mib, most=_MOST_MIB, unit="MiB")
    yield Aim(what="paid for what was as before", measured=max(one.paid for one in ours) - news, most=0, unit="")
    yield Aim(what="one round, against nvchecker without its start", measured=s / their_s, most=1, unit="x")
    yield Aim(what="of a processor, against the same", measured=cpu_s / their_cpu_s, most=1, unit="x")


def _ours(count: int, url: str, here: Path) -> tuple[list[Round], float]:
    """All rounds, and the memory after them in MiB."""
    said = json.loads(_run(["benchmarks.watching", str(count), url, str(here / "ours")], here).splitlines()[-1])
    return [Round(**one) for one in said["rounds"]], said["mib"]


def _nvchecker(count: int, url: str, here: Path) -> Round:
    config = here / f"nvchecker-{count}.toml"
    config.write_text(_config(count, url, here))
    requests.post(f"{url}/publish?every={NEWS_EVERY}", timeout=30).raise_for_status()
    requests.get(f"{url}/counts", timeout=30).raise_for_status()
    began, used_s = time.perf_counter(), _children_s()
    _run(["nvchecker", "-c", str(config)], here)
    s, cpu_s = time.perf_counter() - began, _children_s() - used_s
    return Round(s=s, cpu_s=cpu_s, **requests.get(f"{url}/counts", timeout=30).json())


def _config(count: int, url: str, here: Path) -> str:
    """What it looks at: by its source for pages, since that of GitHub speaks to no server without TLS."""
    lines = [f'[__config__]\noldver = "{here}/old.json"\nnewver = "{here}/new.json"']
    for nth in range(count):
        page, pattern = f"pages/{nth}", r"app-([0-9.]+)\.tar"
        if nth % 2 == 0:
            page, pattern = f"repos/acme/r{nth}/releases", r'"tag_name": "(.+?)"'
        lines.append(f"[r{nth}]\nsource = 'regex'\nurl = '{url}/{page}'\nregex = '{pattern}'")
    return "\n".join(lines)


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _run(argv: list[str], here: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-P", "-m", *argv],
        check=False,
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{argv[0]} failed: {done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    main()
