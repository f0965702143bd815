"""The action of a step: made when the step begins, and made once more from its row after a crash or for an undo."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from actions import library
from actions.api import Action, ActionFailed, Outputs
from bot.catalog.expressions import ExpressionProblem, evaluate
from bot.model.plan import Uses
from bot.model.run import StepRecord


def make(step: Uses, scope: Mapping[str, Any]) -> Action[Any]:
    """The action of *step* with its values filled in. Raises ActionFailed when they do not fit it."""
    try:
        values = dict(step.with_) if step.literal else evaluate(step.with_, scope)
        return library.fill(library.find(step.uses), values)
    except ExpressionProblem as problem:
        raise ActionFailed(str(problem), hint="The stack's author has to mend this expression.") from problem
    except library.UnknownAction as unknown:
        raise ActionFailed(f"There is no action {step.uses} (any more).") from unknown


def remade(record: StepRecord) -> Action[Any] | None:
    """The action as it was when the step began. Raises ActionFailed when a newer program cannot read its fields."""
    if record.uses is None or record.fields is None:
        return None
    try:
        return library.find(record.uses).model_validate(record.fields)
    except ValidationError as error:
        raise _changed(record, "takes other fields") from error
    except library.UnknownAction as unknown:
        raise _changed(record, "is not there any more") from unknown


def outputs_of(action: Action[Any], record: StepRecord) -> Outputs | None:
    """What the step put out when it began. Raises ActionFailed as `remade` does."""
    if record.outputs is None:
        return None
    try:
        return action.outputs_type().model_validate(record.outputs)
    except ValidationError as error:
        raise _changed(record, "has other outputs") from error


def _changed(record: StepRecord, what: str) -> ActionFailed:
    return ActionFailed(
        f'"{record.title}" began with an older version of {record.uses}, which {what} today.',
        hint="Look at what it has done, then run the job again.",
    )


def is_undoable(action: Action[Any], outputs: Outputs) -> bool:
    """Is there an action that reverses it, as far as it has come?"""
    return action.undo(outputs) is not None
