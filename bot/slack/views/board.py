"""A stack's buttons in a channel, for everybody there."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.model.freeze import Frozen
from bot.model.pause import Pause
from bot.model.stack import Job, Stack
from bot.model.toggle import Standing
from bot.slack.limits import Block, fit_message
from bot.slack.mrkdwn import escape, one_line
from bot.slack.views.menu import job_buttons
from bot.slack.views.parts import context, header, section
from bot.slack.views.pauses import banner, frost
from bot.slack.views.run_list import now_blocks

_NOTHING = "None of its jobs has an environment here."


@dataclass(frozen=True, kw_only=True)
class BoardScene:
    """A stack, and what concerns all who would press its buttons."""

    stack: Stack
    #: Those that can be started here.
    jobs: Sequence[Job]
    #: How the jobs stand that take each other back.
    standing: Sequence[Standing] = ()
    #: What is paused and frozen here.
    pauses: Sequence[Pause] = ()
    frozen: Sequence[tuple[str, Frozen]] = ()


def board_text(scene: BoardScene) -> str:
    """The board in one line."""
    return escape(f"{scene.stack.title}: {', '.join(job.title for job in scene.jobs) or _NOTHING}")


def board_blocks(scene: BoardScene) -> list[Block]:
    """A stack's jobs as buttons for everybody in the channel; whether one may is checked at the click."""
    stack = scene.stack
    blocks = [header(stack.title)]
    if stack.description:
        blocks.append(section(escape(stack.description)))
    blocks += [*banner(scene.pauses), *frost(scene.frozen), *now_blocks(scene.standing)]
    blocks += job_buttons([(stack, job) for job in scene.jobs], None) or [section(_NOTHING)]
    owners = f" · Owners: {one_line(', '.join(stack.owners))}" if stack.owners else ""
    blocks.append(context(f"A form opens first, nothing starts by the click alone{owners}"))
    return fit_message(blocks)


def gone_blocks(name: str) -> list[Block]:
    """What a board becomes when its stack is gone."""
    return [section(f"The stack {one_line(name)} is not there any more.")]
