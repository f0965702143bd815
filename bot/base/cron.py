"""Cron lines: five fields, as everybody writes them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PART = re.compile(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d+))?")
_SHORT = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * sun",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
}


@dataclass(frozen=True)
class CronLine:
    """The numbers that each field allows. Sunday is 0."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]

    @property
    def weekday_names(self) -> tuple[str, ...]:
        """`mon`, `tue`: programs do not agree on which day is 0."""
        return tuple(_WEEKDAYS[day] for day in self.weekdays)


def parse_cron(written: str) -> CronLine:
    """`30 9 * * mon-fri`, `@daily`. Raises ValueError with a sentence."""
    fields = _SHORT.get(written.strip(), written).split()
    if len(fields) != 5:
        raise ValueError(
            f'"{written}" has to be five fields: minute, hour, day, month, weekday, like "30 9 * * mon-fri".'
        )
    if fields[2] != "*" and fields[4] != "*":
        raise ValueError(f'"{written}" names days of the month and of the week. Name one, and write * for the other.')
    weekdays = {day % 7 for day in _numbers("weekday", fields[4], 0, 7, _WEEKDAYS, 0)}
    return CronLine(
        minutes=_numbers("minute", fields[0], 0, 59),
        hours=_numbers("hour", fields[1], 0, 23),
        days=_numbers("day", fields[2], 1, 31),
        months=_numbers("month", fields[3], 1, 12, _MONTHS, 1),
        weekdays=tuple(sorted(weekdays)),
    )


def _numbers(
    name: str, field: str, least: int, most: int, words: tuple[str, ...] = (), first_word: int = 0
) -> tuple[int, ...]:
    known = {word: first_word + index for index, word in enumerate(words)}
    found = {number for part in field.lower().split(",") for number in _part(name, part, least, most, known)}
    return tuple(sorted(found))


def _part(name: str, part: str, least: int, most: int, known: dict[str, int]) -> Iterator[int]:
    match = _PART.fullmatch(part)
    if not match:
        raise ValueError(f'"{part}" is no {name}. Write a number, a range like 1-5, a list, or *.')
    step = int(match["step"] or 1)
    first = _number(name, match["first"], known) if match["first"] else least
    alone = match["first"] and not match["last"] and not match["step"]
    last = _number(name, match["last"], known) if match["last"] else first if alone else most
    if known and last < first and name == "weekday":
        last += 7  # fri-mon goes on behind Sunday
        most += 7
    if not (least <= first <= last <= most) or step < 1:
        raise ValueError(f'"{part}" is no {name}: it goes from {least} to {most}.')
    yield from range(first, last + 1, step)


def _number(name: str, written: str, known: dict[str, int]) -> int:
    if written in known:
        return known[written]
    if not written.isdecimal():
        raise ValueError(f'"{written}" is no {name}.')
    return int(written)
