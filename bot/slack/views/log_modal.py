"""The end of a run's log, in a modal that can be refreshed, and in the thread once the run is over."""

from collections.abc import Sequence
from typing import Any

from bot.base.text import cut
from bot.model.person import is_slack_id
from bot.model.run import Run
from bot.slack.ids import LOG_AGAIN, RunRef
from bot.slack.limits import SECTION_TEXT, Block
from bot.slack.mrkdwn import code_block, one_line
from bot.slack.views.parts import button, context, modal, row, section

_EXCERPT_LENGTH = 1500


def log_modal(run: Run, lines: Sequence[str]) -> dict[str, Any]:
    """The last lines; the whole log is a file in the run's thread once it is over."""
    text = code_block("\n".join(lines), SECTION_TEXT) if lines else "No step has said anything yet."
    blocks: list[Block] = [section(f"*{one_line(run.name)}*: {run.status}"), section(text)]
    if run.status.is_over:
        blocks.append(context("The end of it. The whole log is a file in the thread of the run's message."))
    else:
        blocks.append(row([button("Show newer lines", action=LOG_AGAIN, value=RunRef(run=run.number).encode())]))
    return modal("Log", blocks)


def log_comment(run: Run, lines: Sequence[str]) -> str:
    """What stands beside the log in the thread. After a failure it calls the person who started the run, once."""
    excerpt = code_block("\n".join(lines), _EXCERPT_LENGTH) if lines else ""
    if run.status.is_failure:
        why = one_line(cut(run.reason, _EXCERPT_LENGTH))
        line = f"{_mention(run)}{one_line(run.what)} {run.status}: {why}"
    else:
        line = f"Log of {one_line(run.name)}" if lines else ""
    return "\n".join(part for part in (line, excerpt) if part)


def _mention(run: Run) -> str:
    """Whoever started it, if that is somebody in Slack; a rule of the stack may call them already."""
    is_called = any(rule.calls_starter(run.job, run.environment) for rule in run.plan.notify)
    return f"<@{run.started_by_id}> " if is_slack_id(run.started_by_id) and not is_called else ""
