"""The plan of a run: a frozen tree of steps, stored with the run when it starts.

Values in `with` may hold `{{ expressions }}`, as the stack's author wrote them; what people typed stands apart, in the
plan's scope, and is only ever put in as a value. So nothing a person types is evaluated.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Retry(_Frozen):
    """Try a failed step again."""

    #: How many further tries after the first.
    times: int = Field(ge=1, le=100)
    delay_s: float = 0.0


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


AnyStep = Annotated[Uses | Do | InParallel | Wait | Undo, Field(discriminator="kind")]


class Then(_Frozen):
    """Start another job of the stack, in the same environment, some time after this one succeeded."""

    #: The job's name.
    run: str
    #: A duration, may be an expression.
    after: str
    #: How long before it to say so in the channel, with buttons to extend or to do it now. None: say nothing.
    warn_s: float | None = None


class Plan(_Frozen):
    """Everything a run needs to know, frozen when it starts: later edits of the stack do not reach it."""

    #: The stack's folder, absolute; payloads are read from here.
    folder: str
    steps: tuple[AnyStep, ...]
    on_failure: tuple[AnyStep, ...] = ()
    ensure: tuple[AnyStep, ...] = ()
    #: What expressions may name: env, form, vars, stack, job. Plain JSON.
    scope: dict[str, Any]
    then: Then | None = None
    #: Told to the stack's channel when the job succeeds; an expression text. None: nothing.
    announce: str | None = None
    #: Where `announce`, timers and failures without a better place are told.
    channel: str | None = None
    timeout_s: float | None = None

    def all_steps(self) -> list[AnyStep]:
        """All steps, inner ones and hooks included, in the order in which people read them."""
        return walk(self.steps) + walk(self.on_failure) + walk(self.ensure)


def walk(steps: tuple[AnyStep, ...]) -> list[AnyStep]:
    """All steps of the tree, hooks included, in the order in which people read them."""
    found: list[AnyStep] = []
    for step in steps:
        found.append(step)
        if isinstance(step, Do | InParallel):
            found += walk(step.steps)
        found += walk(step.on_failure)
        found += walk(step.ensure)
    return found
