"""The message that asks people for their yes, with all that they need to know; and what it says once they decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.base.text import cut, format_duration, join_words
from bot.control.holds.asking import AFTER_THAT, nobody_decided
from bot.model.approval import Approval, ApprovalState, ApprovalView, Vote
from bot.model.form import FormField
from bot.model.person import is_slack_id
from bot.model.run import Run
from bot.slack.ids import APPROVAL, APPROVAL_FORM, REASON, ApprovalRef, nth
from bot.slack.limits import MESSAGE_TEXT, PRIVATE_METADATA, Block, fit_message
from bot.slack.mrkdwn import DAY_TIME, at_time, escape, one_line
from bot.slack.views.fields import field_input
from bot.slack.views.parts import button, context, divider, header, modal, row, section, text_input
from bot.slack.views.previews import preview_blocks, whole_preview_blocks
from bot.slack.views.run_message import answers_line

APPROVE, DENY, EXTEND, PREVIEW, LOOK = "approve", "deny", "extend", "preview", "look"
_REASON_LENGTH = 500
_STATES = {
    ApprovalState.OPEN: "Approval",
    ApprovalState.APPROVED: "Approved",
    ApprovalState.DENIED: "Denied",
    ApprovalState.VOID: "Void",
    ApprovalState.TIMED_OUT: "Not decided in time",
    ApprovalState.WITHDRAWN: "Not needed any more",
}


@dataclass(frozen=True, kw_only=True)
class ApprovalScene:
    """An approval, and the fields of the job's form today, by name."""

    view: ApprovalView
    fields: Mapping[str, FormField] = field(default_factory=dict)


def approval_text(view: ApprovalView) -> str:
    """The message in one line, for notifications and screen readers."""
    run = view.run
    what = run.what
    if view.approval.is_open:
        return cut(escape(f"{run.started_by} asks for a yes: {what}"), MESSAGE_TEXT)
    return cut(escape(f"{_STATES[view.approval.state]}: {what}"), MESSAGE_TEXT)


def approval_blocks(scene: ApprovalScene) -> list[Block]:
    """The message: a question with buttons, and once it is decided only who decided, when and why."""
    view, run = scene.view, scene.view.run
    title = " · ".join(part for part in (run.title, run.environment) if part)
    blocks = [header(f"{_STATES[view.approval.state]}: {title}")]
    blocks += _question(scene) if view.approval.is_open else _decision(view)
    return fit_message(blocks)


def _question(scene: ApprovalScene) -> list[Block]:
    view, run, approval = scene.view, scene.view.run, scene.view.approval
    to_what = "start it" if view.step == run.plan.gate else f"go on with {one_line(run.name)}"
    lines = [f"*{one_line(run.started_by)}* asks to {to_what}. {_who(view)}"]
    if view.asked_again:
        lines.append(f"⚠ *Asked again.* {escape(view.asked_again)} What was said before does not count.")
    blocks = [section("\n".join(lines)), context(_origin(run, approval))]
    if run.inputs:
        blocks.append(context(answers_line(run, scene.fields, view.named)))
    blocks += [
        divider(),
        *(preview_blocks(approval.previews) or [section("Nothing would be done after it.")]),
        divider(),
    ]
    blocks += [section("\n".join(_vote(vote) for vote in approval.votes))] if approval.votes else []
    until = at_time(view.timer.at, f"until {DAY_TIME}")
    changed = f" Changed by {one_line(view.timer.changed_by)}." if view.timer.changed_by else ""
    blocks.append(context(f"It waits {until}. {AFTER_THAT[view.step.on_timeout]}{changed}"))
    return [*blocks, row(_buttons(view))]


def _decision(view: ApprovalView) -> list[Block]:
    approval = view.approval
    lines = [_vote(vote) for vote in approval.votes]
    if approval.state is ApprovalState.VOID:
        lines = [f"{escape(approval.reason)} What was said does not count; it is asked again below."]
    elif approval.state is ApprovalState.TIMED_OUT:
        lines.append(nobody_decided(approval, view.timer.at))
    elif approval.state is ApprovalState.WITHDRAWN:
        lines.append("The run ended before anybody decided.")
    return [section("\n".join(lines)), context(_origin(view.run, approval))]


def _who(view: ApprovalView) -> str:
    """Who may say yes, how many it takes, and who may not."""
    said = [_named(who) for who in view.step.by] or [one_line(view.who)]
    who = " or ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)
    step = view.step
    count = f" It takes {step.count}: {len(view.approval.yes)} said yes so far." if step.count > 1 else ""
    return f"{who} can say yes.{_who_cannot(view)}{count}"


