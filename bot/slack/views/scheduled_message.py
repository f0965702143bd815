"""An announcement by the clock: its headline, and what its template makes of what is known."""

from bot.catalog.expressions import ExpressionProblem
from bot.catalog.templates import render, template_text
from bot.control.watchers.scheduled import ScheduledView
from bot.slack.limits import Block
from bot.slack.mrkdwn import Ours, link, one_line, written
from bot.slack.views.parts import context, header, section


def scheduled_text(view: ScheduledView) -> str:
    """Its headline, for notifications."""
    return one_line(view.announcement.title)


def scheduled_blocks(view: ScheduledView) -> list[Block]:
    """The message."""
    words = scheduled_words(view)
    late = [context(f"{view.late} late: I was not there at the time.")] if view.late else []
    return [header(view.announcement.title), *([section(words)] if words else []), *late]


def scheduled_words(view: ScheduledView) -> str:
    """What the template says now, as mrkdwn; its mistake, if it has one."""
    try:
        template = template_text(view.announcement.template, view.stack.folder)
        return render(template, {**view.scope, "link": _link}, written).strip()
    except ExpressionProblem as problem:
        return f"_{one_line(str(problem))}_"


def _link(url: object, text: object) -> Ours:
    return Ours(link(str(url), str(text)))
