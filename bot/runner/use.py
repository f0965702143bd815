"""Does one `uses` step: makes its action, runs it, tries again, and writes down how it came out."""

import socket
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from actions import library
from actions.api import Action, ActionFailed, Crash, Outputs
from actions.api import Cancelled as Stopped
from bot.base.redact import Redactor
from bot.base.text import format_duration
from bot.catalog.expressions import ExpressionProblem, evaluate
from bot.control.logs import RunLog
from bot.model.plan import Uses
from bot.model.run import HostResult, Run, StepRecord, StepStatus
from bot.model.timer import TimerState
from bot.runner.actions import is_undoable, make, outputs_of, remade
from bot.runner.context import ProgramLost, StepContext
from bot.runner.detached import FULL
from bot.runner.recorder import Recorder, StepReport
from bot.runner.rest import rest_of
from bot.runner.signals import HandedOver, Signals
from bot.runner.step_log import StepLog

log = structlog.get_logger()

#: Says who or what stops a step; the function is None for hooks, which nobody stops.
Cancelled = Callable[[], str | None] | None

#: A pause that is longer leaves the worker; for a shorter one it is not worth it to hand the run over and back.
_LONG_PAUSE_S = 10.0
#: How often to see whether a full disk has room again.
_LOOK_AT_DISK_S = 0.5


@dataclass(frozen=True)
class Reverse:
    """The action that would undo a step."""

    uses: str
    fields: Mapping[str, Any]


