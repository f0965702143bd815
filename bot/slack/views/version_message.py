"""The announcement of a version: what it is, what runs now, what is in it, and what to do."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.base.text import cut, plural
from bot.catalog.expressions import ExpressionProblem
from bot.catalog.templates import render, template_text
from bot.control.watchers.announcements import AnnouncedVersion
from bot.model.announce import Mark
from bot.model.stack import Job
from bot.slack.ids import START, TAKE_BACK, VERSION, JobRef, TooLong, VersionRef, nth
from bot.slack.limits import Block
from bot.slack.markdown import alarming, to_mrkdwn
from bot.slack.mrkdwn import DAY_TIME, Ours, at_time, link, one_line, written
from bot.slack.views.parts import button, context, header, row, section

_NOTES_LENGTH = 1800
_ALARMS = 5
_ALARM_LENGTH = 200
#: What is younger came just now, as the message itself.
_WORTH_SAYING = timedelta(hours=1)
_SAID = {Mark.SKIPPED: "skipped by", Mark.SNOOZED: "put off by", Mark.DEPLOYED: "marked as deployed by"}
_SIGNS = {Mark.SKIPPED: "⏭", Mark.SNOOZED: "💤", Mark.DEPLOYED: "✅"}


def version_text(view: AnnouncedVersion) -> str:
    """`terraform 1.9.8 is out`."""
    return f"{one_line(_name(view))} {view.happened}"


def version_blocks(view: AnnouncedVersion) -> list[Block]:
    """The message."""
    head = header(f"{_name(view)} {view.happened}")
    warnings = alarming(str(view.version.fields.get("notes") or ""))
    blocks = [head, context(_about(view))]
    if warnings and not _is_withdrawn(view):
        lines = [f"• {to_mrkdwn(cut(line, _ALARM_LENGTH), _NOTES_LENGTH)}" for line in warnings[:_ALARMS]]
        more = [f"_and {len(warnings) - _ALARMS} more_"] if len(warnings) > _ALARMS else []
        blocks.append(section("\n".join(["⚠️ *Look at this first*", *lines, *more])))
    words = _words(view)
    if words.strip():
        blocks.append(section(words))
    if view.marked:
        blocks.append(context(_marked(view)))
    buttons = _buttons(view)
    return [*blocks, row(buttons)] if buttons else blocks


def _name(view: AnnouncedVersion) -> str:
    return str(view.version.fields.get("name") or f"{view.resource.name} {view.version.number}")


def _is_withdrawn(view: AnnouncedVersion) -> bool:
    return view.version.gone_at is not None or bool(view.version.fields.get("is_yanked"))


def _about(view: AnnouncedVersion) -> str:
    """`Deployed now: 1.9.5 · Published today (2 hours ago) · Read about it`."""
    published = _published(view)
    word = "Published" if view.version.fields.get("published_at") else "Found"
    old = view.now - published
    age = f" ({_age(old)})" if old >= _WORTH_SAYING else ""
    parts = [
        f"Deployed now: *{one_line(view.deployed)}*" if view.deployed else "",
        f"{at_time(published, f'{word} {{date_short_pretty}}')}{age}",
        at_time(view.version.changed_at, f"Changed {DAY_TIME}") if view.version.appearance > 1 else "",
        _page(view, "Read about it"),
    ]
    return " · ".join(part for part in parts if part)


def _page(view: AnnouncedVersion, words: str) -> str:
    """A link to its page; empty if it has none."""
    url = str(view.version.fields.get("url") or "")
    return link(url, words) if url.startswith(("https://", "http://")) else ""


def _published(view: AnnouncedVersion) -> datetime:
    told = view.version.fields.get("published_at")
    return datetime.fromisoformat(str(told)) if told else view.version.first_seen_at


def _age(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    if hours < 1:
        return "just now"
    number, unit = (hours, "hour") if hours < 48 else (hours // 24, "day")
    return f"{plural(number, unit)} ago"


def _words(view: AnnouncedVersion) -> str:
    """What the template makes of it; ours: its headline and notes."""
    fields = view.version.fields
    rest = _page(view, "… read all of it") or "…"
    notes = Ours(to_mrkdwn(str(fields.get("notes") or ""), _NOTES_LENGTH, rest=rest))
    template = view.resource.announce.template if view.resource.announce else ""
    if template:
        scope: Mapping[str, object] = {
            view.resource.name: fields,
            "deployed": view.deployed,
            "age": _age(view.now - _published(view)),
            "notes": notes,
        }
        try:
            return render(template_text(template, view.stack.folder), scope, written).strip()
        except ExpressionProblem as problem:
            return f"{notes}\n_{one_line(str(problem))}_"
    title = str(fields.get("title") or "")
    says_more = title and title.strip().lstrip("v") != view.version.number.lstrip("v")
    return f"*{one_line(title)}*\n{notes}".strip() if says_more else notes


def _marked(view: AnnouncedVersion) -> str:
    marked = view.marked
    if marked is None:
        return ""
    until = f" {at_time(marked.until, f'until {DAY_TIME}')}" if marked.until else ""
    return f"{_SIGNS[marked.mark]} {_SAID[marked.mark].capitalize()} {one_line(marked.by)}{until}"


def _buttons(view: AnnouncedVersion) -> list[dict[str, Any]]:
    if _is_withdrawn(view):
        return []
    if view.marked and view.marked.mark is not Mark.SNOOZED:
        return [button("Take it back", action=nth(VERSION, TAKE_BACK), value=_ref(view, TAKE_BACK))]
    made = []
    if view.job:
        made.append(button("Start upgrade", action=nth(START, 0), value=_start(view, view.job), style="primary"))
    labels = {Mark.SKIPPED: "Skip this version", Mark.SNOOZED: "Snooze", Mark.DEPLOYED: "Mark as deployed"}
    return made + [
        button(label, action=nth(VERSION, mark.value), value=_ref(view, mark.value)) for mark, label in labels.items()
    ]


def _start(view: AnnouncedVersion, job: Job) -> str:
    ref = JobRef(stack=view.stack.name, job=job.name, answers=dict(view.answers))
    try:
        return ref.encode()
    except TooLong:
        return replace(ref, answers={}).encode()


def _ref(view: AnnouncedVersion, do: str) -> str:
    return VersionRef(stack=view.stack.name, resource=view.resource.name, number=view.version.number, do=do).encode()
