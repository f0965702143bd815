"""Runs as a list, each in two lines with a button that shows it."""

from collections.abc import Sequence
from typing import Any

from bot.model.run import Run
from bot.model.signs import RUN_SIGNS
from bot.model.target import place
from bot.model.toggle import Standing
from bot.slack.ids import SHOW_RUN, RunRef, nth
from bot.slack.limits import Block
from bot.slack.mrkdwn import DAY_TIME, at_time, escape, one_line
from bot.slack.views.parts import button, context, section

#: Where one look has to do.
_STATES_SHOWN = 6


def runs_blocks(runs: Sequence[Run]) -> list[Block]:
    """The runs, in their order."""
    if not runs:
        return [section("Nothing has run yet.")]
    return [_run_line(run) for run in runs]


def runs_text(runs: Sequence[Run]) -> str:
    """The list in one line."""
    return escape("; ".join(f"#{run.number} {run.title}: {run.status}" for run in runs)) or "Nothing has run yet."


def how_it_stands(run: Run) -> str:
    """`✓ succeeded in 14s`, `✗ failed after 3s`, `● running`."""
    return f"{RUN_SIGNS[run.status]} {run.in_words}"


def run_origin(run: Run) -> str:
    """By whom, why and when: `shop #12 · by Ada · again, as shop #11 · today at 14:02`."""
    # "by Timer" says nothing that the cause does not say better.
    by = "" if run.starter.is_automatic and run.cause else f"by {run.started_by}"
    parts = [one_line(run.name), one_line(by), one_line(run.cause), at_time(run.created_at, DAY_TIME)]
    return " · ".join(part for part in parts if part)


def show_button(number: int, label: str = "Show") -> dict[str, Any]:
    """What shows the run, in private."""
    return button(label, action=nth(SHOW_RUN, number), value=RunRef(run=number).encode())


def standing_line(standing: Standing) -> str:
    """`*Maintenance on, production* since 14:02, by Ada (#12)`."""
    since = at_time(standing.since, f"since {DAY_TIME}")
    title = one_line(place(standing.title, standing.environment))
    return f"*{title}* {since}, by {one_line(standing.by)} (#{standing.run})"


def standing_blocks(states: Sequence[Standing], places: Sequence[str | None]) -> list[Block]:
    """What holds now in each of these places; None is the place of a job without environments."""
    return [context(f"Now: {standing_line(one)}") for one in states if one.environment in places]


def now_blocks(states: Sequence[Standing]) -> list[Block]:
    """What holds now, a line for each place; nothing where nothing is known."""
    lines = [f"Now: {standing_line(one)}" for one in states[:_STATES_SHOWN]]
    return [context("\n".join(lines))] if lines else []


def _run_line(run: Run) -> Block:
    sign, _, status = how_it_stands(run).partition(" ")
    first = f"{sign}  *{one_line(run.what)}*: {status}"
    return section(f"{first}\n{run_origin(run)}", accessory=show_button(run.number))
