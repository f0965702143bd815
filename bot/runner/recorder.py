"""Writes down how a run goes. Every write is refused once another worker has taken the run over."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.base.clock import Clock
from bot.base.nudges import Nudges
from bot.control.finish import a_moment_has_come
from bot.control.moments import call_off, wait_key, window_key
from bot.model.run import HostResult, Progress, Run, StepRecord, StepStatus
from bot.model.timer import Timer, TimerKind, TimerState
from bot.store.store import Store, Transaction

T = TypeVar("T")
#: Hosts and progress are written at most so often per step; the last word is always written.
_WRITE_EVERY_S = 0.5


class Recorder:
    """The rows of one run, while this worker has it."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        nudges: Nudges,
        run: Run,
        epoch: int,
        sleep: Callable[[float], None],
    ) -> None:
        """*sleep* waits, as while the database takes no changes, and may raise."""
        self._store = store
        self.sleep = sleep
        self._clock = clock
        self._nudges = nudges
        self._run = run
        self.number = run.number
        self._gate = run.plan.gate.id if run.plan.gate else None
        self._epoch = epoch

    def write(self, work: Callable[[Transaction], None]) -> None:
        """Do *work* in a transaction that also gives the run a new revision. Raises Superseded."""

        def guarded(tx: Transaction) -> None:
            tx.runs.guard(self.number, self._epoch)
            work(tx)
            tx.runs.change(self.number)

        self._store.insist(guarded, sleep=self.sleep)
        self._nudges.send(self.number)

    def step(self, id: str, *, event: str = "", text: str = "", **values: Any) -> None:
        """Change a step's row; *event* also adds a line to the run's history."""
        self.write(lambda tx: self._change(tx, id, event, text, values))

    def waits(self, id: str, *, until: datetime, event: str = "", text: str = "", **values: Any) -> None:
        """The step waits for a moment, which brings the run back to its engine."""

        def wait(tx: Transaction) -> None:
            self._change(tx, id, event, text, {**values, "status": StepStatus.WAITING})
            self._set_timer(tx, id, key=wait_key(self.number, id), kind=TimerKind.RESUME, at=until)

        self.write(wait)

    def _change(self, tx: Transaction, id: str, event: str, text: str, values: Mapping[str, Any]) -> None:
        tx.steps.change(self.number, id, **values)
        if "ended_at" in values:
            # It is over, or another try begins: neither watches any more what this one did.
            call_off(tx, window_key(self.number, id), by="")
        if event:
            tx.events.add(self.number, f"step.{event}", self.now(), step=id, text=text)

    def _set_timer(self, tx: Transaction, id: str, *, key: str, kind: TimerKind, at: datetime) -> None:
        run, step = self._run, tx.steps.get(self.number, id)
        tx.timers.set(
            key=key,
            kind=kind,
            at=at,
            run=run.number,
            stack=run.stack,
            job=run.job,
            environment=run.environment,
            subject=step.title if step else id,
        )

    def now(self) -> datetime:
        """The present moment."""
        return self._clock.now()

    def begins(self, id: str, *, attempt: int = 1, fields: Mapping[str, Any] | None = None) -> None:
        """The step is about to run: the intent row.

        That an earlier attempt had begun to change things stays written down: an undo needs to know.
        """
        self.step(
            id,
            event="running",
            status=StepStatus.RUNNING,
            attempt=attempt,
            fields=dict(fields or {}),
            started_at=self.now(),
            ended_at=None,
            reason="",
            hint="",
        )

    def tries_again(self, id: str, *, attempt: int, reason: str, at: datetime, waits_until: datetime | None) -> None:
        """The step failed *at* a moment and has tries left; *attempt* is the number of the next one."""
        values: dict[str, Any] = {"attempt": attempt, "reason": reason, "ended_at": at}
        if waits_until is None:
            self.step(id, event="failed", text=reason, status=StepStatus.PENDING, **values)
        else:
            self.waits(id, until=waits_until, event="failed", text=reason, **values)

    def ends(self, id: str, status: StepStatus, *, reason: str = "", hint: str = "", **values: Any) -> None:
        """The step is over, or stands still."""
        ended_at = self.now() if status.is_over else None
        self.step(id, event=status, text=reason, status=status, reason=reason, hint=hint, ended_at=ended_at, **values)

    def add_step(self, *, id: str, position: int, title: str, uses: str | None) -> None:
        """Give the run one more step: part of an undo, or the copy of a step for one item."""
        self.write(lambda tx: tx.steps.add(run=self.number, id=id, position=position, title=title, uses=uses))

    def undone(self, id: str, *, of: int) -> None:
        """Step *id* of run *of* has been undone by this run."""

        def mark(tx: Transaction) -> None:
            tx.steps.change(of, id, undone=True)
            if of != self.number:
                tx.runs.change(of)

        self.write(mark)
        self._nudges.send(of)

    def steps(self, number: int | None = None) -> dict[str, StepRecord]:
        """All steps of this run, or of run *number*, by id, in the order in which people read them."""
        return {record.id: record for record in self.look(lambda tx: tx.steps.of(number or self.number))}

    def record(self, id: str) -> StepRecord:
        """One step of this run; its row was written when the run started, or by `add_step`."""
        found = self.look(lambda tx: tx.steps.get(self.number, id))
        if found is None:
            raise LookupError(f"run {self.number} has no step {id}")
        return found

    def window(self, step: StepRecord, length: timedelta) -> Timer:
        """The window in which this try of *step* watches something; the first call opens it, *length* long."""
        key = window_key(self.number, step.id)
        timer = self.look(lambda tx: tx.timers.newest(key))
        began_at = step.started_at or self.now()
        if timer and timer.state is not TimerState.CANCELLED and timer.at >= began_at:
            return timer
        at = self.now() + length
        self.write(lambda tx: self._set_timer(tx, step.id, key=key, kind=TimerKind.WINDOW, at=at))
        return self.window(step, length)

    def is_waiting(self, id: str) -> bool:
        """Is the moment that the step waits for still to come?"""
        key = wait_key(self.number, id)
        timers = self.look(lambda tx: tx.timers.of_run(self.number))
        return any(timer.key == key and timer.state is TimerState.WAITING for timer in timers)

    def a_moment_has_come(self, inside: str) -> bool:
        """Is it over what step *inside*, or one within it, waits for?"""
        return self.look(lambda tx: a_moment_has_come(tx, self.number, inside=inside))

    def people_took(self) -> timedelta:
        """How long the run has waited for people's yes, since it began."""
        approvals = self.look(lambda tx: tx.approvals.of_run(self.number))
        spans = [one.decided_at - one.asked_at for one in approvals if one.decided_at and one.step != self._gate]
        return sum(spans, timedelta())

    def cancelled_by(self) -> str | None:
        """Who cancelled the run."""
        return self.look(lambda tx: tx.runs.cancelled_by(self.number))

    def look(self, at: Callable[[Transaction], T]) -> T:
        """What stands in the rows. Waits while the database is away: a step at work must not end by that."""
        return self._store.insist_on_reading(at, sleep=self.sleep)


class StepReport:
    """Hosts and progress of one step, written at a bearable pace."""

    def __init__(self, recorder: Recorder, step: str, hosts: Sequence[HostResult]) -> None:
        """*hosts* are those of which an earlier try has told the last word already."""
        self._recorder = recorder
        self._step = step
        self._lock = threading.Lock()
        self._hosts = {host.name: host for host in hosts}
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
