"""Advances runs: takes one when the engine says so, walks its plan, writes down how it came out."""

import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog

from bot.base.clock import Clock
from bot.base.errors import Refused
from bot.base.nudges import Nudges
from bot.base.redact import Redactor
from bot.control.access import Access
from bot.control.finish import finish, go_on, stand_still
from bot.control.holds.approvers import Approvers
from bot.control.holds.holds import hold_back
from bot.control.logs import RunLog
from bot.control.lost_rights import refuse_start
from bot.control.notify import tell_start
from bot.control.scope import scope_of
from bot.model.freeze import Freeze
from bot.model.plan import RunJob
from bot.model.run import Run, RunStatus, StepStatus, first_failed
from bot.runner.approve import AskPeople
from bot.runner.engine import DbosEngine
from bot.runner.files import BringFiles
from bot.runner.preview import RunPreview
from bot.runner.recorder import Recorder
from bot.runner.secrets import known_again
from bot.runner.signals import HandedOver
from bot.runner.use import Use
from bot.runner.walk import Outcome, Walk
from bot.store.runs import Superseded
from bot.store.store import Store, Transaction

log = structlog.get_logger()

_BUG = "This is a bug. The bot's own log has its trace."
_UNFINISHED = (RunStatus.QUEUED, RunStatus.RUNNING)
_SWEPT_AT_ONCE = 500


