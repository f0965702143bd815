"""Checks a job's form: limits, choices, and that a default is an answer that would be taken."""

import re
from collections.abc import Iterator
from datetime import date, time

from bot.base.text import did_you_mean, join_words, parse_duration
from bot.catalog.marks import Entries, Items, Scalar, Value, plain
from bot.catalog.problems import Fault
from bot.model.form import FieldType

_TEXTS = (FieldType.TEXT, FieldType.LONG_TEXT)
_NUMBERS = (FieldType.INTEGER, FieldType.NUMBER)
_CHOICES = (FieldType.CHOICE, FieldType.MULTI_CHOICE)
_READS = {FieldType.DATE: date.fromisoformat, FieldType.TIME: time.fromisoformat, FieldType.DURATION: parse_duration}
#: Keys that only some types have.
_ONLY_FOR = {"min": (*_TEXTS, *_NUMBERS), "max": (*_TEXTS, *_NUMBERS), "pattern": _TEXTS, "choices": _CHOICES}


def form_faults(form: Value | None) -> Iterator[Fault]:
    """What is wrong in the fields of *form*. Wrong types of values were told before and are passed over."""
    for field in form.entries.values() if isinstance(form, Entries) else ():
        if isinstance(field, Entries) and (type_ := _type(field)):
            yield from _limits(field, type_)
            yield from _choices(field, type_)
            yield from _default(field, type_)


def _type(field: Entries) -> FieldType | None:
    written = _plain(field, "type")
    return FieldType(written) if isinstance(written, str) and written in list(FieldType) else None


def _plain(field: Entries, key: str) -> object:
    return plain(field.entries[key]) if key in field.entries else None


def _limits(field: Entries, type_: FieldType) -> Iterator[Fault]:
    for key, types in _ONLY_FOR.items():
        if key in field.entries and type_ not in types:
            yield field.keys[key], f'A field of type {type_} has no "{key}".'
    least, most = _plain(field, "min"), _plain(field, "max")
    if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
        yield field.entries["min"].mark, f'"min" is {least} and greater than "max", which is {most}.'
    pattern = field.entries.get("pattern")
    if isinstance(pattern, Scalar) and isinstance(pattern.value, str) and (why := _broken(pattern.value)):
        yield pattern.mark, f'"pattern" is no regular expression: {why}.'


def _broken(pattern: str) -> str:
    """Why *pattern* cannot be used; empty when it can."""
    try:
        re.compile(pattern)
    except re.error as error:
        return str(error)
    return ""


def _choices(field: Entries, type_: FieldType) -> Iterator[Fault]:
    if type_ not in _CHOICES:
        return
    choices = field.entries.get("choices")
    if choices is None:
        yield field.keys["type"], f'A field of type {type_} needs "choices".'
    elif isinstance(choices, Items | Entries) and not plain(choices):
        yield choices.mark, '"choices" is empty.'
    elif isinstance(choices, Items):
        written = [plain(item) for item in choices.items]
        for index, item in enumerate(choices.items):
            if written[index] in written[:index]:
                yield item.mark, f'"{written[index]}" stands twice in "choices".'


def _default(field: Entries, type_: FieldType) -> Iterator[Fault]:
    default = field.entries.get("default")
    if default is not None and (why := _refused(plain(default), field, type_)):
        yield default.mark, f'"default" would not be taken as an answer: {why}'


def _refused(default: object, field: Entries, type_: FieldType) -> str:
    """Why *default* is no answer to *field*; empty when it is one."""
    if default is None:
        return ""
    match type_:
        case FieldType.BOOLEAN:
            return "" if isinstance(default, bool) else "write true or false."
        case FieldType.INTEGER | FieldType.NUMBER:
            kinds = int if type_ is FieldType.INTEGER else int | float
            if isinstance(default, bool) or not isinstance(default, kinds):
                return f"write a {'whole ' if type_ is FieldType.INTEGER else ''}number."
            return _outside(default, field, "")
        case FieldType.CHOICE:
            return _not_offered([default], field)
        case FieldType.MULTI_CHOICE:
            return _not_offered(default, field) if isinstance(default, list) else "write a list."
    if not isinstance(default, str):
        return "put it into quotes."
    return _not_readable(default, type_) or _not_fitting(default, field, type_)


def _not_readable(default: str, type_: FieldType) -> str:
    try:
        _READS.get(type_, str)(default)
    except ValueError as error:
        return str(error) if type_ is FieldType.DURATION else f'"{default}" is no {type_}.'
    return ""


def _not_fitting(default: str, field: Entries, type_: FieldType) -> str:
    pattern = _plain(field, "pattern")
    if type_ in _TEXTS and isinstance(pattern, str) and not _broken(pattern) and not re.fullmatch(pattern, default):
        return f'it does not match "{pattern}".'
    return _outside(len(default), field, " characters") if type_ in _TEXTS else ""


def _outside(amount: float, field: Entries, unit: str) -> str:
    least, most = _plain(field, "min"), _plain(field, "max")
    if isinstance(least, int | float) and amount < least:
        return f"it has to be at least {least}{unit}."
    if isinstance(most, int | float) and amount > most:
        return f"it has to be at most {most}{unit}."
    return ""


def _not_offered(chosen: list[object], field: Entries) -> str:
    choices = _plain(field, "choices")
    known = list(choices) if isinstance(choices, list | dict) else []
    if any(isinstance(choice, list | dict) for choice in known):
        # That a choice is no text was told where it stands.
        return ""
    known = list(dict.fromkeys(map(str, known)))
    strangers = [str(item) for item in chosen if item not in known]
    if not strangers or not known:
        return ""
    return f"there is no choice {join_words(strangers)}. {did_you_mean(strangers[0], known)}"
