"""How soon the menu's search answers, with 10,000 jobs and a person who may run all of them."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Aim, Spread
from benchmarks.processes import folder
from bot.base.clock import SystemClock
from bot.catalog.catalog import Catalog
from bot.control.access import Access
from bot.control.jobs import Jobs
from bot.model.person import Person
from bot.slack.limits import OPTIONS
from bot.slack.views.menu import found
from bot.store.store import Store

_STACKS, _JOBS_EACH, _TEAMS = 200, 50, 20
_TYPED = ("", "r", "restart", "part 7", "service 150 part 49", "nothing like it")
_TIMES = 50
_MOST_MS = 100.0


@dataclass(frozen=True, kw_only=True)
class Searches:
    """Milliseconds of each answer; the first one of a person looks at every job's rules, and is kept."""

    jobs: int
    first_ms: float
    ms: list[float]

    def lines(self) -> Iterator[str]:
        """What was found."""
        yield f"{'first look at all jobs of a person, ms':<50} {self.first_ms:8.1f}"
        yield f"{f'a search in {self.jobs} jobs, ms: p50, p95, p99':<50} {Spread.of(self.ms)!s} of {len(self.ms)}"

    def aims(self) -> Iterator[Aim]:
        """What was promised."""
        yield Aim(what=f"search in {self.jobs} jobs, p99", measured=Spread.of(self.ms).p99, most=_MOST_MS, unit="ms")


def measure() -> Searches:
    """Search as somebody who types does, up to the options that Slack is answered with."""
    with folder() as somewhere:
        _write_stacks(somewhere / "stacks")
        store = Store.open(f"sqlite:///{somewhere}/rows.db")
        catalog = Catalog(somewhere / "stacks", dict)
        # As `up` does before the first click.
        catalog.refresh()
        jobs = Jobs(catalog=catalog, access=Access(catalog=catalog, store=store, clock=SystemClock()))
        person = Person(id="U1", name="Ada", groups=frozenset(f"team-{nth}" for nth in range(_TEAMS)))
        first_ms = _timed(jobs, person, "")
        ms = [_timed(jobs, person, typed) for _ in range(_TIMES) for typed in _TYPED]
        store.close()
        return Searches(jobs=len(jobs.offers(person)), first_ms=first_ms, ms=ms)


def _timed(jobs: Jobs, person: Person, typed: str) -> float:
    began = time.perf_counter()
    found(jobs.search(person, typed, most=OPTIONS))
    return (time.perf_counter() - began) * 1000


def _write_stacks(stacks: Path) -> None:
    for stack in range(_STACKS):
        jobs = "".join(
            f"  job-{job}: {{title: Restart part {job} of service {stack}, steps: [{{wait: 1s}}]}}\n"
            for job in range(_JOBS_EACH)
        )
        (stacks / f"service-{stack}").mkdir(parents=True)
        (stacks / f"service-{stack}" / "stack.yml").write_text(
            f"title: Service {stack}\nenvironments: {{staging: {{}}, production: {{protected: true}}}}\njobs:\n{jobs}"
        )
    rules = (
        f"- {{who: '@team-{nth}', may: run, on: ['service-{nth}*', 'service-{nth}*/*/production']}}\n"
        for nth in range(_TEAMS)
    )
    (stacks / "access.yml").write_text("".join(rules))
