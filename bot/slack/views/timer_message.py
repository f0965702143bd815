"""What is about to happen by itself, and the buttons to change that."""

from dataclasses import dataclass
from typing import Any

from bot.base.text import format_moment
from bot.model.pause import EVERYTHING
from bot.model.target import place
from bot.model.timer import EXTEND_MINUTES, NEVER, Timer, TimerKind, TimerState
from bot.slack.ids import TIMER, TimerRef, nth
from bot.slack.limits import Block
from bot.slack.mrkdwn import DAY_TIME, at_time, escape, one_line
from bot.slack.views.parts import button, confirm, row, section

EXTEND, NOW, CANCEL = "extend", "now", "cancel"


@dataclass(frozen=True)
class _Wording:
    """What people read of one kind of timer; "{title}" and "{at}" are put in."""

    line: str
    #: The word before the moment, in "{at}".
    when: str
    now: str
    fired: str
    cancelled: str = ""
    #: The label of the button that calls it off, and what that means; empty: it has none.
    cancel: str = ""
    cancel_means: str = ""
    #: What it means that the moment comes at once, where that has to be asked twice.
    now_means: str = ""


_START = _Wording(
    line="*{title}* {at}.",
    when="starts",
    now="{title} now",
    fired="the moment has come, it was started",
    cancelled="it will not start by itself",
    cancel="Cancel",
    cancel_means="It will not start by itself any more; somebody has to start it.",
)
_WORDINGS = {
    TimerKind.RESUME: _Wording(
        line="*{title}* {at}.",
        when="goes on",
        now="Go on now",
        fired="it goes on",
        cancelled="it is over",
    ),
    TimerKind.WINDOW: _Wording(
        line="*{title}* {at}.",
        when="ends",
        now="End it now",
        fired="the time is over",
        cancelled="it is over",
        now_means="Nobody watches from now on; the run goes on as if all had been well until the end.",
    ),
    TimerKind.RESERVATION: _Wording(
        line="🔒 *{title}* is yours {at}, then the next in line gets it.",
        when="until",
        now="Release now",
        fired="your time with it is over",
        cancelled="it is not yours any more",
    ),
    TimerKind.FREEZE: _Wording(
        line="❄ *{title}* waits for a freeze, which {at}.",
        when="ends",
        now="Start now",
        fired="it waits no more",
        cancelled="it does not wait any more",
    ),
    TimerKind.PAUSE: _Wording(
        line="⏸ The pause of *{title}* {at}.",
        when="ends",
        now="End it now",
        fired="the pause is over",
        cancelled="the pause stays until somebody ends it",
        cancel="Keep it paused",
        cancel_means="It will not end by itself any more; somebody has to end it.",
    ),
}


def timer_line(title: str, timer: Timer) -> str:
    """The moment in one line: "Maintenance off, production starts today at 15:02"."""
    wording = _WORDINGS.get(timer.kind, _START)
    return wording.line.format(title=_name(title, timer), at=_at(timer, wording))


def timer_text(title: str, timer: Timer) -> str:
    """The message in one line."""
    return escape(f"{place(_shown(title), timer.environment)}: {_told(timer)}")


def timer_blocks(title: str, timer: Timer, *, cancel: str = "") -> list[Block]:
    """The message; its buttons go away once the moment has come. *cancel*: what the last one says instead of ours."""
    if timer.state is not TimerState.WAITING:
        return [section(f"*{_name(title, timer)}*: {escape(_told(timer))}.")]
    changed = f" Changed by {one_line(timer.changed_by)}." if timer.changed_by else ""
    return [section(f"{timer_line(title, timer)}{changed}"), row(_buttons(title, timer, cancel))]


def _buttons(title: str, timer: Timer, cancel: str) -> list[dict[str, Any]]:
    """Extend | Off now | Cancel."""
    wording = _WORDINGS.get(timer.kind, _START)
    label = wording.now.format(title=title)
    sure = confirm(f"{label}?", wording.now_means, yes="End it", no="Go on") if wording.now_means else None
    buttons = [button(label, action=nth(TIMER, NOW), value=_value(timer, NOW), confirm=sure)]
    if timer.at != NEVER:
        later = button(f"Extend {EXTEND_MINUTES} min", action=nth(TIMER, EXTEND), value=_value(timer, EXTEND))
        buttons.insert(0, later)
    if label := cancel or wording.cancel:
        means = f"{place(_shown(title), timer.environment)}: {wording.cancel_means}"
        never = confirm(f"{label}?", means, yes="Do it", no="Leave it", danger=True)
        buttons.append(button(label, action=nth(TIMER, CANCEL), value=_value(timer, CANCEL), confirm=never))
    return buttons


def _told(timer: Timer) -> str:
    wording = _WORDINGS.get(timer.kind, _START)
    if timer.state is TimerState.FIRED:
        return wording.fired
    if timer.state is TimerState.CANCELLED:
        by = f" by {timer.changed_by}" if timer.changed_by else ""
        return f"cancelled{by}, {wording.cancelled}"
    verb = "starts" if wording is _START else "ends"
    when = "when somebody ends it" if timer.at == NEVER else format_moment(timer.at)
    return f"{verb} {when}"


def _at(timer: Timer, wording: _Wording) -> str:
    return "somebody has to end" if timer.at == NEVER else at_time(timer.at, f"{wording.when} {DAY_TIME}")


def _name(title: str, timer: Timer) -> str:
    # A step's stands in the message of its run, below the name of the environment.
    is_of_step = timer.kind in {TimerKind.RESUME, TimerKind.WINDOW}
    return one_line(place(_shown(title), None if is_of_step else timer.environment))


def _shown(title: str) -> str:
    return "everything" if title == EVERYTHING else title


def _value(timer: Timer, do: str) -> str:
    return TimerRef(timer=timer.id, do=do).encode()
