"""One line about a run for those who are told of it, and one line about those of quiet hours."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.base.text import cut
from bot.model.notify import NotifyRule, Occasion
from bot.model.person import is_slack_id
from bot.model.run import Run, RunStatus
from bot.model.signs import RUN_SIGNS
from bot.slack.limits import Block
from bot.slack.mrkdwn import at_time, escape, one_line
from bot.slack.views.parts import section
from bot.slack.views.run_list import show_button

#: Slack's id of a group.
_GROUP = re.compile(r"S[A-Z0-9]{2,}")
_REASON_LENGTH = 300
_NAMED = 10

#: The id behind a group's handle.
GroupId = Callable[[str], str | None]


def notice_text(run: Run, occasion: Occasion, mention: Sequence[str], group_id: GroupId) -> str:
    """`✗ *Deploy, production* failed after 3s: Copy: no space left.`, and below it `shop #12 by Ada @oncall`."""
    name = f"*{one_line(run.what)}*"
    about = f"{one_line(run.name)} by {one_line(run.started_by)}"
    if occasion is Occasion.START:
        cause = f", {one_line(run.cause)}" if run.cause else ""
        return f"{RUN_SIGNS[RunStatus.RUNNING]} {name} has begun: {about}{cause}"
    again = " works again:" if occasion is Occasion.RECOVERY else ""
    reason = f": {one_line(cut(run.reason, _REASON_LENGTH))}" if run.reason else ""
    called = "".join(f" {_called(who, run, group_id)}" for who in mention)
    return f"{RUN_SIGNS[run.status]} {name}{again} {run.in_words}{reason}\n{about}{called}"


def notice_blocks(text: str, run: Run) -> list[Block]:
    """The line, and the way to the run."""
    return [section(text, accessory=show_button(run.number))]


def quiet_text(runs: Sequence[Run], rule: NotifyRule, since: datetime, until: datetime) -> str:
    """What was held back: `While it was quiet (22:00 to 07:00): ✓ Deploy, production (#12) · ...`."""
    told = [run for run in sorted(runs, key=lambda run: run.number) if _belongs(run, runs, rule, since, until)]
    lines = [f"{RUN_SIGNS[run.status]} {one_line(run.what)} (#{run.number})" for run in told]
    more = [f"and {len(lines) - _NAMED} more"] if len(lines) > _NAMED else []
    hours = f"{at_time(since, '{time}')} to {at_time(until, '{time}')}"
    return f"While it was quiet ({hours}): {' · '.join([*lines[:_NAMED], *more])}"


def _belongs(run: Run, runs: Sequence[Run], rule: NotifyRule, since: datetime, until: datetime) -> bool:
    """Was anything of the run held back by *rule* in these hours? A failure that it tells was told at once."""
    if not rule.concerns(run.job, run.environment):
        return False
    began = Occasion.START in rule.on and run.begun_at is not None and since <= run.begun_at < until
    if run.ended_at is None or not since <= run.ended_at < until:
        return began
    if run.status.is_failure and Occasion.FAILURE in rule.on:
        return False
    return began or Occasion.FINISH in rule.on or (Occasion.RECOVERY in rule.on and _recovers(run, runs))


def _recovers(run: Run, runs: Sequence[Run]) -> bool:
    same = [
        other
        for other in runs
        if (other.job, other.environment) == (run.job, run.environment)
        and other.number < run.number
        and (other.status.is_failure or other.status is RunStatus.SUCCEEDED)
    ]
    before = max(same, key=lambda other: other.number, default=None)
    return run.status is RunStatus.SUCCEEDED and before is not None and before.status.is_failure


def _called(who: str, run: Run, group_id: GroupId) -> str:
    if who == "starter":
        return f"<@{run.started_by_id}>" if is_slack_id(run.started_by_id) else ""
    if is_slack_id(who):
        return f"<@{who}>"
    id = who if _GROUP.fullmatch(who) else group_id(who.removeprefix("@"))
    return f"<!subteam^{id}>" if id else escape(who)
