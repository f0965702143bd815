"""Checks a job's form: limits, choices and where they come from, conditions, presets, and that defaults are answers."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from bot.base.text import did_you_mean, join_words
from bot.catalog.expressions import Name
from bot.catalog.lint.answer import answer_fault, broken, limit_of
from bot.catalog.lint.watch import check_faults
from bot.catalog.marks import Entries, Items, Scalar, Value, plain
from bot.catalog.names import FILE, Names, Scope, condition_faults, name_faults
from bot.catalog.problems import Fault
from bot.model.form import FieldType
from bot.model.limit import MOMENTS

_TEXTS = (FieldType.TEXT, FieldType.LONG_TEXT)
_NUMBERS = (FieldType.INTEGER, FieldType.NUMBER)
_CHOICES = (FieldType.CHOICE, FieldType.MULTI_CHOICE)
#: Types whose `min` and `max` are written like their answers.
_WRITTEN = {
    FieldType.DURATION: "30m",
    FieldType.DATE: '"2026-12-24"',
    FieldType.TIME: '"17:00"',
    FieldType.DATE_TIME: '"2026-12-24T17:00+01:00"',
}
#: Keys that only some types have.
_ONLY_FOR = {
    "min": (*_TEXTS, *_NUMBERS, *_WRITTEN, FieldType.GROUP),
    "max": (*_TEXTS, *_NUMBERS, *_WRITTEN, FieldType.GROUP),
    "pattern": (*_TEXTS, FieldType.SECRET),
    "choices": (*_CHOICES, FieldType.SECRET, FieldType.ENVIRONMENT),
    "choices_from": _CHOICES,
    "weekends": (FieldType.DATE, FieldType.DATE_TIME),
    "resource": (FieldType.VERSION,),
    "fields": (FieldType.GROUP,),
    "types": (FieldType.FILE,),
    "max_files": (FieldType.FILE,),
    "max_size": (FieldType.FILE,),
}
#: What a type cannot do without: one of these keys.
_NEEDS = {
    FieldType.CHOICE: ("choices", "choices_from"),
    FieldType.MULTI_CHOICE: ("choices", "choices_from"),
    FieldType.SECRET: ("choices", "pattern"),
    FieldType.VERSION: ("resource",),
    FieldType.GROUP: ("fields",),
}
#: Slack shows 100 blocks in a modal: these, and what stands around them.
_MOST_FIELDS = 90


@dataclass(frozen=True)
class FormLint:
    """Checks the forms of one job."""

    #: What expressions may name beside `form`.
    scope: Scope
    #: The names of the stack's resources.
    resources: Collection[str] = ()

    def job(self, job: Entries) -> Iterator[Fault]:
        """What is wrong in the form of *job* and in its presets."""
        form = job.entries.get("form")
        if isinstance(form, Entries):
            yield from self.faults(form)
            yield from self._presets(job.entries.get("presets"), form)
        elif "presets" in job.entries:
            yield job.keys["presets"], '"presets" are answers to a form, and this job has none.'

    def faults(self, form: Value | None) -> Iterator[Fault]:
        """What is wrong in *form*. Wrong types of values were told before and are passed over."""
        if not isinstance(form, Entries):
            return
        if len(form.entries) > _MOST_FIELDS:
            mark = list(form.keys.values())[_MOST_FIELDS]
            yield (
                mark,
                f"Slack cannot show more than {_MOST_FIELDS} fields in one form. Make two jobs of it.",
            )
        yield from self._fields(form, inside=False)

    def _fields(self, form: Entries, *, inside: bool) -> Iterator[Fault]:
        before: dict[str, Names | None] = {}
        for name, field in form.entries.items():
            type_ = _type(field) if isinstance(field, Entries) else None
            if isinstance(field, Entries) and type_:
                yield from self._field(field, type_, self._scope_after(before, form), inside=inside)
            before[name] = {"name": None, "size": None} if isinstance(field, Entries) and _is_one_file(field) else None

    def _scope_after(self, before: Names, form: Entries) -> Scope:
        """What a field may name: only the answers above it, since those below are not given yet."""
        later: dict[Name, str] = {
            ("form", name): f'"{name}" is asked below. Put this field behind it.' for name in form.entries
        }
        return replace(
            self.scope, known={**self.scope.known, "form": dict(before)}, reasons={**self.scope.reasons, **later}
        )

    def _field(self, field: Entries, type_: FieldType, scope: Scope, *, inside: bool) -> Iterator[Fault]:
        yield from _limits(field, type_)
        yield from _choices(field, type_)
        yield from condition_faults(field.entries.get("when"), scope)
        yield from self._source(field.entries.get("choices_from"), scope)
        yield from self._resource(field)
        if inside and type_ in {FieldType.GROUP, FieldType.FILE}:
            yield field.entries["type"].mark, f"A row of a group cannot hold a field of type {type_}."
        if isinstance(rows := field.entries.get("fields"), Entries):
            yield from self._fields(rows, inside=True)
        yield from _default(field, type_, scope)

    def _source(self, source: Value | None, scope: Scope) -> Iterator[Fault]:
        if not isinstance(source, Entries):
            return
        if ("check" in source.entries) == ("url" in source.entries):
            yield source.mark, '"choices_from" needs "check" or "url", and not both.'
        for key in ("url", "headers"):
            yield from name_faults(source.entries.get(key), scope)
        url = source.entries.get("url")
        if isinstance(url, Scalar) and isinstance(url.value, str) and not re.match(r"https?://|\{\{", url.value):
            yield url.mark, f'"{url.value}" is no address. It starts with https:// or http://.'
        if "check" in source.entries:
            yield from check_faults(source, scope)
            for key in ("headers", "secret_headers", "items", "value", "label"):
                if key in source.entries:
                    yield source.keys[key], f'"{key}" works only beside "url".'
        elif "with" in source.entries:
            yield source.keys["with"], '"with" works only beside "check".'

    def _resource(self, field: Entries) -> Iterator[Fault]:
        resource = field.entries.get("resource")
        written = resource.value if isinstance(resource, Scalar) else None
        if resource and isinstance(written, str) and written not in self.resources:
            hint = did_you_mean(written, list(self.resources))
            yield resource.mark, f'There is no resource "{written}". {hint}'.rstrip()

    def _presets(self, presets: Value | None, form: Entries) -> Iterator[Fault]:
        for preset in presets.entries.values() if isinstance(presets, Entries) else ():
            if not isinstance(preset, Entries):
                continue
            for name, answer in preset.entries.items():
                field = form.entries.get(name)
                if field is None:
                    hint = did_you_mean(name, list(form.entries))
                    yield preset.keys[name], f'There is no field "{name}". {hint}'.rstrip()
                elif isinstance(field, Entries) and (type_ := _type(field)):
                    yield from _preset_answer(name, answer, field, type_, preset)


def form_names(form: Value | None) -> Names:
    """What the steps of a job may name of its form."""
    fields = form.entries if isinstance(form, Entries) else {}
    return {
        name: FILE if isinstance(field, Entries) and _is_one_file(field) else None for name, field in fields.items()
    }


def _is_one_file(field: Entries) -> bool:
    """Is it a file, and not a list of them?"""
    return _type(field) is FieldType.FILE and _plain(field, "max_files") in {None, 1}


def _preset_answer(name: str, answer: Value, field: Entries, type_: FieldType, preset: Entries) -> Iterator[Fault]:
    if _plain(field, "read_only") is True:
        yield preset.keys[name], f'"{name}" is read-only: its "default" is its value.'
    elif why := answer_fault(plain(answer), field, type_):
        yield answer.mark, f'"{name}" would not take this answer: {why}'


def _type(field: Entries) -> FieldType | None:
    written = _plain(field, "type")
    return FieldType(written) if isinstance(written, str) and written in list(FieldType) else None


def _plain(field: Entries, key: str) -> object:
    return plain(field.entries[key]) if key in field.entries else None


def _limits(field: Entries, type_: FieldType) -> Iterator[Fault]:
    for key, types in _ONLY_FOR.items():
        if key in field.entries and type_ not in types:
            yield field.keys[key], f'A field of type {type_} has no "{key}".'
    yield from _range(field, type_)
    pattern = field.entries.get("pattern")
    if isinstance(pattern, Scalar) and isinstance(pattern.value, str) and (why := broken(pattern.value)):
        yield pattern.mark, f'"pattern" is no regular expression: {why}.'


def _range(field: Entries, type_: FieldType) -> Iterator[Fault]:
    written = {key: _plain(field, key) for key in ("min", "max") if key in field.entries}
    for key, limit in written.items():
        if type_ in _WRITTEN and (not isinstance(limit, str) or limit_of(limit, type_) is None):
            yield field.entries[key].mark, f'"{key}" of a {type_} is one, too: write it like {_WRITTEN[type_]}.'
        elif type_ in _ONLY_FOR[key] and type_ not in _WRITTEN and isinstance(limit, str):
            yield field.entries[key].mark, f'"{key}" has to be a number.'
    least, most = (limit_of(written.get(key), type_) for key in ("min", "max"))
    if least is not None and most is not None and least > most:
        than = "later" if type_ in MOMENTS else "greater"
        said = f'"min" is {written["min"]} and {than} than "max", which is {written["max"]}.'
        yield field.entries["min"].mark, said


def _choices(field: Entries, type_: FieldType) -> Iterator[Fault]:
    needs = _NEEDS.get(type_, ())
    given = [key for key in needs if key in field.entries]
    if needs and not given:
        wanted = join_words([f'"{key}"' for key in needs], last="or")
        yield field.keys["type"], f"A field of type {type_} needs {wanted}."
    for key in given[1:]:
        yield field.keys[key], f'A field has "{given[0]}" or "{key}", and not both.'
    choices = field.entries.get("choices")
    if isinstance(choices, Items | Entries) and not plain(choices):
        yield choices.mark, '"choices" is empty.'
    elif isinstance(choices, Items):
        written = [plain(item) for item in choices.items]
        for index, item in enumerate(choices.items):
            if written[index] in written[:index]:
                yield item.mark, f'"{written[index]}" stands twice in "choices".'


def _default(field: Entries, type_: FieldType, scope: Scope) -> Iterator[Fault]:
    default = field.entries.get("default")
    if _plain(field, "read_only") is True:
        if default is None:
            yield field.keys["read_only"], 'A read-only field shows its "default", which is not given.'
        elif isinstance(default, Scalar) and "{{" in default.written:
            yield from name_faults(default, scope)
            return
    if default is None:
        return
    if type_ is FieldType.FILE:
        yield field.keys["default"], 'A file has no "default": it is given by whoever starts the job.'
    elif type_ is FieldType.GROUP:
        yield field.keys["default"], 'A group has no "default": its rows begin with those of its fields.'
    elif why := answer_fault(plain(default), field, type_):
        yield default.mark, f'"default" would not be taken as an answer: {why}'
