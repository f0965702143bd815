"""Walks a run's plan from wherever it stands until it ends or has to wait.

Everything that is known stands in the rows: a step that is over is not done again, its outputs are read back. So the
walk may be broken off anywhere and begun again from the top, by this worker or by another one.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any

from actions.api import ActionFailed
from bot.base.errors import Refused
from bot.base.text import cut, parse_duration
from bot.catalog.expressions import ExpressionProblem, evaluate
from bot.model.file import is_file
from bot.model.plan import AnyStep, Approve, Do, Each, InParallel, Plan, RunJob, Undo, Uses, Wait, walk
from bot.model.run import HOOKS, Run, StepRecord, StepStatus
from bot.runner.approve import AskPeople
from bot.runner.recorder import Recorder
from bot.runner.side_by_side import AtWork, Beside, side_by_side
from bot.runner.use import Cancelled, Use


class Outcome(Enum):
    """How a step, or a list of steps, came out."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ERRORED = "errored"
    ABORTED = "aborted"
    #: A crash hit a step that must not be repeated: a person decides.
    INTERRUPTED = "interrupted"
    #: For a moment, or for people's yes; the run leaves its worker until then.
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
    StepStatus.WAITING: Outcome.WAITING,
}


#: How often to see whether a step goes on that waits beside others at work.
_LOOK_EVERY_S = 0.5
#: The hooks that belong to an outcome; `ensure` belongs to all of them.
_HOOKS_FOR = {
    Outcome.SUCCEEDED: "on_success",
    Outcome.FAILED: "on_failure",
    Outcome.ERRORED: "on_failure",
    Outcome.ABORTED: "on_abort",
}
#: More copies than anybody wants to look at; their rows stand between those of two steps of the plan.
_MOST_COPIES = 200


