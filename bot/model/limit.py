"""Least and greatest answers of a form: as numbers that can be compared, and as people read them."""

from datetime import UTC, date, datetime, time, timedelta

from bot.base.text import format_duration, parse_duration
from bot.model.form import FieldType

#: Types whose limits are moments: they come before or after, and are not less or more.
MOMENTS = (FieldType.DATE, FieldType.TIME, FieldType.DATE_TIME)


def measured(type_: FieldType, written: str) -> float:
    """A duration or a moment as a number: seconds, days, minutes of the day. Raises ValueError when it is none."""
    match type_:
        case FieldType.DURATION:
            return parse_duration(written).total_seconds()
        case FieldType.DATE:
            return date.fromisoformat(written).toordinal()
        case FieldType.TIME:
            moment = time.fromisoformat(written)
            return moment.hour * 60 + moment.minute
        case FieldType.DATE_TIME if datetime.fromisoformat(written).tzinfo:
            return datetime.fromisoformat(written).timestamp()
    raise ValueError(f"{written!r} cannot be compared as a {type_}.")


def limit_words(type_: FieldType, limit: float) -> str:
    """A limit as people read it: `30`, `4h`, `2026-12-24`, `08:00`, `2026-12-24 17:00 UTC`."""
    match type_:
        case FieldType.DURATION:
            return format_duration(timedelta(seconds=limit))
        case FieldType.DATE:
            return date.fromordinal(int(limit)).isoformat()
        case FieldType.TIME:
            return f"{int(limit) // 60:02}:{int(limit) % 60:02}"
        case FieldType.DATE_TIME:
            return f"{datetime.fromtimestamp(limit, UTC):%Y-%m-%d %H:%M} UTC"
    return str(int(limit) if float(limit).is_integer() else limit)


def limit_sides(type_: FieldType) -> tuple[str, str]:
    """What stands before the least and the greatest."""
    return ("not before", "not after") if type_ in MOMENTS else ("at least", "at most")
