"""Walks a run's plan from wherever it stands until it ends or has to wait.

Everything that is known stands in the rows: a step that is over is not done again, its outputs are read back. So the
walk may be broken off anywhere and begun again from the top, by this worker or by another one.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from enum import Enum
from typing import Any

from bot.base.text import parse_duration
from bot.catalog.expressions import ExpressionProblem, evaluate
from bot.control.finish import wait_key
from bot.model.plan import AnyStep, Do, InParallel, Undo, Uses, Wait, walk
from bot.model.run import Run, StepRecord, StepStatus
from bot.model.timer import TimerKind
from bot.runner.recorder import Recorder
from bot.runner.use import Use
from bot.store.store import Transaction


class Outcome(Enum):
    """How a step, or a list of steps, came out."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ERRORED = "errored"
    ABORTED = "aborted"
    #: A crash hit a step that must not be repeated: a person decides.
    INTERRUPTED = "interrupted"
    #: For a moment; the run leaves its worker until then.
    WAITING = "waiting"

    @property
    def stands_still(self) -> bool:
        """Will the run come back to this very step?"""
        return self in {Outcome.INTERRUPTED, Outcome.WAITING}


_OF_STATUS = {
    StepStatus.SUCCEEDED: Outcome.SUCCEEDED,
    StepStatus.SKIPPED: Outcome.SUCCEEDED,
    StepStatus.FAILED: Outcome.FAILED,
    StepStatus.ERRORED: Outcome.ERRORED,
    StepStatus.ABORTED: Outcome.ABORTED,
    StepStatus.INTERRUPTED: Outcome.INTERRUPTED,
}


