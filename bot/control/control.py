"""The front door as one thing."""

from dataclasses import dataclass
from typing import Self

from bot.base.clock import Clock
from bot.base.nudges import Nudges
from bot.catalog.catalog import Catalog
from bot.control.access import Access
from bot.control.engine import Engine
from bot.control.jobs import Jobs
from bot.control.logs import RunLog
from bot.control.runs import Runs
from bot.control.timers import Timers
from bot.store.store import Store


@dataclass(frozen=True, kw_only=True)
class Control:
    """What anyone may ask of the program, for Slack, terminal and triggers alike."""

    access: Access
    jobs: Jobs
    runs: Runs
    timers: Timers

    @classmethod
    def make(
        cls, *, store: Store, catalog: Catalog, engine: Engine, clock: Clock, nudges: Nudges, logs: RunLog
    ) -> Self:
        """Put the verbs together on one set of rows."""
        access = Access(catalog=catalog, store=store, clock=clock)
        jobs = Jobs(catalog=catalog, access=access)
        runs = Runs(
            store=store,
            catalog=catalog,
            engine=engine,
            access=access,
            clock=clock,
            nudges=nudges,
            logs=logs,
        )
        timers = Timers(store=store, engine=engine, runs=runs, access=access, clock=clock)
        return cls(access=access, jobs=jobs, runs=runs, timers=timers)
