"""Reads one answer of a form: typed in a terminal, clicked in Slack, or kept from an earlier run."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from bot.base.text import cut, format_bytes, join_words, nearest, plural
from bot.model.file import is_file
from bot.model.form import Choice, FieldType, FormField, FormValue
from bot.model.limit import limit_sides, limit_words, measured

_YES, _NO = {"yes", "true", "on", "1"}, {"no", "false", "off", "0"}
_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?")
#: As Slack writes it in messages and commands, or the bare id.
_USER = re.compile(r"<?@?(?P<id>[UW][A-Z0-9]{2,20})(\|[^>]*)?>?")
_CHANNEL = re.compile(r"<?#?(?P<id>[CG][A-Z0-9]{2,20})(\|[^>]*)?>?")
_REFERENCE = re.compile(r"(env:[A-Za-z_][A-Za-z0-9_]*|file:\S+|vault:\S+#\S+)")
_SATURDAY = 5
#: Of a long list, so many are named.
_SAID_CHOICES = 12
#: Of a file's name, so many letters.
_SAID_NAME = 60
_TIME = re.compile(r"(?P<hour>[01]?[0-9]|2[0-3]):(?P<minute>[0-5][0-9])")
#: Control characters and halves of characters: PostgreSQL and UTF-8 cannot store them all, and nobody can see them.
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def read_answer(field: FormField, given: Any, zone: tzinfo) -> FormValue:
    """*given* as the field's type; date-times without an offset are meant in *zone*.

    Raises ValueError with a sentence for whoever answered.
    """
    if is_empty(given):
        if field.type is FieldType.BOOLEAN:
            return False  # as a box that nobody ticked
        if field.required:
            raise ValueError("Needs an answer.")
        return [] if field.max_files > 1 else None
    if field.type is FieldType.DATE_TIME:
        return _date_time(field, given, zone)
    return _READERS[field.type](field, given)


def is_empty(given: Any) -> bool:
    """Is this no answer?"""
    return given is None or given == [] or (isinstance(given, str) and not given.strip())


def _written(given: Any) -> str:
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise ValueError("Give one value.")
    return str(given).strip()


def _text(field: FormField, given: Any) -> str:
    written = _written(given)
    if field.type is FieldType.TEXT and len(written.splitlines()) > 1:
        raise ValueError("Write it in one line.")
    if _UNSEEN.search(written):
        raise ValueError("It has characters that cannot be seen. Type it anew.")
    _must_be_within(field, len(written), "characters")
    if field.pattern and not re.fullmatch(field.pattern, written):
        raise ValueError(field.message or f"It has to match {field.pattern}")
    return written


def _integer(field: FormField, given: Any) -> int:
    written = _written(given)
    try:
        number = int(written) if _INTEGER.fullmatch(written) else None
    except ValueError:  # thousands of digits
        number = None
    if number is None:
        raise ValueError("Write a whole number, like 30.")
    _must_be_within(field, number, field.unit)
    return number


def _number(field: FormField, given: Any) -> int | float:
    written = _written(given)
    if _INTEGER.fullmatch(written):
        return _integer(field, given)
    # A default of 0.00001 writes itself as 1e-05, which nobody has to type.
    number = float(written) if isinstance(given, float) or _NUMBER.fullmatch(written) else math.nan
    if not math.isfinite(number):
        raise ValueError("Write a number, like 30 or 2.5.")
    _must_be_within(field, number, field.unit)
    return number


def _must_be_within(field: FormField, amount: float, unit: str = "") -> None:
    at_least, at_most = limit_sides(field.type)
    if field.min is not None and amount < field.min:
        raise ValueError(f"{at_least.capitalize()} {limit_words(field.type, field.min)} {unit}".rstrip() + ".")
    if field.max is not None and amount > field.max:
        raise ValueError(f"{at_most.capitalize()} {limit_words(field.type, field.max)} {unit}".rstrip() + ".")


def _boolean(_: FormField, given: Any) -> bool:
    word = ("yes" if given else "no") if isinstance(given, bool) else _written(given).lower()
    if word not in _YES | _NO:
        raise ValueError("Write yes or no.")
    return word in _YES


def _choice(field: FormField, given: Any) -> str:
    written = _written(given)
    found = _chosen(field.choices, written)
    if found is None:
        values = [choice.value for choice in field.choices]
        near = nearest(written, values, most=1)
        guess = f' Did you mean "{near[0]}"?' if near else ""
        more = f" and {len(values) - _SAID_CHOICES} more" if len(values) > _SAID_CHOICES else ""
        raise ValueError(f"Choose one of: {', '.join(values[:_SAID_CHOICES])}{more}.{guess}")
    return found


def _multi_choice(field: FormField, given: Any) -> FormValue:
    if isinstance(given, list | tuple):
        written = list(given)
    elif isinstance(given, str) and _chosen(field.choices, given.strip()) is None:
        written = [part for part in given.split(",") if part.strip()]
    else:
        written = [given]
    if not written:
        raise ValueError("Choose at least one.")
    return list(dict.fromkeys(_choice(field, part) for part in written))


def _chosen(choices: Sequence[Choice], written: str) -> str | None:
    """The value that *written* means: exactly, or else without regard to case, or else by its label."""
    exact = {choice.value: choice.value for choice in choices}
    by_value = {choice.value.casefold(): choice.value for choice in choices}
    by_label = {choice.label.casefold(): choice.value for choice in choices}
    folded = written.casefold()
    return exact.get(written) or by_value.get(folded) or by_label.get(folded)


def _date(field: FormField, given: Any) -> str:
    written = _written(given)
    try:
        day = date.fromisoformat(written) if _DATE.fullmatch(written) else None
    except ValueError:
        raise ValueError(f"There is no {written} in the calendar.") from None
    if day is None:
        raise ValueError("Write a date like 2026-11-23.")
    _must_be_a_weekday(field, day)
    _must_be_within(field, day.toordinal())
    return day.isoformat()


def _date_time(field: FormField, given: Any, zone: tzinfo) -> str:
    written = _written(given)
    try:
        moment = datetime.fromisoformat(written) if _MOMENT.fullmatch(written) else None
        if moment is None:
            raise ValueError("Write a date and time like 2026-11-23 14:30.")
        local = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment
        seen = local.isoformat(timespec="minutes")
    except (ValueError, OverflowError) as error:
        said = str(error)
        raise ValueError(said if said.startswith("Write ") else f"There is no {written} in the calendar.") from None
    _must_be_a_weekday(field, local.date())
    _must_be_within(field, measured(field.type, seen))
    return seen


def _must_be_a_weekday(field: FormField, day: date) -> None:
    if not field.weekends and day.weekday() >= _SATURDAY:
        raise ValueError(f"{day.isoformat()} is a {day:%A}. Choose a day from Monday to Friday.")


def _time(field: FormField, given: Any) -> str:
    match = _TIME.fullmatch(_written(given))
    if not match:
        raise ValueError("Write a time like 14:30.")
    written = f"{match['hour']:0>2}:{match['minute']}"
    _must_be_within(field, measured(field.type, written))
    return written


def _duration(field: FormField, given: Any) -> str:
    written = _written(given)
    try:
        seconds = measured(field.type, written)
    except ValueError:
        raise ValueError("Write a duration like 90s, 30m, 1h30m or 2d; ten years at most.") from None
    _must_be_within(field, seconds)
    return written


def _user(_: FormField, given: Any) -> str:
    match = _USER.fullmatch(_written(given))
    if not match:
        raise ValueError("Write a Slack user's id like U024BE7LH.")
    return match["id"]


def _channel(_: FormField, given: Any) -> str:
    match = _CHANNEL.fullmatch(_written(given))
    if not match:
        raise ValueError("Write a Slack channel's id like C024BE7LH.")
    return match["id"]


def _files(field: FormField, given: Any) -> FormValue:
    files = [_file(field, one) for one in (given if isinstance(given, list) else [given])]
    if len(files) > field.max_files:
        raise ValueError(f"At most {plural(field.max_files, 'file')}.")
    return files if field.max_files > 1 else files[0]


def _file(field: FormField, given: Any) -> dict[str, Any]:
    if not is_file(given):
        raise ValueError("Choose a file in the form.")
    name, size = str(given["name"]), given["size"]
    if field.types and name.rpartition(".")[2].casefold() not in field.types:
        raise ValueError(
            f"Choose a file of type {join_words(field.types, last='or')}; this is {cut(name, _SAID_NAME)}."
        )
    if field.max_bytes is not None and size > field.max_bytes:
        raise ValueError(f"At most {format_bytes(field.max_bytes)}; {cut(name, _SAID_NAME)} is larger.")
    return {"ref": str(given["ref"]), "name": name, "size": size}


def _secret(field: FormField, given: Any) -> str:
    if field.choices:
        return _choice(field, given)
    written = _written(given)
    if not _REFERENCE.fullmatch(written):
        # What was typed may be the secret itself, so it is not repeated.
        raise ValueError('Write where the secret is, like "vault:secret/deploy#token", never the secret itself.')
    if field.pattern and not re.fullmatch(field.pattern, written):
        raise ValueError(field.message or f"It has to match {field.pattern}")
    return written


_READERS: Mapping[FieldType, Callable[[FormField, Any], FormValue]] = {
    FieldType.TEXT: _text,
    FieldType.LONG_TEXT: _text,
    FieldType.INTEGER: _integer,
    FieldType.NUMBER: _number,
    FieldType.BOOLEAN: _boolean,
    FieldType.CHOICE: _choice,
    FieldType.MULTI_CHOICE: _multi_choice,
    FieldType.DATE: _date,
    FieldType.TIME: _time,
    FieldType.DURATION: _duration,
    FieldType.USER: _user,
    FieldType.CHANNEL: _channel,
    FieldType.ENVIRONMENT: _choice,
    FieldType.VERSION: _choice,
    FieldType.SECRET: _secret,
    FieldType.FILE: _files,
}
