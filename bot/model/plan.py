"""The plan of a run: a frozen tree of steps, stored with the run when it starts.

Values in `with` may hold `{{ expressions }}`, as the stack's author wrote them; what people typed stands apart, in the
plan's scope, and is only ever put in as a value. So nothing a person types is evaluated.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.model.form import FormField
from bot.model.notify import NotifyRule

#: Factors grow fast.
_LONGEST_PAUSE_S = 86_400.0


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Retry(_Frozen):
    """Try a failed step again."""

    #: How many further tries after the first.
    times: int = Field(ge=1, le=100)
    delay_s: float = 0.0
    #: Each pause is so many times as long as the one before.
    backoff: float = 1.0
    #: An expression over `failure`; the step is tried again only where it is true. None: after every failure.
    when: str | None = None

    def pause_s(self, attempt: int) -> float:
        """How long to wait after this attempt, the first being 1; a day at most."""
        return min(self.delay_s * self.backoff ** (attempt - 1), _LONGEST_PAUSE_S)


class Step(_Frozen):
    """One node of the tree, with the modifiers that every kind of step takes."""

    #: Its place: "2", "2.1" inside step 2, "on_failure.1" for a hook of the job, "2.on_failure.1" for one of a step.
    id: str
    #: What people read; made from the action's name when the author gave none.
    title: str
    #: The name under which later steps see this one's outputs.
    name: str | None = None
    when: str | None = None
    retry: Retry | None = None
    timeout_s: float | None = None
    on_failure: tuple[AnyStep, ...] = ()
    on_success: tuple[AnyStep, ...] = ()
    on_abort: tuple[AnyStep, ...] = ()
    ensure: tuple[AnyStep, ...] = ()


class Uses(Step):
    """Use an action."""

    kind: Literal["uses"] = "uses"
    uses: str
    with_: dict[str, Any] = {}
    #: True: the values are data of an earlier run, not expressions of an author (the steps of an undo).
    literal: bool = False


class Do(Step):
    """Walk steps one after the other."""

    kind: Literal["do"] = "do"
    steps: tuple[AnyStep, ...]


class InParallel(Step):
    """Walk steps at the same time; fails when one of them does, after all have ended."""

    kind: Literal["in_parallel"] = "in_parallel"
    steps: tuple[AnyStep, ...]
    #: How many of them at once. None: all.
    limit: int | None = None
    #: Stop the others as soon as one fails.
    fail_fast: bool = False


class Each(Step):
    """Walk the same step for each item of a list, which the step knows as `item`."""

    kind: Literal["each"] = "each"
    #: A list, may be an expression.
    each: str | list[Any]
    #: The step, with this one's id; its copies are called "2.1", "2.2" and so on.
    step: AnyStep
    #: How many of them at once.
    limit: int = 1
    fail_fast: bool = False

    def copy_for(self, index: int) -> AnyStep:
        """The step for item *index*, the first being 1."""
        return _moved(self.step, self.id, f"{self.id}.{index}")


class Wait(Step):
    """Let time pass. Holds no worker: the run leaves, and a timer brings it back."""

    kind: Literal["wait"] = "wait"
    #: A duration, may be an expression: "5m", "{{ form.pause }}".
    wait: str


class Undo(Step):
    """Undo what this run's steps began, newest first."""

    kind: Literal["undo"] = "undo"
    #: "run": every step that began; the name or id of one step; "#12": every step that began in another run.
    undo: str


class OnTimeout(StrEnum):
    """What becomes of an approval that nobody gave in time."""

    #: The step fails, and the run with it.
    FAIL = "fail"
    #: What stands behind it in the same list of steps is not done; the run goes on after that list.
    SKIP = "skip"
    #: Silence is a yes.
    GO_ON = "go_on"


class Approve(Step):
    """Wait for people's yes. Holds no worker: the run leaves, and who decides brings it back."""

    kind: Literal["approve"] = "approve"
    #: "@group", an e-mail, "*@example.org", a Slack user id, or "everyone"; empty: whom access.yml lets approve.
    by: tuple[str, ...] = ()
    #: How many of them have to say yes.
    count: int = Field(default=1, ge=1)
    #: May who started the run say yes, too?
    by_starter: bool = False
    #: How long it waits for them; one more of the same when somebody extends it.
    within_s: float = 86_400.0
    on_timeout: OnTimeout = OnTimeout.FAIL
    #: Does every answer need a sentence?
    needs_reason: bool = False
    #: What who says yes is asked; the answers are outputs of the step.
    form: tuple[FormField, ...] = ()
    #: Do those whom `by` names themselves, not by their group, hear of it in a direct message?
    notify: bool = False
    #: Where it is asked; None: where the run's message is.
    channel: str | None = None


class RunJob(Step):
    """Start a job as a run of its own, and wait for its end. Holds no worker meanwhile."""

    kind: Literal["run"] = "run"
    stack: str
    job: str
    #: May be an expression. None: that of the run itself, if the job has it.
    environment: str | None = None
    #: Answers for the job's form, by field.
    with_: dict[str, Any] = {}


