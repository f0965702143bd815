"""Forgets what is older than anybody wants to look at: runs with their folders, steps and history. The audit stays."""

import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.base.clock import Clock
from bot.control.files import Files
from bot.control.logs import RunLog
from bot.store.store import Store

log = structlog.get_logger()

#: Forgotten together, so that others get at the database in between.
_AT_ONCE = 50
#: Whoever has not sent a page by then has to fill the form again.
_KEEP_DRAFTS = timedelta(days=1)


class Entries(Protocol):
    """What the job engine keeps of each part of a run."""

    def forget(self, number: int, parts: Sequence[int]) -> None:
        """Remove the finished entries of these parts."""


class Retention:
    """Keeps runs for *keep* and forgets older ones."""

    def __init__(
        self, *, store: Store, entries: Entries, logs: RunLog, files: Files, clock: Clock, keep: timedelta
    ) -> None:
        self._store = store
        self._entries = entries
        self._logs = logs
        self._files = files
        self._clock = clock
        self._keep = keep

    def sweep(self) -> int:
        """Forget all runs that ended too long ago, drafts of forms, and files that no run has; returns how many runs.

        Safe to be killed at, and to call twice.
        """
        before, forgotten = self._clock.now() - self._keep, 0
        with self._store.begin() as tx:
            tx.drafts.forget_before(self._clock.now() - _KEEP_DRAFTS)
        while old := self._old(before):
            for number, part in old:
                shutil.rmtree(self._logs.run_folder(number), ignore_errors=True)
                self._entries.forget(number, range(1, part + 1))
            with self._store.begin() as tx:
                for number, _ in old:
                    tx.forget.run(number)
            forgotten += len(old)
        self._files.sweep(before=self._clock.now() - _KEEP_DRAFTS)
        if forgotten:
            log.info("old runs are forgotten", runs=forgotten, older_than=str(self._keep))
        return forgotten

    def _old(self, before: datetime) -> list[tuple[int, int]]:
        with self._store.read() as tx:
            return tx.forget.runs_before(before, limit=_AT_ONCE)
