"""Writes down how a run goes. Every write is refused once another worker has taken the run over."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from bot.base.clock import Clock
from bot.base.nudges import Nudges
from bot.model.run import HostResult, Progress, Run, StepRecord, StepStatus
from bot.store.store import Store, Transaction

#: Hosts and progress are written at most so often per step; the last word is always written.
_WRITE_EVERY_S = 0.3


class Recorder:
    """The rows of one run, while this worker has it."""

    def __init__(self, *, store: Store, clock: Clock, nudges: Nudges, run: Run, epoch: int) -> None:
        self._store = store
        self._clock = clock
        self._nudges = nudges
        self.number = run.number
        self._epoch = epoch

    def write(self, work: Callable[[Transaction], None]) -> None:
        """Do *work* in a transaction that also gives the run a new revision. Raises Superseded."""

        def guarded(tx: Transaction) -> None:
            tx.runs.guard(self.number, self._epoch)
            work(tx)
            tx.runs.change(self.number)

        self._store.insist(guarded)
        self._nudges.send(self.number)

    def step(self, id: str, *, event: str = "", text: str = "", **values: Any) -> None:
        """Change a step's row; *event* also adds a line to the run's history."""

        def change(tx: Transaction) -> None:
            tx.steps.change(self.number, id, **values)
            if event:
                tx.events.add(self.number, f"step.{event}", self._clock.now(), step=id, text=text)

        self.write(change)

    def begins(self, id: str, *, attempt: int, fields: Mapping[str, Any], undoable: bool | None) -> None:
        """The step is about to run: the intent row."""
        self.step(
            id,
            event="running",
            status=StepStatus.RUNNING,
            attempt=attempt,
            fields=dict(fields),
            undoable=undoable,
            started_at=self._clock.now(),
            ended_at=None,
            begun=False,
            reason="",
            hint="",
        )

    def ends(self, id: str, status: StepStatus, *, reason: str = "", hint: str = "", **values: Any) -> None:
        """The step is over, or stands still."""
        now = self._clock.now()
        self.step(id, event=status, text=reason, status=status, reason=reason, hint=hint, ended_at=now, **values)

    def add_step(self, *, id: str, position: int, title: str, uses: str) -> None:
        """Give the run one more step: part of an undo."""
        self.write(lambda tx: tx.steps.add(run=self.number, id=id, position=position, title=title, uses=uses))

    def steps(self) -> dict[str, StepRecord]:
        """All steps by id."""
        with self._store.read() as tx:
            return {record.id: record for record in tx.steps.of(self.number)}

    def cancelled_by(self) -> str | None:
        """Who cancelled the run."""
        with self._store.read() as tx:
            return tx.runs.cancelled_by(self.number)


class StepReport:
    """Hosts and progress of one step, written at a bearable pace."""

    def __init__(self, recorder: Recorder, step: str) -> None:
        self._recorder = recorder
        self._step = step
        self._lock = threading.Lock()
        self._hosts: dict[str, HostResult] = {}
        self._progress: Progress | None = None
        self._written_at = 0.0
        self._changed = False

    def host(self, result: HostResult) -> None:
        """Take the newest word about a host."""
        with self._lock:
            self._hosts[result.name] = result
            self._changed = True
        self._write_soon()

    def progress(self, progress: Progress) -> None:
        """Take the newest word about how far the step is."""
        with self._lock:
            self._progress = progress
            self._changed = True
        self._write_soon()

    def flush(self) -> None:
        """Write what was not written yet."""
        with self._lock:
            if not self._changed:
                return
            self._changed = False
            hosts = [asdict(host) for host in self._hosts.values()]
            progress = asdict(self._progress) if self._progress else None
        self._recorder.step(self._step, hosts=hosts, progress=progress)

    def _write_soon(self) -> None:
        if time.monotonic() - self._written_at >= _WRITE_EVERY_S:
            self._written_at = time.monotonic()
            self.flush()
