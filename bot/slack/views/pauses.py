"""What is paused, above everything that one could start."""

from collections.abc import Sequence

from bot.model.freeze import Frozen
from bot.model.pause import Pause
from bot.slack.ids import UNPAUSE, PauseRef, nth
from bot.slack.limits import Block
from bot.slack.mrkdwn import DAY_TIME, at_time, one_line
from bot.slack.views.parts import button, context, section

_FROZEN_SHOWN = 5


def banner(pauses: Sequence[Pause]) -> list[Block]:
    """Who paused what, since when and why; empty when nothing is."""
    if not pauses:
        return []
    lines = "\n".join(pause_line(pause) for pause in pauses)
    return [section(lines), context("What you start there waits until the pause is over.")]


def frost(frozen: Sequence[tuple[str, Frozen]]) -> list[Block]:
    """What is frozen until when; empty when nothing is."""
    lines = [f"❄ *{one_line(name)}*: {one_line(one.in_words)}" for name, one in frozen[:_FROZEN_SHOWN]]
    more = [f"{len(frozen) - _FROZEN_SHOWN} more are frozen"] if len(frozen) > _FROZEN_SHOWN else []
    return [section("\n".join([*lines, *more]))] if lines else []


def pause_line(pause: Pause) -> str:
    """One pause."""
    since = at_time(pause.since, f"since {DAY_TIME}")
    until = f", {at_time(pause.until, f'until {DAY_TIME}')}" if pause.until else ""
    what = pause.what[:1].upper() + pause.what[1:]
    return f"⏸ *{one_line(what)} is paused* by {one_line(pause.person)} {since}{until}: {one_line(pause.why)}"


def pause_blocks(pause: Pause) -> list[Block]:
    """One pause, with the button that ends it."""
    end = button("End the pause", action=nth(UNPAUSE, "end"), value=PauseRef(target=pause.target).encode())
    return [section(pause_line(pause), accessory=end)]
