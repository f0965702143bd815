"""Checks resources, webhooks and triggers: do their names lead somewhere, and can what they start be started?"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from actions import library
from actions.api import Check
from bot.base.text import did_you_mean, join_words, nearest
from bot.catalog.expressions import ExpressionProblem
from bot.catalog.lint.fields import field_faults, lossy_faults
from bot.catalog.marks import Entries, Items, Scalar, Value, plain
from bot.catalog.names import RESERVED, Names, Scope, condition_faults, name_faults
from bot.catalog.problems import Fault
from bot.catalog.raw.stack import keys_of
from bot.catalog.raw.watch import TRIGGERS, RawTrigger
from bot.catalog.templates import check_template, template_text

_VARS = Scope({"vars": None})
_ALERT: Names = {"alert": {"labels": None, "annotations": None, "status": None, "fingerprint": None, "url": None}}
#: What a run that ended tells the job that follows it.
_ENDED: Names = {"run": {"number": None, "name": None, "status": None, "environment": None, "inputs": None}}
_TAKEN = (*RESERVED, "version", "webhook", "alert", "payload")
#: Keys of a trigger that mean something for one kind only.
_ONLY_FOR = {"status": "run", "zone": "cron", "late": "cron", "holidays": "cron"}


class WatchLint:
    """Checks one stack; what it says of triggers needs to be asked job by job."""

    def __init__(self, tree: Entries, folder: Path) -> None:
        self._folder = folder
        self.resources = _mappings(tree.entries.get("resources"))
        self.webhooks = _mappings(tree.entries.get("webhooks"))
        self._jobs = _mappings(tree.entries.get("jobs"))
        self._environments = _mappings(tree.entries.get("environments"))
        self._tree = tree

    def faults(self) -> Iterator[Fault]:
        """What is wrong outside of jobs."""
        for name, resource in self.resources.items():
            yield from self._resource(name, resource)
        for webhook in self.webhooks.values():
            yield from self._webhook(webhook)
        for name, environment in self._environments.items():
            yield from self._each(name, environment)
        yield from self._circles()

    def given(self, environments: Mapping[str, Entries]) -> Names:
        """The resource whose versions all of *environments* are made for, and what may be named of it."""
        each = {_text(environment, "each") for environment in environments.values()}
        name = each.pop() if len(each) == 1 else None
        return {name: self._fields(name)} if name in self.resources and name else {}

    def triggers(self, job: Entries, environments: Mapping[str, Entries]) -> Iterator[Fault]:
        """What is wrong with the triggers of one job, which may act on *environments*."""
        listed = job.entries.get("triggers")
        for index, trigger in enumerate(listed.items if isinstance(listed, Items) else (), start=1):
            if isinstance(trigger, Entries):
                yield from self._trigger(trigger, index, job, environments)

    def _resource(self, name: str, resource: Entries) -> Iterator[Fault]:
        if name in _TAKEN:
            yield self._mark("resources", name), f'A resource cannot be called "{name}": expressions use that word.'
        yield from check_faults(resource, _VARS)
        yield from condition_faults(resource.entries.get("when"), _VARS)
        deployed, artefact = resource.entries.get("deployed"), resource.entries.get("artefact")
        if isinstance(deployed, Entries):
            yield from check_faults(deployed, _VARS)
        if isinstance(artefact, Entries):
            scope = _VARS.plus({"version": self._fields(name)})
            yield from check_faults(artefact, scope)
            yield from name_faults(artefact.entries.get("number"), scope)
        announce = resource.entries.get("announce")
        if isinstance(announce, Entries):
            yield from self._announce(name, announce)
        chosen = resource.entries.get("filter")
        if isinstance(chosen, Entries) and _plain(chosen, "newer") is True and deployed is None:
            yield chosen.keys["newer"], f'"newer" compares with what is deployed: give {name} a "deployed" check.'

    def _announce(self, name: str, announce: Entries) -> Iterator[Fault]:
        """What is wrong with how the versions of the resource called *name* are announced."""
        if not {"channel"} & (announce.entries.keys() | self._tree.entries.keys()):
            yield announce.mark, 'It has no "channel", and neither has the stack.'
        template, form = announce.entries.get("template"), announce.entries.get("form")
        yield from _digest_faults(announce)
        if template and isinstance(written := plain(template), str):
            try:
                check_template(template_text(written, self._folder))
            except ExpressionProblem as problem:
                yield template.mark, str(problem)
        yield from name_faults(form, self._scope(name))
        start = _text(announce, "start")
        if start is None:
            if form is not None:
                yield announce.keys["form"], '"form" fills the form of a job: name it with "start".'
            return
        yield from self._known(announce.entries["start"], "job", self._jobs)
        if start not in self._jobs or not isinstance(form, Entries):
            return
        asked = _mappings(self._jobs[start].entries.get("form"))
        for key, mark in form.keys.items():
            if key not in asked:
                yield mark, f'The job\'s form has no field "{key}". {did_you_mean(key, list(asked))}'.rstrip()

    def _webhook(self, webhook: Entries) -> Iterator[Fault]:
        scope = _VARS.plus({"payload": None})
        yield from condition_faults(webhook.entries.get("when"), scope)
        yield from name_faults(webhook.entries.get("fields"), scope)
        look = webhook.entries.get("look")
        for item in look.items if isinstance(look, Items) else ():
            yield from self._known(item, "resource", self.resources)

    def _each(self, name: str, environment: Entries) -> Iterator[Fault]:
        each = environment.entries.get("each")
        mark = self._mark("environments", name)
        if each is None:
            if "{{" in name:
                yield mark, f'"{name}" is made of expressions, but for what? Say with "each" for which resource.'
            return
        yield from self._known(each, "resource", self.resources)
        resource = _text(environment, "each") or ""
        if resource in self.resources:
            yield from ((mark, text) for _, text in name_faults(Scalar(mark, name, name), self._scope(resource)))
            yield from self._must_list_all(each, resource)
        if "{{" not in name:
            better = f"{name}_{{{{ {resource}.number }}}}"
            yield mark, f'All environments would be called "{name}". Put an expression into it: "{better}".'

    def _trigger(
        self, trigger: Entries, index: int, job: Entries, environments: Mapping[str, Entries]
    ) -> Iterator[Fault]:
        kinds = [kind for kind in TRIGGERS if kind in trigger.entries]
        if len(kinds) != 1:
            misspelt = any(nearest(key, TRIGGERS) for key in trigger.entries if key not in keys_of(RawTrigger))
            if kinds or not misspelt:
                yield trigger.mark, f"trigger {index} needs exactly one of {join_words(TRIGGERS, last='or')}."
            return
        [kind] = kinds
        for key, only in _ONLY_FOR.items():
            if key in trigger.entries and kind != only:
                yield trigger.keys[key], f'"{key}" works only beside "{only}".'
        yield from self._listens_to(trigger, kind)
        scope = _VARS.plus(self._told(trigger, kind))
        yield from condition_faults(trigger.entries.get("when"), scope)
        yield from name_faults(trigger.entries.get("environment"), scope)
        yield from name_faults(trigger.entries.get("form"), scope)
        yield from _form_faults(trigger, job)
        yield from self._environment(trigger, kind, environments)

    def _listens_to(self, trigger: Entries, kind: str) -> Iterator[Fault]:
        value = trigger.entries[kind]
        if kind in ("version", "gone"):
            yield from self._known(value, "resource", self.resources)
        if kind == "gone":
            yield from self._must_list_all(value, _text(trigger, "gone") or "")
        if kind == "webhook":
            yield from self._known(value, "webhook", self.webhooks)
        if kind == "run":
            yield from self._known(value, "job", self._jobs)

    def _told(self, trigger: Entries, kind: str) -> Names:
        """What the expressions of a trigger may name."""
        of = _text(trigger, kind) or ""
        if kind in ("version", "gone"):
            return {of: self._fields(of)}
        if kind == "webhook":
            fields = self.webhooks[of].entries.get("fields") if of in self.webhooks else None
            return {"webhook": dict.fromkeys(fields.entries) if isinstance(fields, Entries) else {}}
        return {"alert": _ALERT, "run": _ENDED}.get(kind) or {}

    def _environment(self, trigger: Entries, kind: str, environments: Mapping[str, Entries]) -> Iterator[Fault]:
        if "environment" in trigger.entries:
            if not environments:
                yield trigger.keys["environment"], "The job has no environments."
            return
        of = _text(trigger, kind)
        each = [_text(one, "each") for one in environments.values()]
        made_for_it = kind in ("version", "gone") and all(one == of for one in each)
        if environments and not made_for_it and each != [None]:
            names = join_words(list(environments), last="or")
            yield trigger.keys[kind], f'Where should it run? Give the trigger an "environment": {names}.'

    def _must_list_all(self, value: Value, resource: str) -> Iterator[Fault]:
        check = find_check(self.resources[resource].entries.get("check")) if resource in self.resources else None
        if check and not check.lists_all:
            name = library.name_of(check)
            yield value.mark, f"{name} reads only the newest: what is gone cannot be known. Take one that lists all."

    def _known(self, value: Value, noun: str, known: Iterable[str]) -> Iterator[Fault]:
        if isinstance(value, Scalar) and isinstance(value.value, str) and value.value not in known:
            yield value.mark, f'There is no {noun} "{value.value}". {did_you_mean(value.value, list(known))}'.rstrip()

    def _fields(self, resource: str) -> Names | None:
        check = find_check(self.resources[resource].entries.get("check")) if resource in self.resources else None
        return dict.fromkeys(check.version_type().model_fields) if check else None

    def _scope(self, resource: str) -> Scope:
        return _VARS.plus({resource: self._fields(resource)})

    def _mark(self, section: str, name: str) -> Any:
        owner = self._tree.entries[section]
        return owner.keys[name] if isinstance(owner, Entries) else owner.mark

    def _circles(self) -> Iterator[Fault]:
        """Jobs that would start each other for ever."""
        follows = {name: dict(_run_triggers(job)) for name, job in self._jobs.items()}
        for name, before in follows.items():
            for other, value in before.items():
                if _leads_back(other, name, follows):
                    yield value.mark, f'"{name}" would follow itself for ever: its run starts "{other}", and so on.'


def find_check(written: Value | None) -> type[Check[Any]] | None:
    """The check's class; None when there is none that can be used, which is told elsewhere."""
    with suppress(library.UnknownCheck):
        return library.find_check(str(written.value)) if isinstance(written, Scalar) else None
    return None


