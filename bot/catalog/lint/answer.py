"""Checks a value that stands in a file as the answer to a field: a default, or part of a preset."""

import re
from datetime import date, datetime, time

from bot.base.text import did_you_mean, join_words, parse_duration
from bot.catalog.marks import Entries, plain
from bot.model.form import FieldType
from bot.model.limit import limit_sides, measured

_TEXTS = (FieldType.TEXT, FieldType.LONG_TEXT)
_READS = {
    FieldType.DATE: date.fromisoformat,
    FieldType.TIME: time.fromisoformat,
    FieldType.DATE_TIME: datetime.fromisoformat,
    FieldType.DURATION: parse_duration,
}
#: What an id of Slack's looks like.
_IDS = {FieldType.USER: r"[UW][A-Z0-9]+", FieldType.CHANNEL: r"[CG][A-Z0-9]+"}


def broken(pattern: str) -> str:
    """Why *pattern* cannot be used; empty when it can."""
    try:
        re.compile(pattern)
    except re.error as error:
        return str(error)
    return ""


def answer_fault(default: object, field: Entries, type_: FieldType) -> str:
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
            return _outside(default, field, type_)
        case FieldType.CHOICE | FieldType.ENVIRONMENT:
            return _not_offered([default], field)
        case FieldType.MULTI_CHOICE:
            return _not_offered(default, field) if isinstance(default, list) else "write a list."
        case FieldType.FILE:
            return "a file is given by whoever starts the job."
        case FieldType.GROUP:
            is_rows = isinstance(default, list) and all(isinstance(row, dict) for row in default)
            return "" if is_rows else "write a list of mappings."
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
    shape = _IDS.get(type_)
    if shape and not re.fullmatch(shape, default):
        return f'"{default}" is no id of Slack. Copy it from the profile there.'
    if type_ is FieldType.SECRET:
        return _not_offered([default], field)
    pattern = _plain(field, "pattern")
    if type_ in _TEXTS and isinstance(pattern, str) and not broken(pattern) and not re.fullmatch(pattern, default):
        return f'it does not match "{pattern}".'
    amount = len(default) if type_ in _TEXTS else limit_of(default, type_)
    return "" if amount is None else _outside(amount, field, type_)


def _outside(amount: float, field: Entries, type_: FieldType) -> str:
    unit = " characters" if type_ in _TEXTS else ""
    at_least, at_most = limit_sides(type_)
    least, most = _plain(field, "min"), _plain(field, "max")
    if (limit := limit_of(least, type_)) is not None and amount < limit:
        return f"it has to be {at_least} {least}{unit}."
    if (limit := limit_of(most, type_)) is not None and amount > limit:
        return f"it has to be {at_most} {most}{unit}."
    return ""


def limit_of(written: object, type_: FieldType) -> float | None:
    """A `min` or `max` as a number; None when it is none for this type."""
    try:
        return measured(type_, written) if isinstance(written, str) else float(str(written))
    except ValueError:
        return None


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


def _plain(field: Entries, key: str) -> object:
    return plain(field.entries[key]) if key in field.entries else None