class Walk:
    """One walk over one run's plan."""

    def __init__(
        self,
        *,
        run: Run,
        recorder: Recorder,
        use: Use,
        ask_people: AskPeople,
        call: Callable[[Run, RunJob, Mapping[str, Any]], Run],
        scope: Callable[[], dict[str, Any]],
    ) -> None:
        """*call* starts the job of a step in the name of the run's starter, once; raises Refused."""
        self._run = run
        self._recorder = recorder
        self._use = use
        self._ask_people = ask_people
        self._start_called = call
        #: Asked again for every step, since it grows with the outputs of those that are done.
        self._scope = scope
        #: How the steps came out whose hooks were begun, by id; "" is the whole run.
        self._came_out: dict[str, Outcome] = {}
        #: The items of an `each`, and the copies of its step, by the copies' ids.
        self._copies: dict[str, tuple[Any, AnyStep]] = {}
        self._at_work = AtWork()

    def all(self) -> Outcome:
        """Walk the steps, then the hooks that fit, and say how the run came out."""
        plan = self._run.plan
        cancelled = self._recorder.cancelled_by
        if plan.gate and (at_gate := self._one(plan.gate, cancelled)) is not Outcome.SUCCEEDED:
            # Nothing has begun, so no hook has anything to clean up.
            return at_gate
        outcome = self._sequence(plan.steps, cancelled)
        return outcome if outcome.stands_still else self._hooks(plan, "", outcome)

    def _hooks(self, owner: AnyStep | Plan, id: str, outcome: Outcome) -> Outcome:
        """Walk the hooks that fit; whatever becomes of them, *outcome* stays, unless it was a success that they spoil.

        Nobody cancels them: they clean up.
        """
        self._came_out[id] = outcome
        for step in (*getattr(owner, _HOOKS_FOR[outcome]), *owner.ensure):
            came_out = self._one(step, None)
            if came_out.stands_still or (outcome is Outcome.SUCCEEDED and came_out is not Outcome.SUCCEEDED):
                return came_out
        return outcome

    def _sequence(self, steps: Sequence[AnyStep], cancelled: Cancelled) -> Outcome:
        for step in steps:
            outcome = self._one(step, cancelled)
            if outcome is not Outcome.SUCCEEDED:
                return outcome
        return Outcome.SUCCEEDED

    def _one(self, step: AnyStep, cancelled: Cancelled) -> Outcome:
        record = self._recorder.record(step.id)
        if record.status.is_over or record.status is StepStatus.INTERRUPTED:
            outcome = _OF_STATUS[record.status]
        elif cancelled and record.status is StepStatus.PENDING and (by := cancelled()) is not None:
            self._recorder.ends(step.id, StepStatus.ABORTED, reason=by if isinstance(by, Beside) else "")
            outcome = Outcome.ABORTED
        elif not self._wanted(step):
            outcome = _OF_STATUS[self._recorder.record(step.id).status]
        else:
            outcome = self._do(step, record, cancelled)
        if outcome.stands_still or self._was_passed_over(step):
            return outcome
        return self._hooks(step, step.id, outcome)

    def _was_passed_over(self, step: AnyStep) -> bool:
        """Is the step over without having begun? Then there is nothing to clean up after it."""
        record = self._recorder.record(step.id)
        return record.started_at is None and record.status in {StepStatus.SKIPPED, StepStatus.ABORTED}

    def _names(self, id: str) -> dict[str, Any]:
        """What expressions of step *id* may name now."""
        scope = self._scope()
        for copy, (item, inside) in self._copies.items():
            if f"{id}.".startswith(f"{copy}."):
                scope |= {"item": item, **self._outputs_inside(inside)}
        parts = id.split(".")
        hook = max((place for place, part in enumerate(parts) if part in HOOKS), default=None)
        if hook is not None:
            came_out = self._came_out[".".join(parts[:hook])]
            scope["run"] = {**scope["run"], "status": came_out.value}
            scope.setdefault("failure", {"step": "", "reason": ""})
        return scope

    def _outputs_inside(self, step: AnyStep) -> dict[str, Any]:
        """The outputs of the named steps of one copy, which its own later steps may name."""
        records = self._recorder.steps()
        return {
            inner.name: {"outputs": dict(records[inner.id].outputs or {})}
            for inner in walk((step,))
            if inner.name and inner.id in records and records[inner.id].status is StepStatus.SUCCEEDED
        }

    def _wanted(self, step: AnyStep) -> bool:
        """Is the step's `when` true? If not, it is skipped, or failed where `when` makes no sense."""
        if step.when is None:
            return True
        try:
            if evaluate(step.when, self._names(step.id)):
                return True
        except ExpressionProblem as problem:
            self._recorder.ends(step.id, StepStatus.FAILED, reason=f"`when`: {problem}")
            return False
        self._recorder.ends(step.id, StepStatus.SKIPPED, reason="Not needed here.")
        return False

    def _do(self, step: AnyStep, record: StepRecord, cancelled: Cancelled) -> Outcome:
        match step:
            case Uses():
                return _OF_STATUS[self._use(step, record, self._names(step.id), cancelled)]
            case Do():
                return self._group(step, lambda: self._sequence(step.steps, cancelled))
            case InParallel():
                at_once = step.limit or len(step.steps)
                return self._group(step, lambda: self._beside(step.steps, at_once, cancelled, fast=step.fail_fast))
            case Each():
                return self._each(step, record, cancelled)
            case Wait():
                return self._wait(step, record)
            case Approve():
                return _OF_STATUS[self._ask_people(step, record)]
            case Undo():
                return self._group(step, lambda: self._undo(step))
            case RunJob():
                return self._call(step, record, cancelled)

    def _group(
        self,
        step: AnyStep,
        inside: Callable[[], Outcome],
        *,
        fields: Mapping[str, Any] | None = None,
        outputs: Callable[[], dict[str, Any]] | None = None,
    ) -> Outcome:
        if self._recorder.record(step.id).status is StepStatus.PENDING:
            self._recorder.begins(step.id, fields=fields)
        outcome = inside()
        if not outcome.stands_still:
            self._recorder.ends(step.id, StepStatus(outcome.value), outputs=outputs() if outputs else None)
        return outcome

    def _beside(self, steps: Sequence[AnyStep], at_once: int, cancelled: Cancelled, *, fast: bool) -> Outcome:
        """Walk steps side by side, *at_once* at a time; when *fast*, the first failure stops all others."""
        outcomes = side_by_side(
            steps,
            self._branch,
            at_work=self._at_work,
            at_once=at_once,
            cancelled=cancelled,
            has_failed=(lambda step: self._recorder.record(step.id).status.is_failure) if fast else None,
            name=f"run-{self._run.number}",
        )
        order = (Outcome.INTERRUPTED, Outcome.WAITING, Outcome.ERRORED, Outcome.FAILED, Outcome.ABORTED)
        return next((outcome for outcome in order if outcome in outcomes), Outcome.SUCCEEDED)

    def _branch(self, step: AnyStep, cancelled: Cancelled) -> Outcome:
        """Walk one of several steps. While others are at work the run cannot leave: what it waits for is seen here."""
        while True:
            was_stopped = _is_stopped(cancelled)
            outcome = self._one(step, cancelled)
            if outcome is not Outcome.WAITING or not self._comes_back(step, None if was_stopped else cancelled):
                return outcome

    def _comes_back(self, step: AnyStep, cancelled: Cancelled) -> bool:
        """Wait until the walk goes on in *step*; false once nothing beside it is at work, so that the run may leave."""
        self._at_work.add(-1)
        try:
            while True:
                is_alone = not self._at_work
                if _is_stopped(cancelled) or self._recorder.a_moment_has_come(step.id):
                    return True
                if is_alone:
                    return False
                self._recorder.sleep(_LOOK_EVERY_S)
        finally:
            self._at_work.add(1)

    def _each(self, step: Each, record: StepRecord, cancelled: Cancelled) -> Outcome:
        """Walk a copy of the step for each item. The items are written down first, so that a crash changes none."""
        items = (record.fields or {}).get("items")
        if items is None:
            try:
                items = _list(evaluate(step.each, self._names(step.id)))
            except (ValueError, ExpressionProblem) as problem:
                self._recorder.ends(step.id, StepStatus.FAILED, reason=f"`each`: {problem}")
                return Outcome.FAILED
        copies = [self._copy(step, record, index, item) for index, item in enumerate(items, start=1)]

        def inside() -> Outcome:
            if step.limit == 1:
                return self._sequence(copies, cancelled)
            return self._beside(copies, step.limit, cancelled, fast=step.fail_fast)

        def outputs() -> dict[str, Any]:
            records = self._recorder.steps()
            return {"all": [dict(records[copy.id].outputs or {}) for copy in copies]}

        return self._group(step, inside, fields={"items": items}, outputs=outputs)

    def _copy(self, step: Each, record: StepRecord, index: int, item: Any) -> AnyStep:
        copy = step.copy_for(index)
        titled = copy.model_copy(update={"title": f"{copy.title}: {_called(item)}"})
        self._copies[copy.id] = (item, titled)
        steps = walk((titled,))
        for place, inner in enumerate(steps):
            uses = inner.uses if isinstance(inner, Uses) else None
            position = record.position + 1 + (index - 1) * len(steps) + place
            self._recorder.add_step(id=inner.id, position=position, title=inner.title, uses=uses)
        return titled

    def _wait(self, step: Wait, record: StepRecord) -> Outcome:
        if record.status is StepStatus.WAITING:
            if self._recorder.is_waiting(step.id):
                return Outcome.WAITING
            self._recorder.ends(step.id, StepStatus.SUCCEEDED)
            return Outcome.SUCCEEDED
        try:
            length = parse_duration(str(evaluate(step.wait, self._names(step.id))))
        except (ValueError, ExpressionProblem) as problem:
            self._recorder.ends(step.id, StepStatus.FAILED, reason=str(problem))
            return Outcome.FAILED
        now = self._recorder.now()
        self._recorder.waits(step.id, until=now + length, started_at=now)
        return Outcome.WAITING

    def _call(self, step: RunJob, record: StepRecord, cancelled: Cancelled) -> Outcome:
        """Start the step's job, once, and leave until it is over; then take over how it came out."""
        try:
            child = self._start_called(self._run, step, self._names(step.id))
        except (Refused, ExpressionProblem) as refused:
            hint = refused.hint if isinstance(refused, Refused) else ""
            self._recorder.ends(step.id, StepStatus.FAILED, reason=str(refused), hint=hint)
            return Outcome.FAILED
        if record.status is not StepStatus.WAITING:
            values = {"fields": {"called": child.name}, "started_at": self._recorder.now()}
            self._recorder.step(step.id, event="waiting", text=child.name, status=StepStatus.WAITING, **values)
        child = self._recorder.look(lambda tx: tx.runs.get(child.number)) or child
        if not child.status.is_over:
            return Outcome.WAITING
        status = StepStatus(child.status.value)
        if status is StepStatus.ABORTED and not (cancelled and cancelled()):
            # Somebody stopped that run alone: for this one its step has not succeeded.
            status = StepStatus.FAILED
        outputs = {**child.outputs, "run": child.number, "status": child.status.value}
        reason = f"{child.name}: {child.reason or child.status}" if status.is_failure else ""
        self._recorder.ends(step.id, status, reason=reason, hint=child.hint, outputs=outputs)
        return _OF_STATUS[status]

    def _undo(self, step: Undo) -> Outcome:
        """Undo, newest first, what began; each undo is a step of its own. Stops at the first that does not succeed."""
        own = self._recorder.record(step.id)
        number = int(step.undo[1:]) if step.undo.startswith("#") else self._run.number
        for index, record in enumerate(self._to_undo(step, number), start=1):
            id = f"{step.id}.{index}"
            try:
                reverse = self._use.reverse_of(record)
            except ActionFailed as failed:
                self._recorder.add_step(
                    id=id, position=own.position + index, title=f"Undo: {record.title}", uses=record.uses
                )
                self._recorder.ends(id, StepStatus.FAILED, reason=failed.reason, hint=failed.hint)
                return Outcome.FAILED
            # What was undone before this step stays as it is; what this step undid before a crash is walked over.
            if reverse is None or (record.undone and id not in self._recorder.steps()):
                continue
            child = Uses(id=id, title=f"Undo: {record.title}", uses=reverse.uses, with_=reverse.fields, literal=True)
            self._recorder.add_step(id=id, position=own.position + index, title=child.title, uses=child.uses)
            outcome = self._one(child, None)
            if outcome is not Outcome.SUCCEEDED:
                return outcome
            self._recorder.undone(record.id, of=number)
        return Outcome.SUCCEEDED

    def _to_undo(self, step: Undo, number: int) -> list[StepRecord]:
        """The steps of run *number* that began and are meant, newest first."""
        records = list(self._recorder.steps(number).values())
        if step.undo != "run" and number == self._run.number:
            wanted = [other for other in walk(self._run.plan.steps) if step.undo in {other.id, other.name}]
            records = [record for record in records if any(_is_of(record, other) for other in wanted)]
        began = [record for record in records if record.begun and record.uses and not _is_undo(record, step)]
        began.sort(key=lambda record: (record.started_at is not None, record.started_at), reverse=True)
        return began


def _is_stopped(cancelled: Cancelled) -> bool:
    return cancelled is not None and cancelled() is not None


def _is_of(record: StepRecord, step: AnyStep) -> bool:
    """Is it the row of *step*, or of a copy that it made of its own step?"""
    return record.id == step.id or (isinstance(step, Each) and record.id.startswith(f"{step.id}."))


def _list(found: object) -> list[Any]:
    if not isinstance(found, list | tuple):
        raise ValueError(f"it has to be a list, and is {cut(str(found), 80)!r}.")
    if len(found) > _MOST_COPIES:
        raise ValueError(f"{len(found)} items are more than the {_MOST_COPIES} that one step may have.")
    return list(found)


def _called(item: object) -> object:
    """What people call it: where a file lies concerns nobody."""
    return item["name"] if is_file(item) else item


def _is_undo(record: StepRecord, step: Undo) -> bool:
    return record.id.startswith(f"{step.id}.")