def check_faults(use: Entries, scope: Scope) -> Iterator[Fault]:
    """What is wrong with a `check` and what is given to it in its `with`, which may name what is in *scope*."""
    written = use.entries.get("check")
    if isinstance(written, Scalar) and isinstance(written.value, str) and find_check(written) is None:
        if written.value in library.check_names():
            yield written.mark, f'The check "{written.value}" cannot be used. {library.fault(written.value)}'
        else:
            hint = did_you_mean(written.value, library.check_names())
            yield written.mark, f'There is no check "{written.value}". {hint}'.rstrip()
    given = use.entries.get("with")
    if check := find_check(written):
        owner = given if isinstance(given, Entries) else Entries(use.keys["check"], {}, {})
        yield from field_faults(check, owner)
    yield from name_faults(given, scope)
    yield from lossy_faults(given)


def _digest_faults(announce: Entries) -> Iterator[Fault]:
    for key in ("template", "start") if "digest" in announce.entries else ():
        if key in announce.keys:
            yield announce.keys[key], f'A digest tells of many versions at once, so it has no "{key}".'


def _form_faults(trigger: Entries, job: Entries) -> Iterator[Fault]:
    fields, given = _mappings(job.entries.get("form")), trigger.entries.get("form")
    answered = given if isinstance(given, Entries) else Entries(trigger.mark, {}, {})
    for name, mark in answered.keys.items():
        if name not in fields:
            yield mark, f'The job\'s form has no field "{name}". {did_you_mean(name, list(fields))}'.rstrip()
    asked = [
        name
        for name, field in fields.items()
        if plain(field).get("required", True) is True and plain(field).get("default") is None
    ]
    if missing := [name for name in asked if name not in answered.keys]:
        words = join_words(missing)
        yield trigger.mark, f'The job asks for {words}, and nobody will be there to answer: give it under "form".'


def _run_triggers(job: Entries) -> Iterator[tuple[str, Value]]:
    listed = job.entries.get("triggers")
    for trigger in listed.items if isinstance(listed, Items) else ():
        if isinstance(trigger, Entries) and (name := _text(trigger, "run")):
            yield name, trigger.entries["run"]


def _leads_back(start: str, goal: str, follows: Mapping[str, Mapping[str, Value]]) -> bool:
    seen, todo = set(), [start]
    while todo:
        name = todo.pop()
        if name == goal:
            return True
        if name not in seen:
            seen.add(name)
            todo += follows.get(name, {})
    return False


def _mappings(value: Value | None) -> dict[str, Entries]:
    found = value.entries if isinstance(value, Entries) else {}
    return {
        name: item if isinstance(item, Entries) else Entries(item.mark, {}, {})
        for name, item in found.items()
        if isinstance(item, Entries) or plain(item) is None
    }


def _plain(owner: Entries, key: str) -> object:
    return plain(owner.entries[key]) if key in owner.entries else None


def _text(owner: Entries, key: str) -> str | None:
    found = _plain(owner, key)
    return found if isinstance(found, str) else None