class Use:
    """Uses actions on behalf of one run."""

    def __init__(
        self,
        *,
        run: Run,
        recorder: Recorder,
        logs: RunLog,
        redactor: Redactor,
        environ: Mapping[str, str],
        leaving: threading.Event,
    ) -> None:
        self._run = run
        self._recorder = recorder
        self._logs = logs
        self._redactor = redactor
        self._environ = environ
        self._leaving = leaving

    def __call__(self, step: Uses, record: StepRecord, scope: Mapping[str, Any], cancelled: Cancelled) -> StepStatus:
        """Do the step, with the further tries it is granted; *record* says how far an earlier worker came.

        WAITING: the run has to come back for the next try.
        Raises HandedOver when this worker leaves, Superseded when another one has taken the run over.
        """
        tries = 1 + (step.retry.times if step.retry else 0)
        attempt = max(record.attempt, 1)
        resumed = record if record.status is StepStatus.RUNNING else None
        pause_s = self._left_of_pause_s(step, record)
        is_in_pause = record.status is StepStatus.WAITING and self._recorder.is_waiting(step.id)
        if is_in_pause and (cancelled is None or cancelled() is None):
            return StepStatus.WAITING
        while True:
            if pause_s is not None and (stopped := self._pause(pause_s, cancelled)):
                return self._end(step, stopped)
            if self._leaving.is_set():
                raise HandedOver
            result = self._patiently(step, attempt, scope, resumed=resumed, cancelled=cancelled)
            if attempt >= tries or step.retry is None or not _is_worth_another_try(step, attempt, scope, result):
                return self._end(step, result)
            pause_s = step.retry.pause_s(attempt)
            if (left_s := self._job_left_s(cancelled)) is not None and pause_s > left_s:
                return self._end(step, self._too_late(result, attempt + 1))
            attempt, resumed = attempt + 1, None
            leaves = pause_s > _LONG_PAUSE_S
            self._tries_again(step, attempt, result, waits_s=pause_s if leaves else None)
            if leaves:
                return StepStatus.WAITING

    def _end(self, step: Uses, result: "_Result") -> StepStatus:
        self._recorder.ends(step.id, result.status, **result.values)
        self._logs.clear_step(self._run.number, step.id)
        return result.status

    def _tries_again(self, step: Uses, attempt: int, result: "_Result", *, waits_s: float | None) -> None:
        now = self._recorder.now()
        until = now + timedelta(seconds=waits_s) if waits_s is not None else None
        reason = result.values["reason"]
        self._recorder.tries_again(step.id, attempt=attempt, reason=reason, at=now, waits_until=until)
        self._logs.clear_step(self._run.number, step.id)

    def _too_late(self, result: "_Result", attempt: int) -> "_Result":
        """How the step ends when the job's time is over before its next try: to wait for that would be in vain."""
        length = format_duration(timedelta(seconds=self._run.plan.timeout_s or 0))
        hint = f"Try {attempt} would begin when the job's time of {length} is over."
        return _failed(result.values["reason"], f"{result.values['hint']} {hint}".lstrip())

    def _left_of_pause_s(self, step: Uses, record: StepRecord) -> float | None:
        """How long to wait before the next try, where an earlier worker left in the pause before it; else None."""
        if record.status is StepStatus.WAITING:
            return 0.0
        if not record.comes_again or record.ended_at is None or step.retry is None:
            return None
        waited_s = (self._recorder.now() - record.ended_at).total_seconds()
        return step.retry.pause_s(record.attempt - 1) - waited_s

    def _pause(self, seconds: float, cancelled: Cancelled) -> "_Result | None":
        """Wait before a further try; how the step ends where something ends it meanwhile, else None."""
        # The step's own time is that of one try.
        signals = self._signals(None, None, may_be_left=True, cancelled=cancelled)
        try:
            signals.wait(seconds)
        except Stopped:
            return _Result(StepStatus.ABORTED)
        except ActionFailed as late:
            return _failed(late.reason, late.hint)
        return None

    def reverse_of(self, record: StepRecord) -> Reverse | None:
        """The action that undoes a step that began; None: there is none. Raises ActionFailed when nobody can tell."""
        action = remade(record)
        done = outputs_of(action, record) if action else None
        reverse = action.undo(done) if action and done else None
        return Reverse(library.name_of(type(reverse)), reverse.model_dump(mode="json")) if reverse else None

    def _patiently(
        self, step: Uses, attempt: int, scope: Mapping[str, Any], *, resumed: StepRecord | None, cancelled: Cancelled
    ) -> "_Result":
        """One try. A full disk is like a crash: once there is room again, the step is taken up where it stands."""
        signals = self._signals(step, resumed, may_be_left=True, cancelled=cancelled)
        while True:
            try:
                return self._attempt(step, attempt, scope, resumed=resumed, cancelled=cancelled)
            except OSError as error:
                if error.errno not in FULL:
                    raise
                log.warning("the disk is full, trying again", run=self._run.number, step=step.id, error=str(error))
            try:
                signals.wait(_LOOK_AT_DISK_S)
            except Stopped:
                return _Result(StepStatus.ABORTED)
            except ActionFailed as late:
                return _failed(late.reason, late.hint)
            resumed = self._recorder.record(step.id)

    def _attempt(
        self, step: Uses, attempt: int, scope: Mapping[str, Any], *, resumed: StepRecord | None, cancelled: Cancelled
    ) -> "_Result":
        try:
            action = (remade(resumed) if resumed else None) or make(step, scope)
            earlier = self._recorder.record(step.id)
            # Before the first try only hosts of the run that this one takes up are there.
            if not resumed and (attempt > 1 or earlier.hosts):
                action = rest_of(action, earlier, outputs_of(action, earlier))
        except ActionFailed as failed:
            return _failed(failed.reason, failed.hint)
        if resumed and resumed.begun and not _may_go_on(action, resumed):
            return _INTERRUPTED
        if not resumed:
            self._recorder.begins(step.id, attempt=attempt, fields=action.model_dump(mode="json"))
        folder = self._logs.step_folder(self._run.number, step.id) / str(attempt)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        step_log = StepLog(self._logs.step_file(self._run.number, step.id))
        _rewind(step_log, folder / "log_start")
        try:
            result = self._carry(step, action, folder, step_log, resumed, earlier.done_hosts, cancelled=cancelled)
            while not step_log.flush() and not self._leaving.wait(_LOOK_AT_DISK_S):
                pass
        finally:
            # Also when the worker leaves: whoever goes on starts from what is on disk.
            step_log.close()
        return result

    def _carry(
        self,
        step: Uses,
        action: Action[Any],
        folder: Path,
        step_log: StepLog,
        resumed: StepRecord | None,
        done: Sequence[HostResult],
        *,
        cancelled: Cancelled,
    ) -> "_Result":
        try:
            report = _Report(self._recorder, self._redactor, step.id, action, resumed, done)
        except ActionFailed as failed:
            return _failed(failed.reason, failed.hint)
        context = StepContext(
            run_name=self._run.name,
            started_by=self._run.started_by,
            stack_folder=Path(self._run.plan.folder),
            step_folder=folder,
            log=step_log,
            redactor=self._redactor,
            signals=self._signals(step, resumed, may_be_left=action.crash is not Crash.ASK, cancelled=cancelled),
            report=report,
            environ=self._environ,
            start_again=action.crash is Crash.AGAIN,
        )
        result = self._outcome(step, action, context)
        report.flush()
        return replace(result, values={"reason": report.remark, **result.values})

    def _outcome(self, step: Uses, action: Action[Any], context: StepContext) -> "_Result":
        try:
            outputs: Outputs = action.run(context)
        except ActionFailed as failed:
            reason, hint = self._redactor.mask(failed.reason), self._redactor.mask(failed.hint)
            context.log(f"Failed: {reason} {hint}".rstrip())
            return _failed(reason, hint)
        except Stopped:
            context.log("Aborted.")
            return _Result(StepStatus.ABORTED)
        except ProgramLost:
            return _INTERRUPTED
        except Exception as error:
            # A run's boundary: a bug in an action is told, not hidden.
            if isinstance(error, OSError) and error.errno in FULL and action.crash is not Crash.ASK:
                raise
            log.error(
                "an action broke",
                run=self._run.number,
                step=step.id,
                uses=step.uses,
                error=self._redactor.mask(repr(error)),
            )
            context.log(traceback.format_exc())
            reason = f"{step.uses} broke: {self._redactor.mask(str(error)) or type(error).__name__}"
            hint = "This is a bug in the action, not in your answers. The log has its trace."
            return _Result(StepStatus.ERRORED, {"reason": reason, "hint": hint})
        stored = self._redactor.mask_all(outputs.model_dump(mode="json"))
        return _Result(StepStatus.SUCCEEDED, {"outputs": stored, "undoable": is_undoable(action, outputs)})

    def _signals(
        self, step: Uses | None, resumed: StepRecord | None, *, may_be_left: bool, cancelled: Cancelled
    ) -> Signals:
        signals = Signals(
            cancelled_by=cancelled or (lambda: None),
            leaving=self._leaving,
            may_be_left=may_be_left,
        )
        if step is not None and step.timeout_s is not None:
            left_s = self._left_s(step.timeout_s, resumed.started_at if resumed else None)
            signals = signals.within(step.timeout_s, left_s=left_s)
        if self._run.plan.timeout_s is not None and (left := self._job_left_s(cancelled)) is not None:
            signals = signals.within(self._run.plan.timeout_s, left_s=left)
        return signals

    def _job_left_s(self, cancelled: Cancelled) -> float | None:
        """How much of the job's own time is left; None: it has no such limit, or not for this step.

        Hooks clean up after a run that took too long; they must not be cut short by the same clock. And people may
        take their time: a run that waits for their yes is not at work.
        """
        if self._run.plan.timeout_s is None or cancelled is None:
            return None
        begun_at = self._run.begun_at
        return self._left_s(self._run.plan.timeout_s, begun_at + self._recorder.people_took() if begun_at else None)

    def _left_s(self, timeout_s: float, since: datetime | None) -> float:
        return timeout_s - ((self._recorder.now() - since).total_seconds() if since else 0.0)


