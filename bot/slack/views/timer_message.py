"""What is about to happen by itself, and the buttons to change that."""

from typing import Any

from bot.model.timer import Timer, TimerState
from bot.slack.ids import TIMER, TimerRef, nth
from bot.slack.limits import Block
from bot.slack.mrkdwn import at_time, escape, one_line
from bot.slack.views.parts import button, confirm, place, row, section

EXTEND, NOW, CANCEL = "extend", "now", "cancel"
EXTEND_MINUTES = 30


def timer_line(title: str, timer: Timer) -> str:
    """The moment in one line: "Maintenance off, production starts at 15:02"."""
    return f"*{one_line(place(title, timer.environment))}* starts at {at_time(timer.at)}."


def timer_text(title: str, timer: Timer) -> str:
    """The message in one line."""
    return escape(f"{place(title, timer.environment)}: {_told(timer)}")


def timer_blocks(title: str, timer: Timer) -> list[Block]:
    """The message; its buttons go away once the moment has come."""
    name = one_line(place(title, timer.environment))
    if timer.state is not TimerState.WAITING:
        return [section(f"*{name}*: {escape(_told(timer))}.")]
    changed = f" Changed by {one_line(timer.changed_by)}." if timer.changed_by else ""
    return [section(f"{timer_line(title, timer)}{changed}"), row(timer_buttons(title, timer))]


def timer_buttons(title: str, timer: Timer) -> list[dict[str, Any]]:
    """Extend | Off now | Cancel."""
    never = confirm(
        f"Cancel {place(title, timer.environment)}?",
        "It will not start by itself any more; somebody has to start it.",
        yes="Do not start it",
        no="Keep it",
        danger=True,
    )
    return [
        button(f"Extend {EXTEND_MINUTES} min", action=nth(TIMER, EXTEND), value=_value(timer, EXTEND)),
        button(f"{title} now", action=nth(TIMER, NOW), value=_value(timer, NOW)),
        button("Cancel", action=nth(TIMER, CANCEL), value=_value(timer, CANCEL), confirm=never),
    ]


def _told(timer: Timer) -> str:
    if timer.state is TimerState.FIRED:
        return "the moment has come, it was started"
    if timer.state is TimerState.CANCELLED:
        by = f" by {timer.changed_by}" if timer.changed_by else ""
        return f"cancelled{by}, it will not start by itself"
    return f"starts at {timer.at:%H:%M} UTC"


def _value(timer: Timer, do: str) -> str:
    return TimerRef(timer=timer.id, do=do).encode()