AnyStep = Annotated[Uses | Do | InParallel | Each | Wait | Undo | Approve | RunJob, Field(discriminator="kind")]


class Then(_Frozen):
    """Start another job of the stack, in the same environment, some time after this one succeeded."""

    #: The job's name.
    run: str
    #: A duration, may be an expression.
    after: str
    #: How long before it to say so in the channel, with buttons to extend or to do it now. None: say nothing.
    warn_s: float | None = None
    #: What the button says that calls it off; empty: Cancel.
    cancel: str = ""


class Plan(_Frozen):
    """Everything a run needs to know, frozen when it starts: later edits of the stack do not reach it."""

    #: The stack's folder, absolute; payloads are read from here.
    folder: str
    steps: tuple[AnyStep, ...]
    #: What has to be approved before it starts: until then it holds no lock, and no hook has anything to clean up.
    gate: Approve | None = None
    on_failure: tuple[AnyStep, ...] = ()
    on_success: tuple[AnyStep, ...] = ()
    on_abort: tuple[AnyStep, ...] = ()
    ensure: tuple[AnyStep, ...] = ()
    #: What expressions may name: env, form, vars, stack, job. Plain JSON.
    scope: dict[str, Any]
    then: Then | None = None
    #: Told to the stack's channel when the job succeeds; an expression text. None: nothing.
    announce: str | None = None
    #: Where `announce`, timers and failures without a better place are told.
    channel: str | None = None
    timeout_s: float | None = None
    #: What the run puts out when it succeeds: expressions by name.
    outputs: dict[str, Any] = {}
    #: Who is told of it besides its own message.
    notify: tuple[NotifyRule, ...] = ()
    #: Is there a job that takes this one back? Then boards say which of the two was last.
    has_inverse: bool = False

    def all_steps(self) -> list[AnyStep]:
        """All steps, inner ones and hooks included, in the order in which people read them."""
        gate: tuple[AnyStep, ...] = (self.gate,) if self.gate else ()
        return [step for steps in (gate, self.steps, *hooks_of(self)) for step in walk(steps)]

    def behind(self, id: str, *, in_its_list: bool = False) -> list[AnyStep]:
        """The steps, with all that they hold, that cannot begin before step *id* is over; or only those of its list."""
        if self.gate and self.gate.id == id:
            return walk(self.steps)
        lists = (self.steps, *hooks_of(self))
        own = next((steps for steps in lists if any(one.id == id for one in walk(steps))), ())
        return _behind(own, id, in_its_list=in_its_list)

    def tries(self, step: str) -> int:
        """How often the step of this id, or a copy of one for an item, is tried at most."""
        found = _found(self.all_steps(), step)
        return 1 + (found.retry.times if found and found.retry else 0)

    def approval(self, step: str) -> Approve:
        """The approval that is the step of this id. Raises LookupError."""
        found = next((one for one in self.all_steps() if one.id == step), None)
        if not isinstance(found, Approve):
            raise LookupError(f"step {step} is no approval")
        return found


def walk(steps: tuple[AnyStep, ...]) -> list[AnyStep]:
    """All steps of the tree, hooks included, in the order in which people read them."""
    found: list[AnyStep] = []
    for step in steps:
        found.append(step)
        if isinstance(step, Do | InParallel):
            found += walk(step.steps)
        for hooks in hooks_of(step):
            found += walk(hooks)
    return found


def hooks_of(owner: Step | Plan) -> tuple[tuple[AnyStep, ...], ...]:
    """All hooks of a step or a job, in the order in which people read them."""
    return owner.on_failure, owner.on_success, owner.on_abort, owner.ensure


def _moved(step: AnyStep, old: str, new: str) -> AnyStep:
    """*step* and all that is inside it, at *new* instead of *old*."""
    inside = ("steps", "on_failure", "on_success", "on_abort", "ensure")
    changed: dict[str, Any] = {
        name: tuple(_moved(inner, old, new) for inner in getattr(step, name)) for name in inside if hasattr(step, name)
    }
    return step.model_copy(update={**changed, "id": new + step.id.removeprefix(old)})


def _found(steps: list[AnyStep], id: str) -> AnyStep | None:
    """The step of this id, also inside the copies that an `each` makes."""
    for step in steps:
        if step.id == id:
            return step
        if isinstance(step, Each) and id.startswith(f"{step.id}."):
            index = id.removeprefix(f"{step.id}.").partition(".")[0]
            if index.isdigit():
                return _found(walk((step.copy_for(int(index)),)), id)
    return None


def _behind(steps: tuple[AnyStep, ...], id: str, *, in_its_list: bool) -> list[AnyStep]:
    for index, step in enumerate(steps):
        if step.id == id:
            return walk(steps[index + 1 :])
        lists = list(hooks_of(step))
        lists += [step.steps] if isinstance(step, Do) else []
        # Side by side, none comes after another.
        lists += [(child,) for child in step.steps] if isinstance(step, InParallel) else []
        for held in lists:
            if any(other.id == id for other in walk(held)):
                inside = _behind(held, id, in_its_list=in_its_list)
                return inside if in_its_list else inside + walk(steps[index + 1 :])
    return []