@dataclass(frozen=True)
class _Result:
    """How one try came out, and what is written down about it."""

    status: StepStatus
    values: dict[str, Any] = field(default_factory=dict)


_INTERRUPTED = _Result(
    StepStatus.INTERRUPTED,
    {
        "reason": "The machine died in the middle of this step, and it must not simply be done twice.",
        "hint": "Look at what it has done, then say how to go on.",
    },
)


def _is_worth_another_try(step: Uses, attempt: int, scope: Mapping[str, Any], result: _Result) -> bool:
    """Did the step fail in the way that its `retry` is meant for?"""
    if result.status is not StepStatus.FAILED or step.retry is None:
        return False
    if step.retry.when is None:
        return True
    told = {"step": step.title, "reason": result.values["reason"], "hint": result.values["hint"], "attempt": attempt}
    try:
        return bool(evaluate(step.retry.when, {**scope, "failure": told}))
    except ExpressionProblem as problem:
        log.warning("the condition of a retry cannot be computed", step=step.id, problem=str(problem))
        return False


def _failed(reason: str, hint: str) -> _Result:
    return _Result(StepStatus.FAILED, {"reason": reason, "hint": hint})


class _Report(StepReport):
    """What a step says about itself, on its way to the rows; also that it is about to change things."""

    def __init__(
        self,
        recorder: Recorder,
        redactor: Redactor,
        step: str,
        action: Action[Any],
        resumed: StepRecord | None,
        done: Sequence[HostResult],
    ) -> None:
        """*done* are the hosts that an earlier try has finished: people go on seeing them."""
        super().__init__(recorder, step, done)
        self._redactor = redactor
        self._action = action
        self._begun = resumed is not None and resumed.begun
        self._outputs = outputs_of(action, resumed) if resumed else None
        #: The step as it stood when it began to watch something, and until when at least it was to.
        self._watching: StepRecord | None = None
        self._ends_at = datetime.max.replace(tzinfo=UTC)
        #: What people have to know of a step that succeeded.
        self.remark = ""

    def window_left(self, length: timedelta) -> timedelta:
        """How much of the window is left; nothing once its moment has come, or somebody has ended it."""
        if self._watching is None:
            self._watching = self._recorder.record(self._step)
            self._ends_at = (self._watching.started_at or self._recorder.now()) + length
        timer = self._recorder.window(self._watching, length)
        left = timer.at - self._recorder.now()
        if left > timedelta() and timer.state is TimerState.WAITING:
            self._ends_at = timer.at
            return left
        if timer.at < self._ends_at:
            self.remark = f"{timer.changed_by} ended it before its time."
        return timedelta()

    def begun(self, outputs: Outputs | None) -> Outputs | None:
        """Write down, once, that things are about to change, with what an undo will need."""
        if self._outputs is not None or (self._begun and outputs is None):
            return self._outputs
        values: dict[str, Any] = {"begun": True, "machine": socket.gethostname()}
        if outputs is not None:
            stored = self._redactor.mask_all(outputs.model_dump(mode="json"))
            values |= {"outputs": stored, "undoable": is_undoable(self._action, outputs)}
        self._recorder.step(self._step, event="begun", **values)
        self._begun, self._outputs = True, outputs
        return outputs


def _may_go_on(action: Action[Any], record: StepRecord) -> bool:
    if action.crash is Crash.ATTACH:
        # Only the machine that started the program can attach to it.
        return record.machine == socket.gethostname()
    return action.crash is Crash.AGAIN


def _rewind(step_log: StepLog, mark: Path) -> None:
    """Where this attempt's lines begin; one taken up again writes them anew: none is lost, none comes twice."""
    if mark.exists():
        step_log.truncate(int(mark.read_text()))
    else:
        # At once or not at all: half a number would be another one.
        new = mark.with_suffix(".new")
        new.write_text(str(step_log.size))
        new.replace(mark)