class Walk:
    """One walk over one run's plan."""

    def __init__(self, *, run: Run, recorder: Recorder, use: Use, scope: Callable[[], dict[str, Any]]) -> None:
        self._run = run
        self._recorder = recorder
        self._use = use
        #: Asked again for every step, since it grows with the outputs of those that are done.
        self._scope = scope

    def all(self) -> Outcome:
        """Walk the steps, then the hooks that fit, and say how the run came out."""
        plan = self._run.plan
        outcome = self._sequence(plan.steps)
        if outcome.stands_still:
            return outcome
        hooks: list[AnyStep] = []
        if outcome in {Outcome.FAILED, Outcome.ERRORED}:
            hooks += plan.on_failure
        return self._hooks([*hooks, *plan.ensure], outcome)

    def _hooks(self, steps: Sequence[AnyStep], outcome: Outcome) -> Outcome:
        """Walk hooks; whatever becomes of them, *outcome* stays, unless it was a success that they spoil."""
        for step in steps:
            came_out = self._one(step, cancellable=False)
            if came_out.stands_still or (outcome is Outcome.SUCCEEDED and came_out is not Outcome.SUCCEEDED):
                return came_out
        return outcome

    def _sequence(self, steps: Sequence[AnyStep], *, cancellable: bool = True) -> Outcome:
        for step in steps:
            outcome = self._one(step, cancellable=cancellable)
            if outcome is not Outcome.SUCCEEDED:
                return outcome
        return Outcome.SUCCEEDED

    def _one(self, step: AnyStep, *, cancellable: bool) -> Outcome:
        record = self._recorder.record(step.id)
        if record.status.is_over or record.status is StepStatus.INTERRUPTED:
            outcome = _OF_STATUS[record.status]
        elif cancellable and self._recorder.cancelled_by() is not None and record.status is StepStatus.PENDING:
            self._recorder.ends(step.id, StepStatus.ABORTED)
            outcome = Outcome.ABORTED
        elif not self._wanted(step):
            outcome = _OF_STATUS[self._recorder.record(step.id).status]
        else:
            outcome = self._do(step, record, cancellable=cancellable)
        if outcome.stands_still:
            return outcome
        hooks = step.on_failure if outcome in {Outcome.FAILED, Outcome.ERRORED} else ()
        return self._hooks([*hooks, *step.ensure], outcome)

    def _wanted(self, step: AnyStep) -> bool:
        """Is the step's `when` true? If not, it is skipped, or failed where `when` makes no sense."""
        if step.when is None:
            return True
        try:
            if evaluate(step.when, self._scope()):
                return True
        except ExpressionProblem as problem:
            self._recorder.ends(step.id, StepStatus.FAILED, reason=f"`when`: {problem}")
            return False
        self._recorder.ends(step.id, StepStatus.SKIPPED, reason="Not needed here.")
        return False

    def _do(self, step: AnyStep, record: StepRecord, *, cancellable: bool) -> Outcome:
        match step:
            case Uses():
                status = self._use(step, record, self._scope(), cancellable=cancellable)
                return _OF_STATUS[status]
            case Do():
                return self._group(step, lambda: self._sequence(step.steps, cancellable=cancellable))
            case InParallel():
                return self._group(step, lambda: self._parallel(step, cancellable=cancellable))
            case Wait():
                return self._wait(step, record)
            case Undo():
                return self._group(step, lambda: self._undo(step))

    def _group(self, step: AnyStep, inside: Callable[[], Outcome]) -> Outcome:
        if self._recorder.record(step.id).status is StepStatus.PENDING:
            self._recorder.begins(step.id)
        outcome = inside()
        if not outcome.stands_still:
            self._recorder.ends(step.id, StepStatus(outcome.value))
        return outcome

    def _parallel(self, step: InParallel, *, cancellable: bool) -> Outcome:
        with ThreadPoolExecutor(len(step.steps), thread_name_prefix=f"run-{self._run.number}") as pool:
            outcomes = list(pool.map(lambda child: self._one(child, cancellable=cancellable), step.steps))
        order = (Outcome.INTERRUPTED, Outcome.WAITING, Outcome.ERRORED, Outcome.FAILED, Outcome.ABORTED)
        return next((outcome for outcome in order if outcome in outcomes), Outcome.SUCCEEDED)

    def _wait(self, step: Wait, record: StepRecord) -> Outcome:
        key = wait_key(self._run.number, step.id)
        if record.status is StepStatus.WAITING:
            if self._recorder.is_waiting(key):
                return Outcome.WAITING
            self._recorder.ends(step.id, StepStatus.SUCCEEDED)
            return Outcome.SUCCEEDED
        try:
            length = parse_duration(str(evaluate(step.wait, self._scope())))
        except (ValueError, ExpressionProblem) as problem:
            self._recorder.ends(step.id, StepStatus.FAILED, reason=str(problem))
            return Outcome.FAILED
        self._recorder.write(lambda tx: self._set_wait(tx, step, key, length))
        return Outcome.WAITING

    def _set_wait(self, tx: Transaction, step: Wait, key: str, length: timedelta) -> None:
        now = self._recorder.now()
        tx.steps.change(self._run.number, step.id, status=StepStatus.WAITING, started_at=now)
        tx.timers.set(key=key, kind=TimerKind.RESUME, at=now + length, run=self._run.number, stack=self._run.stack)

    def _undo(self, step: Undo) -> Outcome:
        """Undo, newest first, what began; each undo is a step of its own. Stops at the first that does not succeed."""
        own = self._recorder.record(step.id)
        number = int(step.undo[1:]) if step.undo.startswith("#") else self._run.number
        for index, record in enumerate(self._to_undo(step, number), start=1):
            id = f"{step.id}.{index}"
            reverse = self._use.reverse_of(record)
            # What was undone before this step stays as it is; what this step undid before a crash is walked over.
            if reverse is None or (record.undone and id not in self._recorder.steps()):
                continue
            child = Uses(id=id, title=f"Undo: {record.title}", uses=reverse.uses, with_=reverse.fields, literal=True)
            self._recorder.add_step(id=id, position=own.position + index, title=child.title, uses=child.uses)
            outcome = self._one(child, cancellable=False)
            if outcome is not Outcome.SUCCEEDED:
                return outcome
            self._recorder.undone(record.id, of=number)
        return Outcome.SUCCEEDED

    def _to_undo(self, step: Undo, number: int) -> list[StepRecord]:
        """The steps of run *number* that began and are meant, newest first."""
        records = list(self._recorder.steps(number).values())
        if step.undo != "run" and number == self._run.number:
            wanted = {other.id for other in walk(self._run.plan.steps) if step.undo in {other.id, other.name}}
            records = [record for record in records if record.id in wanted]
        began = [record for record in records if record.begun and record.uses and not _is_undo(record, step)]
        began.sort(key=lambda record: (record.started_at is not None, record.started_at), reverse=True)
        return began


def _is_undo(record: StepRecord, step: Undo) -> bool:
    return record.id.startswith(f"{step.id}.")
