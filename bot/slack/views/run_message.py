"""The one message of a run: what happens, where, by whom, how far it is, and what one may do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.base.text import cut, join_words, plural
from bot.model.form import FormField
from bot.model.run import Decision, RetryPoint, Run, RunStatus, RunView
from bot.model.signs import RUN_SIGNS
from bot.model.timer import Timer, TimerKind
from bot.slack.ids import AGAIN, CANCEL, DECIDE, LOCK, LOG, RETRY, RETRY_FROM, UNDO, LockRef, RunRef, nth
from bot.slack.limits import MESSAGE_TEXT, Block, fit_message
from bot.slack.mrkdwn import escape, one_line
from bot.slack.views.answers import answer_words
from bot.slack.views.parts import button, confirm, context, header, row, section
from bot.slack.views.run_list import run_origin, show_button
from bot.slack.views.run_steps import count, step_sections
from bot.slack.views.timer_message import timer_blocks, timer_line

_ANSWER_LENGTH = 150
#: More than these would be a list that nobody reads.
_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class RunScene:
    """A run and what stands around it: all that its message is made from."""

    view: RunView
    #: The waiting timers that this run set, each with the title of the job it starts, or of the step that waits.
    timers: Sequence[tuple[str, Timer]] = ()
    #: The fields of the job's form today, by name: what they and their choices are called.
    fields: Mapping[str, FormField] = field(default_factory=dict)


def run_text(view: RunView) -> str:
    """The message in one line, for notifications, thread previews and screen readers."""
    run = view.run
    line = f"{run.what}: {_status(view)}"
    detail = view.waits_for if run.status is RunStatus.WAITING else run.reason if run.status.is_over else ""
    return cut(escape(f"{line}. {detail}" if detail else line), MESSAGE_TEXT)


def run_blocks(scene: RunScene) -> list[Block]:
    """The message."""
    view, run = scene.view, scene.view.run
    blocks = [header(" · ".join(part for part in (run.title, run.environment) if part))]
    blocks.append(section(_headline(view)))
    blocks.append(context(run_origin(run)))
    if run.inputs:
        blocks.append(context(answers_line(run, scene.fields, view.named)))
    blocks += step_sections(view.visible_steps, said=run.reason, next_tries=view.next_tries)
    if why := _why(view):
        blocks.append(section(why))
    for title, timer in scene.timers:
        # What a job starts later has a message of its own, with the buttons.
        blocks += [section(timer_line(title, timer))] if timer.kind is TimerKind.START else timer_blocks(title, timer)
    blocks.append(row(_buttons(view)))
    return fit_message(blocks)


def _status(view: RunView) -> str:
    """Status in words: `running, step 1 of 2`, `succeeded in 14s`."""
    run = view.run
    if run.cancelled_by and not run.status.is_over:
        return f"stopping, as {run.cancelled_by} asked"
    at, of = count(view.steps)
    if run.status in {RunStatus.RUNNING, RunStatus.INTERRUPTED} and of:
        return f"{run.status}, step {at} of {of}"
    return run.in_words


def _headline(view: RunView) -> str:
    status = _status(view)
    first, _, rest = escape(status).partition(" ")
    bare = first.rstrip(",")
    word = f"*{bare.capitalize()}*{',' if first != bare else ''}"
    stands_still = view.run.status.is_over or view.run.status is RunStatus.INTERRUPTED
    line = " ".join(part for part in (word, rest, RUN_SIGNS[view.run.status] if stands_still else "") if part)
    # For whom it waits is the first thing that people want to know.
    waits_for = view.waits_for if view.run.status is RunStatus.WAITING else ""
    return f"{line}\n{escape(waits_for)}" if waits_for else line


def answers_line(run: Run, fields: Mapping[str, FormField], named: Mapping[str, str]) -> str:
    """What was answered to the form, with what its fields are called today."""
    shown = []
    for name, value in run.inputs.items():
        if value in (None, "", []):
            continue
        asked = fields.get(name)
        label = one_line(asked.label if asked else name.replace("_", " "))
        shown.append(f"{label}: *{answer_words(value, asked, most=_ANSWER_LENGTH, named=named)}*")
    return " · ".join(shown) or "No answers given"


def _why(view: RunView) -> str:
    """Why it failed or stands still, and what to do next."""
    run = view.run
    if run.status is RunStatus.INTERRUPTED:
        lines = [run.reason or "The machine went down in the middle of a step.", run.hint or _ASK, _choices(view)]
    elif run.status.is_over:
        lines = [run.reason, run.hint]
    else:
        lines = []
    said = [line for line in lines if line]
    return "\n".join([f"*{one_line(said[0])}*", *map(escape, said[1:])]) if said else ""


_ASK = "Nobody knows how far the step came. Look, then say how the run goes on."


def _choices(view: RunView) -> str:
    undo = "Undo takes back all of it that can be undone. " if view.can_be_undone else ""
    others = "Retry step does it once more. Skip goes on with what comes after it."
    return f"{others} {undo}Abort leaves everything as it is now."


def _buttons(view: RunView) -> list[dict[str, object]]:
    run = view.run
    log = button("Log", action=LOG, value=_value(run))
    if run.status is RunStatus.INTERRUPTED:
        return [*_decisions(view), log]
    if not run.status.is_over:
        stop = [] if run.cancelled_by else [_cancel(run)]
        return [*([_take_over(run)] if view.is_in_line else []), *stop, log, *_relatives(view)]
    buttons = []
    if view.can_be_undone:
        buttons.append(_undo(run))
    if run.status is not RunStatus.SUCCEEDED or run.undo_of is None:
        buttons.append(_retry(run))
    if view.retry_from is not None:
        buttons.append(_retry_from(run, view.retry_from))
    if run.inputs:
        # With the form in between, so that an answer can be another one.
        buttons.append(button("Change and run…", action=AGAIN, value=_value(run)))
    return [*buttons, log, *_relatives(view)]


def _take_over(run: Run) -> dict[str, object]:
    return button("Take over", action=LOCK, value=LockRef(lock=run.lock or "", do="take", to=str(run.number)).encode())


def _cancel(run: Run) -> dict[str, object]:
    ask = confirm(
        f"Cancel {run.name}?",
        "The step that runs now is stopped, and the steps after it are not done.",
        yes="Cancel the run",
        no="Let it run",
        danger=True,
    )
    return button("Cancel", action=CANCEL, value=_value(run), confirm=ask)


def _undo(run: Run) -> dict[str, object]:
    ask = confirm(
        f"Undo {run.name}?",
        f"A new run undoes what {run.what} did, the newest step first.",
        yes="Undo it",
        no="Leave it",
        danger=True,
    )
    return button("Undo", action=UNDO, value=_value(run), confirm=ask)


def _retry(run: Run) -> dict[str, object]:
    ask = confirm(
        f"Run {run.title} again?",
        f"A new run of {run.what} starts with the same answers.",
        yes="Run it again",
        no="Do nothing",
    )
    return button("Run again", action=RETRY, value=_value(run), confirm=ask)


def _retry_from(run: Run, point: RetryPoint) -> dict[str, object]:
    ask = confirm(
        f"Retry from step {point.step}?",
        f"A new run begins at “{point.title}”. It takes over what {run.name} has done: {_few(point.titles)}.",
        yes="Retry from here",
        no="Do nothing",
    )
    return button(f"Retry from step {point.step}", action=RETRY_FROM, value=_value(run), confirm=ask)


def _few(titles: Sequence[str]) -> str:
    """The titles, or the first of many and how many more there are."""
    if len(titles) <= _NAMED:
        return join_words([f"“{title}”" for title in titles])
    return f"“{titles[0]}” and {plural(len(titles) - 1, 'more step')}"


def _relatives(view: RunView) -> list[dict[str, object]]:
    """The way to the run that waits for this one, and to those that this one started."""
    shown = [(child.number, child.name) for child in view.called[-_NAMED:]]
    if view.run.parent is not None:
        shown.insert(0, (view.run.parent, f"#{view.run.parent}"))
    return [show_button(number, f"Show {name}") for number, name in shown]


def _decisions(view: RunView) -> list[dict[str, object]]:
    """How an interrupted run may go on. The step may have been done, half done or not begun: only a person can see."""
    labels = {
        Decision.RETRY: "Retry step",
        Decision.SKIP: "Skip",
        **({Decision.UNDO: "Undo"} if view.can_be_undone else {}),
        Decision.ABORT: "Abort",
    }
    return [
        button(label, action=nth(DECIDE, decision), value=RunRef(run=view.run.number, do=decision).encode())
        for decision, label in labels.items()
    ]


def _value(run: Run) -> str:
    return RunRef(run=run.number).encode()
