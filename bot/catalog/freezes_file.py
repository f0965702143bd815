"""Reads freezes.yml: one calendar for all stacks, since who owns the calendar owns no single stack."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from bot.catalog.kept import Reading
from bot.catalog.marks import Unreadable, plain, read
from bot.catalog.problems import problems
from bot.catalog.raw.freezes import DAILY, DATES, DAYS, MOMENT, WEEKLY, RawFreeze, RawFreezes, minute_of
from bot.catalog.raw.stack import keys_of
from bot.catalog.valid import Path, shape_faults
from bot.model.freeze import Freeze, Weekly

_DAY = 24 * 60
_WEEK = 7 * _DAY
#: While it could never be read nobody knows what it keeps still, so it keeps everything.
UNREADABLE = Freeze(
    title="freezes.yml has mistakes",
    on=("*",),
    zone="UTC",
    weekly=(Weekly(day=0, minute=0, length_minutes=_WEEK),),
)


def read_freezes(content: bytes, *, shown: str) -> Reading[tuple[Freeze, ...]]:
    """The rules of the file, called *shown* in problems."""
    try:
        tree = read(content)
    except Unreadable as unreadable:
        return Reading(value=None, problems=problems(shown, unreadable.faults))
    faults = shape_faults(RawFreezes, tree, noun=_noun, keys=_keys)
    if faults:
        return Reading(value=None, problems=problems(shown, faults))
    raw = RawFreezes.model_validate(plain(tree))
    return Reading(value=tuple(_freeze(one, raw.zone) for one in raw.freezes))


def _freeze(raw: RawFreeze, zone: str) -> Freeze:
    return Freeze(
        title=raw.title,
        on=tuple(_list(raw.on)),
        zone=raw.zone or zone,
        weekly=tuple(_weekly(raw)),
        spans=tuple(_spans(raw)),
        holidays=raw.holidays or "",
    )


def _weekly(raw: RawFreeze) -> Iterator[Weekly]:
    for written in _list(raw.weekly):
        if found := WEEKLY.fullmatch(written):
            start = DAYS.index(found["day"].lower()) * _DAY + minute_of(found["at"])
            end = DAYS.index(found["to_day"].lower()) * _DAY + minute_of(found["to"])
            # From Monday 08:00 to Monday 08:00 is the whole week.
            yield Weekly(day=start // _DAY, minute=start % _DAY, length_minutes=(end - start) % _WEEK or _WEEK)
    for written in _list(raw.daily):
        if found := DAILY.fullmatch(written):
            start, end = minute_of(found["at"]), minute_of(found["to"])
            yield from (Weekly(day=day, minute=start, length_minutes=(end - start) % _DAY or _DAY) for day in range(7))


def _spans(raw: RawFreeze) -> Iterator[tuple[datetime, datetime]]:
    for written in _list(raw.dates):
        if found := DATES.fullmatch(written):
            first, last = date.fromisoformat(found["day"]), date.fromisoformat(found["to"] or found["day"])
            yield datetime.combine(first, time()), datetime.combine(last, time()) + timedelta(days=1)
    if raw.from_ and raw.to:
        yield datetime.strptime(raw.from_, MOMENT), datetime.strptime(raw.to, MOMENT)  # noqa: DTZ007 - see above


def _list(written: Sequence[str] | str) -> list[str]:
    return [written] if isinstance(written, str) else list(written)


def _noun(path: Path) -> str:
    match path:
        case ("freezes", int(index)):
            return f"freeze {index + 1}"
        case (*before, str(key)) if before:
            return f'"{key}" of {_noun(tuple(before))}'
        case (str(key),):
            return f'"{key}"'
        case (*before, int(index)):
            return f"item {index + 1} of {_noun(tuple(before))}"
    return "freezes.yml"


def _keys(path: Path) -> list[str]:
    return list(keys_of(RawFreeze if len(path) == 2 else RawFreezes))