class Worker:
    """One process's share of the work."""

    def __init__(
        self,
        *,
        store: Store,
        engine: DbosEngine,
        clock: Clock,
        nudges: Nudges,
        logs: RunLog,
        access: Access,
        freezes: Callable[[], Sequence[Freeze]],
        environ: Mapping[str, str],
        approvers: Approvers,
        previewer: RunPreview,
        files: BringFiles,
        call: Callable[[Run, RunJob, Mapping[str, Any]], Run],
    ) -> None:
        """*call* starts the job of a step: see `control.runs.Runs.call`."""
        self._call = call
        self._store = store
        self._access = access
        self._freezes = freezes
        self._engine = engine
        self._clock = clock
        self._nudges = nudges
        self._logs = logs
        self._environ = environ
        self._approvers = approvers
        self._previewer = previewer
        self._files = files
        self._leaving = threading.Event()
        self._idle = threading.Condition()
        self._at_work = 0

    def start(self, *, name: str, at_once: int) -> None:
        """Take work from now on, *at_once* runs at a time. *name*: see `DbosEngine.start`."""
        self._engine.start(self._advance, worker=name, at_once=at_once)

    def leave(self) -> None:
        """Take no more work, and begin to let go of what runs; `stop` waits for that."""
        self._leaving.set()

    def stop(self, *, patience_s: float = 20.0) -> bool:
        """Leave running work to whoever comes next, and return whether all of it could be left in time.

        Programs go on by themselves. A step that nobody could take up again is waited for, *patience_s* at most.
        """
        self.leave()
        with self._idle:
            all_left = self._idle.wait_for(lambda: self._at_work == 0, timeout=patience_s)
        self._engine.stop()
        return all_left

    def sweep(self) -> None:
        """Hand runs to the engine again that it has lost; there should never be one."""
        with self._store.read() as tx:
            runs = tx.runs.recent(limit=_SWEPT_AT_ONCE, statuses=_UNFINISHED)
        for run in runs:
            if self._engine.lost(run.number, run.part):
                self._hand_over_again(run)

    def _hand_over_again(self, run: Run) -> None:
        with self._store.begin() as tx:
            now = tx.runs.lock_row(run.number)
            # It may have ended, or gone on, between the two looks.
            if now is not None and now.part == run.part and now.status in _UNFINISHED:
                log.warning("a run was lost by the engine; handing it over again", run=run.number)
                go_on(tx, self._engine, run.number)

    def _advance(self, number: int, part: int) -> None:
        with self._idle:
            self._at_work += 1
        try:
            self._advance_once(number, part)
        except Superseded:
            log.info("another worker has taken the run over", run=number)
        finally:
            with self._idle:
                self._at_work -= 1
                self._idle.notify_all()

    def _advance_once(self, number: int, part: int) -> None:
        if self._leaving.is_set():
            raise HandedOver
        taken = self._store.insist(lambda tx: self._take(tx, number, part), sleep=self._sleep)
        if taken is None:
            return
        run, epoch = taken
        self._nudges.send(number)
        recorder = Recorder(
            store=self._store, clock=self._clock, nudges=self._nudges, run=run, epoch=epoch, sleep=self._sleep
        )
        redactor = Redactor()
        if run.begun_at is not None:
            steps = recorder.steps().values()
            known_again(redactor, [step.fields for step in steps], self._environ, Path(run.plan.folder))
            for step in steps:
                if step.status is not StepStatus.RUNNING:
                    # An earlier worker may not have come to that.
                    self._logs.clear_step(number, step.id)
        why: tuple[str, str] | None = None
        try:
            why = self._missing_file(run, recorder)
            outcome = Outcome.FAILED if why else self._walk(run, recorder, redactor)
        except Exception as error:  # noqa: BLE001 - a run's boundary: a bug of ours is told, not hidden
            log.error("a run broke", run=number, trace=redactor.mask(traceback.format_exc()))
            said = redactor.mask(f"{type(error).__name__}: {error}")
            outcome, why = Outcome.ERRORED, (f"Stackhand itself broke: {said}", _BUG)
        recorder.write(lambda tx: self._settle(tx, number, outcome, why))

    def _missing_file(self, run: Run, recorder: Recorder) -> tuple[str, str] | None:
        """Bring the run's files here. Why one does not come, and what to do; None: all are here.

        Once a step has begun, the steps that need it say so themselves: their hooks have something to clean up.
        """
        try:
            self._files.bring(run.inputs, go_on=self._stay)
        except Refused as refused:
            begun = any(step.started_at for step in recorder.steps().values())
            log.warning("a file does not come", run=run.number, reason=refused.reason)
            return None if begun else (refused.reason, refused.hint)
        return None

    def _stay(self) -> None:
        if self._leaving.is_set():
            raise HandedOver

    def _sleep(self, seconds: float) -> None:
        """Wait until the database may take changes again. Raises HandedOver when this worker leaves."""
        if self._leaving.wait(seconds):
            raise HandedOver

    def _take(self, tx: Transaction, number: int, part: int) -> tuple[Run, int] | None:
        """Take the run, unless this hand-over is an old one that the engine repeats after a crash."""
        run = tx.runs.lock_row(number)
        if run is None or run.part != part or run.status not in _UNFINISHED:
            return None
        now = self._clock.now()
        if run.begun_at is None and refuse_start(tx, self._engine, self._access, run, now=now):
            tx.afterwards(lambda: self._nudges.send(number))
            return None
        if hold_back(tx, self._engine, run, self._freezes(), now=now):
            tx.afterwards(lambda: self._nudges.send(number))
            return None
        epoch = tx.runs.take(number, now)
        tx.runs.change(number, status=RunStatus.RUNNING)
        if run.begun_at is None:
            tx.events.add(number, "run.begun", now)
            tell_start(tx, run, now=now)
        taken = tx.runs.get(number)
        return (taken, epoch) if taken else None

    def _walk(self, run: Run, recorder: Recorder, redactor: Redactor) -> Outcome:
        use = Use(
            run=run,
            recorder=recorder,
            logs=self._logs,
            redactor=redactor,
            environ=self._environ,
            leaving=self._leaving,
        )
        ask_people = AskPeople(
            run=run,
            recorder=recorder,
            engine=self._engine,
            approvers=self._approvers,
            previewer=self._previewer,
            leaving=self._leaving,
        )
        return Walk(
            run=run,
            recorder=recorder,
            use=use,
            ask_people=ask_people,
            call=self._call,
            scope=lambda: recorder.look(lambda tx: scope_of(tx, run)),
        ).all()

    def _settle(self, tx: Transaction, number: int, outcome: Outcome, why: tuple[str, str] | None) -> None:
        run = tx.runs.lock_row(number)
        if run is None or run.status.is_over:
            return
        now, status = self._clock.now(), RunStatus(outcome.value)
        reason, hint = why or _why(tx, run, status)
        if outcome.stands_still:
            stand_still(tx, self._engine, run, status, now=now, reason=reason, hint=hint)
        else:
            finish(tx, self._engine, run, status, now=now, reason=reason, hint=hint)


def _why(tx: Transaction, run: Run, status: RunStatus) -> tuple[str, str]:
    """Reason and hint of a run that ended, or stands still, like this."""
    if status is RunStatus.ABORTED:
        return (f"Cancelled by {run.cancelled_by}." if run.cancelled_by else "", "")
    steps = tx.steps.of(run.number)
    if status is RunStatus.INTERRUPTED:
        step = next((step for step in steps if step.status == "interrupted"), None)
    else:
        step = first_failed(steps) if status.is_failure else None
    return (f"{step.title}: {step.reason}", step.hint) if step else ("", "")
