"""Forgets what nobody looks at any more, bit by bit, with what lies on disk. The audit stays.

docs/records.md says what is kept for how long.
"""

import shutil
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import structlog

from bot.base.clock import Clock
from bot.control.forms.files import Files
from bot.control.logs import RunLog, was_written_before
from bot.store.forget import Forget
from bot.store.store import Store

log = structlog.get_logger()

#: Removes some of what is older than a moment, and returns how many.
Some = Callable[[Forget, datetime, int], int]

#: Forgotten together: a few milliseconds, then others get at the database.
_AT_ONCE = 100
#: So often in one round. What is left, of a database that grew for years, comes in the rounds after it.
_MOST = 20
#: Whoever has not sent a page by then has to fill the form again.
_KEEP_DRAFTS = timedelta(days=1)
#: However soon runs are forgotten: digests look back for five weeks.
_LEAST = timedelta(days=60)
#: What keeps something from being done twice: nobody sends a call again after so long, and what comes once a year came.
_KEEP_KEYS = timedelta(days=400)


class Entries(Protocol):
    """What the job engine keeps of each part of a run."""

    def forget(self, parts: Sequence[tuple[int, int]]) -> None:
        """Remove the finished entries of these parts, each a run's number and its own."""


class Retention:
    """Keeps runs, and what was told and marked, for *keep*, and forgets what is older."""

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
        """Forget what is too old, a bounded number of everything; returns how many runs that were.

        Safe to be killed at, and to call twice, also from several bots at once.
        """
        now = self._clock.now()
        runs = self._bit_by_bit(partial(self._forget_runs, now - self._keep))
        for forget, before in self._ages(now):
            self._bit_by_bit(partial(self._forget, forget, before))
        self._sweep_disk(now)
        if runs:
            log.info("old runs are forgotten", runs=runs, older_than=str(self._keep))
        return runs

    def _ages(self, now: datetime) -> Sequence[tuple[Some, datetime]]:
        draft, told, key = now - _KEEP_DRAFTS, now - max(self._keep, _LEAST), now - _KEEP_KEYS
        return (
            (Forget.note_idle, now),
            (Forget.locks, now),
            (Forget.drafts, draft),
            (Forget.files, draft),
            (Forget.timers, told),
            (Forget.messages, told),
            (Forget.versions, told),
            (Forget.messages_about_versions, told),
            (Forget.marks, told),
            (Forget.messages_by_the_clock, key),
            (Forget.starts, key),
            (Forget.triggers, key),
        )

    def _bit_by_bit(self, some: Callable[[], int]) -> int:
        forgotten = 0
        for _ in range(_MOST):
            count = some()
            forgotten += count
            if count < _AT_ONCE:
                break
        return forgotten

    def _forget(self, forget: Some, before: datetime) -> int:
        with self._store.begin() as tx:
            return forget(tx.forget, before, _AT_ONCE)

    def _forget_runs(self, before: datetime) -> int:
        with self._store.read() as tx:
            old = tx.forget.runs_before(before, limit=_AT_ONCE)
        if old:
            # First, since nobody finds them any more once the runs are gone.
            self._entries.forget([(number, part) for number, last in old for part in range(1, last + 1)])
            with self._store.begin() as tx:
                tx.forget.runs([number for number, _ in old])
        return len(old)

    def _sweep_disk(self, now: datetime) -> None:
        """By comparing: of several machines each has the folders of the runs that it advanced."""
        folders = self._logs.run_folders()
        with self._store.read() as tx:
            known = tx.runs.numbers()
        gone = [folder for number, folder in sorted(folders.items()) if number not in known]
        old = [folder for folder in gone if was_written_before(folder, now - self._keep)]
        killed = [one for one in self._logs.previews() if was_written_before(one, now - _KEEP_DRAFTS)]
        for folder in (*old[: _AT_ONCE * _MOST], *killed):
            shutil.rmtree(folder, ignore_errors=True)
        self._files.sweep(before=now - _KEEP_DRAFTS)
