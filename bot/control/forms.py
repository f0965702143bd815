"""Reads what somebody answered: typed in a terminal, clicked in Slack, or kept from an earlier run."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from bot.base.errors import WrongInputs
from bot.base.text import did_you_mean, nearest, parse_duration
from bot.model.form import Choice, FieldType, FormField, FormValue

_YES, _NO = {"yes", "true", "on", "1"}, {"no", "false", "off", "0"}
_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"(?P<hour>[01]?[0-9]|2[0-3]):(?P<minute>[0-5][0-9])")
#: Control characters and halves of characters: PostgreSQL and UTF-8 cannot store them all, and nobody can see them.
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def read_inputs(fields: Sequence[FormField], raw: Mapping[str, Any]) -> dict[str, FormValue]:
    """The answers in *raw* as their fields' types, in the order of the form, and defaults for those not in it.

    A field that is there and empty was emptied on purpose: it gets no default. Raises WrongInputs with a sentence for
    every wrong answer and for every name that the form does not have.
    """
    known = [field.name for field in fields]
    errors = {name: f"There is no such field. {_nearby(name, known)}".strip() for name in raw if name not in known}
    answers: dict[str, FormValue] = {}
    for field in fields:
        try:
            answers[field.name] = _read(field, raw.get(field.name, field.default))
        except ValueError as wrong:
            errors[field.name] = str(wrong)
    if errors:
        raise WrongInputs(errors)
    return answers


def _nearby(name: str, known: Sequence[str]) -> str:
    return did_you_mean(name, known) if known else "This job asks for nothing."


def _read(field: FormField, given: Any) -> FormValue:
    if given is None or given == [] or (isinstance(given, str) and not given.strip()):
        if field.type is FieldType.BOOLEAN:
            return False  # as a box that nobody ticked
        if field.required:
            raise ValueError("Needs an answer.")
        return None
    return _READERS[field.type](field, given)


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


def _must_be_within(field: FormField, amount: float, unit: str) -> None:
    if field.min is not None and amount < field.min:
        raise ValueError(f"At least {_amount(field.min)} {unit}".rstrip() + ".")
    if field.max is not None and amount > field.max:
        raise ValueError(f"At most {_amount(field.max)} {unit}".rstrip() + ".")


def _amount(number: float) -> str:
    return str(int(number) if float(number).is_integer() else number)


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
        raise ValueError(f"Choose one of: {', '.join(values)}.{guess}")
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


def _date(_: FormField, given: Any) -> str:
    written = _written(given)
    try:
        day = date.fromisoformat(written) if _DATE.fullmatch(written) else None
    except ValueError:
        raise ValueError(f"There is no {written} in the calendar.") from None
    if day is None:
        raise ValueError("Write a date like 2026-11-23.")
    return day.isoformat()


def _time(_: FormField, given: Any) -> str:
    match = _TIME.fullmatch(_written(given))
    if not match:
        raise ValueError("Write a time like 14:30.")
    return f"{match['hour']:0>2}:{match['minute']}"


def _duration(_: FormField, given: Any) -> str:
    written = _written(given)
    try:
        parse_duration(written)
    except ValueError:
        raise ValueError("Write a duration like 90s, 30m, 1h30m or 2d; ten years at most.") from None
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
}
