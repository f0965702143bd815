"""Checks an approval: does `by` name people in a way that can ever fit, and can there be enough of them?"""

import re
from collections.abc import Iterator

from bot.catalog.lint.form import FormLint
from bot.catalog.marks import Entries, Items, Scalar, Value, plain
from bot.catalog.names import Names, Scope
from bot.catalog.problems import Fault
from bot.model.person import is_slack_id
from bot.model.plan import OnTimeout

#: What the step puts out by itself, beside the answers to its form.
OWN_OUTPUTS = ("approved_by", "reason")
#: What needs a stack's lists, or buttons, around it.
_NOT_IN_APPROVALS = ("environment", "version", "group", "file")
_HANDLE = re.compile(r"@[a-z0-9][a-z0-9._-]*", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


def approve_faults(approve: Value | None) -> Iterator[Fault]:
    """What is wrong in an `approve`. Whether a group exists only Slack knows; how one is written is known here."""
    if not isinstance(approve, Entries):
        return
    by = approve.entries.get("by")
    people = by.items if isinstance(by, Items) else ()
    for who in people:
        if isinstance(who, Scalar) and isinstance(who.value, str) and (why := _nobody(who.value)):
            yield who.mark, why
    yield from _too_few(approve, [plain(who) for who in people])
    if "notify" in approve.entries and plain(approve.entries["notify"]) is True:
        yield from _nobody_to_notify(approve, [plain(who) for who in people])
    form = approve.entries.get("form")
    yield from FormLint(Scope({"vars": None})).faults(form)
    for name, mark in form.keys.items() if isinstance(form, Entries) else ():
        if name in OWN_OUTPUTS:
            yield mark, f'A field of an approval cannot be called "{name}": the approval puts that out itself.'
    for field in form.entries.values() if isinstance(form, Entries) else ():
        yield from _cannot_be_asked(field)


def gate_faults(approve: Value | None) -> Iterator[Fault]:
    """What is wrong in the `approve` of a job."""
    yield from approve_faults(approve)
    if isinstance(approve, Entries):
        then = approve.entries.get("on_timeout")
        if then is not None and plain(then) == OnTimeout.SKIP:
            yield then.mark, 'Before a job starts there is nothing to go on with after "skip". Write fail or go_on.'


def approve_outputs(approve: Value | None) -> Names:
    """What later steps may name."""
    form = approve.entries.get("form") if isinstance(approve, Entries) else None
    return dict.fromkeys([*(form.entries if isinstance(form, Entries) else ()), *OWN_OUTPUTS])


def _cannot_be_asked(field: Value) -> Iterator[Fault]:
    """The page of an approval is shown as it stands: it reads no lists, and nothing in it comes and goes."""
    if not isinstance(field, Entries):
        return
    for key in ("choices_from", "when"):
        if key in field.entries:
            instead = 'Write "choices".' if key == "choices_from" else "Ask it always, with `required: false`."
            yield field.keys[key], f'A field of an approval has no "{key}". {instead}'
    type_ = plain(field.entries["type"]) if "type" in field.entries else None
    if type_ in _NOT_IN_APPROVALS:
        yield field.entries["type"].mark, f"An approval cannot ask for a field of type {type_}."


def _nobody(who: str) -> str:
    """Why *who* can be nobody; empty when it can be somebody."""
    fits = who == "everyone" or _HANDLE.fullmatch(who) or _EMAIL.fullmatch(who) or is_slack_id(who)
    if fits:
        return ""
    hint = f' Did you mean "@{who}"?' if _HANDLE.fullmatch(f"@{who}") else ""
    return f'"{who}" is nobody: write "@group", an e-mail, "*@example.org", a Slack user id, or "everyone".{hint}'


def _too_few(approve: Entries, people: list[object]) -> Iterator[Fault]:
    count = plain(approve.entries["count"]) if "count" in approve.entries else 1
    if not people or not isinstance(count, int) or not all(isinstance(who, str) and _is_one(who) for who in people):
        return
    several = len(set(people))
    if several < count:
        yield approve.entries["count"].mark, f'"count" is {count}, but "by" names only {several}.'


def _nobody_to_notify(approve: Entries, people: list[object]) -> Iterator[Fault]:
    if not any(isinstance(who, str) and _is_one(who) for who in people):
        yield (
            approve.keys["notify"],
            '"notify" tells people whom "by" names by e-mail or Slack user id; here are only groups.',
        )


def _is_one(who: str) -> bool:
    """Is it one person, and not a group or a pattern?"""
    return who != "everyone" and not who.startswith("@") and "*" not in who