def _who_cannot(view: ApprovalView) -> str:
    """Those whose own run it is."""
    people = list(view.run.people.values())
    if view.step.by_starter or not people:
        return ""
    return f" {one_line(join_words(people))} cannot."


def _named(who: str) -> str:
    """A person as a mention, which tells them once; groups and addresses as they are written."""
    if who == "everyone":
        return "Everyone"
    return f"<@{who}>" if is_slack_id(who) else f"*{one_line(who)}*"


def _origin(run: Run, approval: Approval) -> str:
    asked = at_time(approval.asked_at, f"asked {DAY_TIME}")
    return " · ".join(part for part in (one_line(run.name), one_line(run.cause), asked) if part)


def _vote(vote: Vote) -> str:
    sign, said = ("✓", "said yes") if vote.is_yes else ("✗", "said no")
    why = f": {one_line(cut(vote.reason, _REASON_LENGTH))}" if vote.reason else ""
    return f"{sign}  *{one_line(vote.person.name)}* {said} at {at_time(vote.at)}{why}"


def _buttons(view: ApprovalView) -> list[dict[str, Any]]:
    longer = format_duration(timedelta(seconds=view.step.within_s))
    return [
        _button(view, "Approve", APPROVE, "primary"),
        _button(view, "Deny", DENY, "danger"),
        _button(view, "Whole preview", PREVIEW),
        _button(view, f"Wait {longer} more", EXTEND),
    ]


def _button(view: ApprovalView, label: str, do: str, style: str = "") -> dict[str, Any]:
    value = ApprovalRef(approval=view.approval.id, do=do).encode()
    return button(label, action=nth(APPROVAL, do), value=value, style=style)


def has_page(view: ApprovalView, do: str) -> bool:
    """Is anything asked before the answer counts? Who says no is always asked why, since others will want to know."""
    return do == DENY or view.step.needs_reason or bool(view.step.form)


def answer_modal(view: ApprovalView, do: str) -> dict[str, Any]:
    """The page that asks for a reason, and who says yes for the answers to the approval's form."""
    blocks: list[Block] = [section(f"*{one_line(view.run.what)}*")]
    if do == APPROVE:
        blocks += [field_input(one, one.default) for one in view.step.form]
    blocks.append(text_input(REASON, "Why", most=_REASON_LENGTH, is_optional=not view.step.needs_reason))
    return modal(
        "Approve" if do == APPROVE else "Deny",
        blocks,
        submit="Approve" if do == APPROVE else "Deny",
        close="Back",
        callback_id=APPROVAL_FORM,
        private_metadata=ApprovalRef(approval=view.approval.id, do=do).encode(PRIVATE_METADATA),
    )


def preview_modal(view: ApprovalView) -> dict[str, Any]:
    """All that would happen."""
    return modal("What would happen", whole_preview_blocks(view.approval.previews))


def said_modal(view: ApprovalView) -> dict[str, Any]:
    """What became of somebody's yes."""
    left = view.step.count - len(view.approval.yes)
    line = f"Your yes counts. {left} more to go." if view.approval.is_open else "Approved. The run goes on."
    return modal("Approve", [section(line)])


def waiting_text(mine: Sequence[ApprovalView]) -> str:
    """What waits for one person, in one line."""
    if not mine:
        return "Nothing waits for your yes."
    return escape(cut("Waits for your yes: " + ", ".join(view.run.name for view in mine), MESSAGE_TEXT))


def waiting_blocks(mine: Sequence[ApprovalView], others: Sequence[ApprovalView] = ()) -> list[Block]:
    """What waits for one person, each with a button that shows it; and their own runs that wait for *others*."""
    blocks = [section(_line(view), accessory=_button(view, "Look", LOOK)) for view in mine]
    if not blocks:
        blocks.append(section(waiting_text(mine)))
    if others:
        blocks.append(section("*Your runs that wait for others*"))
        blocks += [section(f"{_line(view)}\n{_who(view)}") for view in others]
    return fit_message(blocks)


def _line(view: ApprovalView) -> str:
    run = view.run
    count = f" · {len(view.approval.yes)} of {view.step.count} said yes" if view.step.count > 1 else ""
    until = at_time(view.timer.at, f"until {DAY_TIME}")
    what = f"*{one_line(run.what)}*"
    return f"{what} · {one_line(run.name)} by {one_line(run.started_by)}{count} · {until}"
