"""A stack's card: its jobs, where each may run, how it stands there, and who answers for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.base.text import plural
from bot.model.freeze import Frozen
from bot.model.lock import Lock
from bot.model.pause import Pause
from bot.model.run import Run
from bot.model.stack import Environment, Job, Stack
from bot.model.toggle import Standing
from bot.slack.ids import STAR, START, JobRef, StarRef, nth
from bot.slack.limits import Block, fit_message, fits_message
from bot.slack.mrkdwn import escape, one_line
from bot.slack.views.locks import lock_line
from bot.slack.views.menu import job_buttons, style_of
from bot.slack.views.parts import button, context, header, row, section
from bot.slack.views.pauses import banner, frost
from bot.slack.views.run_list import how_it_stands, run_origin, standing_line

_ENVIRONMENTS_SHOWN = 8
_LOCKS_SHOWN = 5
#: With long names as many as fit into one message.
_BUTTONS_SHOWN = 30
WHERE_MISTAKES_ARE = "In the terminal, stackhand check says where."


@dataclass(frozen=True, kw_only=True)
class JobOnCard:
    """One job as one person sees it."""

    job: Job
    #: Where this person may run it.
    environments: Sequence[Environment] = ()
    #: Why this person cannot run it; empty: they can.
    why_not: str = ""
    is_favourite: bool = False
    #: The newest run in each environment, newest first.
    runs: Sequence[Run] = ()
    #: How it and its inverse stand; of jobs that have one.
    standing: Sequence[Standing] = ()


@dataclass(frozen=True, kw_only=True)
class Card:
    """A stack as one person sees it."""

    stack: Stack
    jobs: Sequence[JobOnCard]
    #: What is paused, frozen and locked here.
    pauses: Sequence[Pause] = ()
    frozen: Sequence[tuple[str, Frozen]] = ()
    locks: Sequence[Lock] = ()
    channel: str | None = None
    #: Its file has a mistake now.
    is_mistaken: bool = False


def card_text(card: Card) -> str:
    """The card in one line."""
    return escape(f"{card.stack.title}: {', '.join(one.job.title for one in card.jobs)}")


def card_blocks(card: Card) -> list[Block]:
    """The card."""
    stack = card.stack
    blocks = [header(stack.title)]
    if stack.description:
        blocks.append(section(escape(stack.description)))
    if card.is_mistaken:
        said = f"⚠ The file of this stack has a mistake; its last good version is in use. {WHERE_MISTAKES_ARE}"
        blocks.append(section(said))
    blocks += [*banner(card.pauses), *frost(card.frozen)]
    if card.locks:
        blocks.append(section("\n".join(lock_line(lock) for lock in card.locks[:_LOCKS_SHOWN])))
    each = [block for index, one in enumerate(card.jobs) for block in _job(stack, one, index, card.channel)]
    if not card.jobs:
        each = [section("There is no job here that you may see.")]
    about = context(" · ".join(_about(stack)))
    whole = [*blocks, *each, about]
    return whole if fits_message(whole) else fit_message([*blocks, *_buttons_alone(card), about])


def star(stack: str, job: str, *, is_favourite: bool, on: str, index: int = 0) -> dict[str, Any]:
    """The button that makes a job a favourite, or no longer."""
    do, label = ("unstar", "★ Favourite") if is_favourite else ("star", "☆ Add to favourites")
    made = button(label, action=nth(STAR, index), value=StarRef(stack=stack, job=job, do=do, on=on).encode())
    return {**made, "accessibility_label": "Remove from favourites" if is_favourite else "Add to favourites"}


def _job(stack: Stack, one: JobOnCard, index: int, channel: str | None) -> list[Block]:
    job = one.job
    lines = [f"*{one_line(job.title)}*", escape(job.description), *_states(one.runs)]
    lines += [f"Now: {standing_line(state)}" for state in one.standing]
    text = section("\n".join(line for line in lines if line))
    if one.why_not:
        return [text, context(one_line(one.why_not))]
    start = JobRef(stack=stack.name, job=job.name, channel=channel).encode()
    buttons = [
        button(job.title, action=nth(START, index), value=start, style=style_of(job)),
        star(stack.name, job.name, is_favourite=one.is_favourite, on="card", index=index),
    ]
    where = [context(f"In {_environments(one.environments)}")] if one.environments else []
    return [text, *where, row(buttons)]


def _buttons_alone(card: Card) -> list[Block]:
    """What is left of the jobs where Slack cannot show each with all that concerns it."""
    jobs = [(card.stack, one.job) for one in card.jobs if not one.why_not]
    more, hidden = len(jobs) - _BUTTONS_SHOWN, len(card.jobs) - len(jobs)
    notes = [f"{more} more: the search in `/stack` finds them"] if more > 0 else []
    notes += [f"{plural(hidden, 'job')} that you may not run"] if hidden else []
    return [*job_buttons(jobs[:_BUTTONS_SHOWN], card.channel), *([context(" · ".join(notes))] if notes else [])]


def _states(runs: Iterable[Run]) -> list[str]:
    return [
        f"{f'{one_line(run.environment)}: ' if run.environment else ''}{how_it_stands(run)} · {run_origin(run)}"
        for run in runs
    ]


def _environments(environments: Sequence[Environment]) -> str:
    shown = [
        f"{one_line(one.name)} (protected)" if one.protected else one_line(one.name)
        for one in environments[:_ENVIRONMENTS_SHOWN]
    ]
    more = len(environments) - len(shown)
    return ", ".join([*shown, *([f"{more} more"] if more else [])])


def _about(stack: Stack) -> list[str]:
    owners = f"Owners: {one_line(', '.join(stack.owners))}" if stack.owners else ""
    told = f"Runs are told in {one_line(stack.channel)}" if stack.channel else ""
    return [part for part in (owners, told, f"`/stack who may {stack.name} JOB` says who has the right") if part]
