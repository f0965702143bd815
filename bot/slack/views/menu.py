"""What one person may start: the private menu, the modal of the shortcut, and the search in both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from bot.base.text import cut, plural
from bot.model.freeze import Frozen
from bot.model.pause import Pause
from bot.model.run import Run
from bot.model.stack import Job, Stack
from bot.model.toggle import Standing
from bot.slack.door import Offer, Shelf
from bot.slack.ids import CARD, SEARCH, START, JobRef, StackRef, nth
from bot.slack.limits import (
    BUTTONS_PER_ROW,
    MESSAGE_TEXT,
    OPTION_TEXT,
    OPTION_VALUE,
    PLACEHOLDER,
    Block,
    fit_message,
)
from bot.slack.mrkdwn import escape, one_line
from bot.slack.views.parts import button, context, divider, modal, row, rows, section, words
from bot.slack.views.pauses import banner, frost
from bot.slack.views.run_list import now_blocks, runs_blocks

_HELP = "`/stack help` has all that you can write"
#: So many jobs are shown one by one; of more only their stacks, and the search finds them.
JOBS_SHOWN = 20
_STACKS_SHOWN = 2 * BUTTONS_PER_ROW
_RUNNING_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Menu:
    """All that a person's menu is made from."""

    offers: Sequence[Offer]
    shelf: Shelf
    running: Sequence[Run] = ()
    #: Where it was asked for, and so where the runs' messages go.
    channel: str | None = None
    #: What is paused.
    pauses: Sequence[Pause] = ()
    #: What is frozen, as people call it.
    frozen: Sequence[tuple[str, Frozen]] = ()
    #: How the jobs stand that take each other back, by stack.
    standing: Mapping[str, Sequence[Standing]] = field(default_factory=dict)


def menu_text(menu: Menu) -> str:
    """The menu in one line."""
    if not menu.offers:
        return "There is nothing that you may run."
    if len(menu.offers) > JOBS_SHOWN:
        return f"You may run {plural(len(menu.offers), 'job')}."
    return escape(cut("You may run: " + ", ".join(offer.job.title for offer in menu.offers), MESSAGE_TEXT))


def menu_blocks(menu: Menu) -> list[Block]:
    """The search, what is at hand, everything else, and what runs."""
    if not menu.offers:
        return [section("There is nothing that you may run. The owners of a stack can give you the right.")]
    blocks = [*banner(menu.pauses), *frost(menu.frozen), search(len(menu.offers))]
    blocks += shelf_blocks(menu.shelf, menu.channel)
    if len(menu.offers) > JOBS_SHOWN:
        blocks += _stacks([offer.stack for offer in menu.offers])
    else:
        for _, together in groupby(menu.offers, key=lambda offer: offer.stack.name):
            blocks += _stack_blocks(list(together), menu)
    if menu.running:
        more = len(menu.running) - _RUNNING_SHOWN
        blocks += [section("*Not over yet*"), *runs_blocks(menu.running[:_RUNNING_SHOWN])]
        blocks += [context(f"{more} more: `/stack runs`")] if more > 0 else []
    return blocks


def menu_message(menu: Menu) -> list[Block]:
    """The menu as a message."""
    return fit_message([*menu_blocks(menu), context(_HELP)])


def menu_modal(menu: Menu) -> dict[str, Any]:
    """The menu as a modal."""
    return modal("Run a job", menu_blocks(menu))


def search(jobs: int) -> Block:
    """The field that finds every job one may run."""
    return {
        "type": "actions",
        "elements": [
            {
                "type": "external_select",
                "action_id": SEARCH,
                "placeholder": words(f"Search {plural(jobs, 'job')}", PLACEHOLDER),
                "min_query_length": 0,
            }
        ],
    }


def found(offers: Iterable[Offer]) -> list[dict[str, Any]]:
    """What the search answers with."""
    options = []
    for offer in offers:
        value = f"{offer.stack.name}/{offer.job.name}"
        # Slack takes no longer value, and a shorter one would not find the job again.
        if len(value) <= OPTION_VALUE:
            where = ", ".join(environment.name for environment in offer.environments)
            about = f"{offer.stack.title} · {where}" if where else offer.stack.title
            options.append(
                {
                    "text": words(offer.job.title, OPTION_TEXT),
                    "value": value,
                    "description": words(about, OPTION_TEXT),
                }
            )
    return options


def shelf_blocks(shelf: Shelf, channel: str | None) -> list[Block]:
    """Favourites and the most used jobs as buttons; nothing where there are none."""
    blocks = []
    for title, offers in (("★ Your favourites", shelf.favourites), ("You use these most", shelf.most_used)):
        if offers:
            blocks += [section(f"*{title}*"), *job_buttons([(one.stack, one.job) for one in offers], channel)]
    return [*blocks, divider()] if blocks else []


def prefilled(title: str, ref: JobRef) -> list[Block]:
    """A button that opens the filled form, where only a click may open one: below a mention or a direct message."""
    where = f", {ref.environment}" if ref.environment else ""
    line = section(f"*{one_line(title + where)}*: the form is ready.")
    return [line, row([button(f"Open {title}", action=START, value=ref.encode(), style="primary")])]


def job_buttons(jobs: Sequence[tuple[Stack, Job]], channel: str | None) -> list[Block]:
    """A button for each job; those with the same title say whose they are."""
    titles = [job.title for _, job in jobs]
    buttons = [
        button(
            job.title if titles.count(job.title) == 1 else f"{job.title} ({stack.title})",
            action=nth(START, index),
            value=JobRef(stack=stack.name, job=job.name, channel=channel).encode(),
            style=style_of(job),
        )
        for index, (stack, job) in enumerate(jobs)
    ]
    return rows(buttons)


def style_of(job: Job) -> str:
    """How the buttons of a job look: red where it is marked as one that can do harm."""
    return "danger" if job.danger else ""


def stack_button(stack: Stack) -> dict[str, Any]:
    """A button that shows a stack's card."""
    return button(stack.title, action=nth(CARD, stack.name), value=StackRef(stack=stack.name).encode())


def _stacks(stacks: Sequence[Stack]) -> list[Block]:
    buttons = [stack_button(stack) for stack in {stack.name: stack for stack in stacks}.values()]
    shown = buttons[:_STACKS_SHOWN]
    more = (
        [context(f"{len(buttons) - len(shown)} more: the search finds their jobs")] if len(buttons) > len(shown) else []
    )
    return [section("*Stacks*"), *rows(shown), *more]


def _stack_blocks(offers: Sequence[Offer], menu: Menu) -> list[Block]:
    stack = offers[0].stack
    about = f"\n{escape(stack.description)}" if stack.description else ""
    title = section(f"*{one_line(stack.title)}*{about}", accessory=_about(stack))
    now = now_blocks(menu.standing.get(stack.name, ()))
    return [title, *now, *job_buttons([(offer.stack, offer.job) for offer in offers], menu.channel), divider()]


def _about(stack: Stack) -> dict[str, Any]:
    return {**stack_button(stack), "text": words("About", OPTION_TEXT)}
