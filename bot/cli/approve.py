"""`approvals`, `approve`, `deny`: what waits for people's yes, and saying yes or no to it."""

from typing import Annotated, Any

import typer

from bot.app import App
from bot.base.errors import NotFound, Refused, WrongInputs
from bot.base.text import format_duration, join_words
from bot.cli.as_json import approval_object, dumps
from bot.cli.follow import follow, take_part
from bot.cli.opened import ORIGIN, me, opened
from bot.cli.plan import show_steps
from bot.cli.screen import err, out, say, table
from bot.cli.typed import Answers, AsJson, Data, RunNumber, Stacks, read_answers
from bot.model.approval import ApprovalView

Reason = Annotated[str, typer.Option("--reason", "-r", help="Why, for those who read it.", show_default=False)]
StepId = Annotated[
    str | None, typer.Option("--step", metavar="STEP", help="Which, when several wait.", show_default=False)
]


def approvals(*, as_json: AsJson = False, data: Data = None, stacks: Stacks = None) -> None:
    """List what waits for people's yes."""
    with opened(data, stacks) as app:
        waiting = app.control.approvals.waiting()
        now = app.clock.now()
    if as_json:
        print(dumps([approval_object(view) for view in waiting]))  # noqa: T201
    elif not waiting:
        say(out(), "Nothing waits for a yes.")
    else:
        rows = [
            [
                view.run.name,
                view.run.title,
                view.run.environment or "",
                view.run.started_by,
                view.who,
                f"{len(view.approval.yes)} of {view.step.count}",
                format_duration(view.timer.at - now),
            ]
            for view in waiting
        ]
        table(out(), ["run", "job", "where", "asked by", "who may", "yes", "time left"], rows)


def approve(
    number: RunNumber,
    *,
    reason: Reason = "",
    answers: Answers = None,
    step: StepId = None,
    as_json: AsJson = False,
    data: Data = None,
    stacks: Stacks = None,
) -> int:
    """Say yes to what a run waits for, after a look at what would happen; and follow it."""
    with opened(data, stacks) as app:
        view = _waiting(app, number, step)
        say(err(), f"{view.run.name} would do:", "bold")
        show_steps(err(), view.approval.previews)
        take_part(app)
        given: dict[str, Any] = {"reason": reason, "answers": read_answers(answers)}
        try:
            after = app.control.approvals.approve(view.approval.id, by=me(), origin=ORIGIN, **given)
        except WrongInputs as wrong:
            raise Refused(str(wrong), hint=_how_to_answer(wrong)) from wrong
        if after.approval.is_open:
            say(err(), f"{len(after.approval.yes)} of {after.step.count} said yes.")
            return 0
        return follow(app, number, as_json=as_json)


def deny(
    number: RunNumber,
    *,
    reason: Reason = "",
    step: StepId = None,
    as_json: AsJson = False,
    data: Data = None,
    stacks: Stacks = None,
) -> int:
    """Say no to what a run waits for. The exit code is 0 once the run has ended."""
    with opened(data, stacks) as app:
        view = _waiting(app, number, step)
        take_part(app)
        try:
            app.control.approvals.deny(view.approval.id, by=me(), origin=ORIGIN, reason=reason)
        except WrongInputs as wrong:
            raise Refused(str(wrong), hint=_how_to_answer(wrong)) from wrong
        follow(app, number, as_json=as_json)
        return 0


def _waiting(app: App, number: int, step: str | None) -> ApprovalView:
    """The one approval that is meant. Raises NotFound."""
    run = app.control.runs.get(number)
    found = [view for view in app.control.approvals.waiting(number) if step in (None, view.step.id)]
    if not found:
        why = f"{run.name} does not wait for a yes: its status is {run.status}."
        raise NotFound(why, hint='"approvals" lists what does.')
    if len(found) > 1:
        steps = join_words([view.step.id for view in found], last="or")
        raise NotFound(f"{run.name} waits for several.", hint=f"Say which: --step {steps}.")
    return found[0]


def _how_to_answer(wrong: WrongInputs) -> str:
    words = ['--reason "…"' if name == "reason" else f"-i {name}=…" for name in wrong.errors]
    return f"Answers are written {join_words(words)}."
