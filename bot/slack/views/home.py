"""The App Home: what runs now, what ran lately, and what one may start."""

from collections.abc import Sequence
from typing import Any

from bot.model.run import Run
from bot.slack.door import Offer
from bot.slack.limits import Block, fit_view
from bot.slack.views.menu import menu_blocks, runs_blocks
from bot.slack.views.parts import context, divider, header, section


def home_view(offers: Sequence[Offer], runs: Sequence[Run]) -> dict[str, Any]:
    """One person's home."""
    now = [run for run in runs if not run.status.is_over]
    lately = [run for run in runs if run.status.is_over]
    blocks: list[Block] = []
    if now:
        blocks += [header("Now"), *runs_blocks(now), divider()]
    blocks += [header("Run a job"), *menu_blocks(offers, channel=None)]
    blocks += [header("Lately"), *(runs_blocks(lately) if lately else [section("Nothing has run yet.")])]
    blocks.append(context("As it was when you opened this page. Open it again for the newest."))
    return {"type": "home", "blocks": fit_view(blocks)}
