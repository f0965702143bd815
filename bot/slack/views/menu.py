"""What one person may start: the private menu, the board in a channel, and the list of runs."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from bot.base.text import cut, format_duration
from bot.model.run import Run
from bot.model.signs import RUN_SIGNS
from bot.model.stack import Stack
from bot.slack.door import Offer
from bot.slack.ids import SHOW_RUN, START, JobRef, RunRef, nth
from bot.slack.limits import BUTTONS_PER_ROW, MESSAGE_TEXT, Block, fit_message
from bot.slack.mrkdwn import at_time, escape, one_line
from bot.slack.views.parts import button, context, divider, header, modal, row, section

_HELP = (
    "`/stack STACK` shows the jobs of one stack · `/stack STACK JOB on ENVIRONMENT name=value` opens a filled form · "
    "`/stack runs` lists runs · `/stack show 12` shows one · `/stack board STACK` puts the buttons into this channel"
)


def menu_text(offers: Sequence[Offer]) -> str:
    """The menu in one line."""
    if not offers:
        return "There is nothing that you may run."
    return escape(cut("You may run: " + ", ".join(offer.job.title for offer in offers), MESSAGE_TEXT))


def menu_blocks(offers: Sequence[Offer], *, channel: str | None) -> list[Block]:
    """Buttons for everything a person may start, by stack."""
    blocks: list[Block] = []
    if not offers:
        blocks.append(section("There is nothing that you may run. The owners of a stack can give you the right."))
    for _, together in groupby(offers, key=lambda offer: offer.stack.name):
        blocks += _stack_blocks(list(together), channel)
    return blocks


def menu_message(offers: Sequence[Offer], *, channel: str | None) -> list[Block]:
    """The menu as a message, with what one can type."""
    return fit_message([*menu_blocks(offers, channel=channel), context(_HELP)])


def menu_modal(offers: Sequence[Offer]) -> dict[str, Any]:
    """The menu as a modal."""
    return modal("Run a job", menu_blocks(offers, channel=None))


def board_text(stack: Stack) -> str:
    """The board in one line."""
    return escape(f"{stack.title}: {', '.join(job.title for job in stack.jobs.values())}")


def board_blocks(stack: Stack) -> list[Block]:
    """A stack's jobs as buttons for everybody in the channel; whether one may is checked at the click."""
    blocks = [header(stack.title)]
    if stack.description:
        blocks.append(section(escape(stack.description)))
    blocks += _buttons(stack, [(job.name, job.title) for job in stack.jobs.values()], None)
    owners = f" · Owners: {one_line(', '.join(stack.owners))}" if stack.owners else ""
    blocks.append(context(f"A form opens first, nothing starts by the click alone{owners}"))
    return fit_message(blocks)


def gone_blocks(name: str) -> list[Block]:
    """What a board becomes when its stack is gone."""
    return [section(f"The stack {one_line(name)} is not there any more.")]


def prefilled(title: str, ref: JobRef) -> list[Block]:
    """A button that opens the filled form, where only a click may open one: below a mention or a direct message."""
    where = f", {ref.environment}" if ref.environment else ""
    line = section(f"*{one_line(title + where)}*: the form is ready.")
    return [line, row([button(f"Open {title}", action=START, value=ref.encode(), style="primary")])]


def runs_blocks(runs: Sequence[Run]) -> list[Block]:
    """The newest runs, each with a button that shows it."""
    if not runs:
        return [section("Nothing has run yet.")]
    return [_run_line(run) for run in runs]


def runs_text(runs: Sequence[Run]) -> str:
    """The list in one line."""
    return escape("; ".join(f"#{run.number} {run.title}: {run.status}" for run in runs)) or "Nothing has run yet."


def _stack_blocks(offers: Sequence[Offer], channel: str | None) -> list[Block]:
    stack = offers[0].stack
    about = f"\n{escape(stack.description)}" if stack.description else ""
    jobs = [(offer.job.name, offer.job.title) for offer in offers]
    return [section(f"*{one_line(stack.title)}*{about}"), *_buttons(stack, jobs, channel), divider()]


def _buttons(stack: Stack, jobs: Sequence[tuple[str, str]], channel: str | None) -> list[Block]:
    buttons = [
        button(title, action=nth(START, index), value=JobRef(stack=stack.name, job=name, channel=channel).encode())
        for index, (name, title) in enumerate(jobs)
    ]
    return [row(buttons[start : start + BUTTONS_PER_ROW]) for start in range(0, len(buttons), BUTTONS_PER_ROW)]


def _run_line(run: Run) -> Block:
    where = f", {run.environment}" if run.environment else ""
    length = f" in {format_duration(run.ended_at - (run.begun_at or run.created_at))}" if run.ended_at else ""
    first = f"{RUN_SIGNS[run.status]}  *{one_line(run.title + where)}*: {run.status}{length}"
    second = (
        f"{one_line(run.name)} · {one_line(run.started_by)} · {at_time(run.created_at, '{date_short_pretty} {time}')}"
    )
    show = button("Show", action=nth(SHOW_RUN, run.number), value=RunRef(run=run.number).encode())
    return section(f"{first}\n{second}", accessory=show)
