"""What may be written in freezes.yml."""

import re
from datetime import date, datetime
from typing import Annotated
from zoneinfo import available_timezones

import holidays
from pydantic import AfterValidator, Field, model_validator
from pydantic.fields import FieldInfo

from bot.base.text import did_you_mean
from bot.catalog.raw.parts import Raw, Text

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKLY = re.compile(r"(?P<day>[A-Za-z]{3}) (?P<at>\d\d:\d\d) - (?P<to_day>[A-Za-z]{3}) (?P<to>\d\d:\d\d)")
DAILY = re.compile(r"(?P<at>\d\d:\d\d) - (?P<to>\d\d:\d\d)")
DATES = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)( - (?P<to>\d{4}-\d\d-\d\d))?")
MOMENT = "%Y-%m-%d %H:%M"


def minute_of(written: str) -> int:
    """`08:30` as minutes since midnight; `24:00` is the end of the day. Raises ValueError."""
    hour, minute = int(written[:2]), int(written[3:])
    if hour * 60 + minute > 24 * 60 or minute > 59:
        raise ValueError(f"{written} is no time of a day")
    return hour * 60 + minute


def _is_weekly(written: str) -> str:
    found = WEEKLY.fullmatch(written)
    if not found or not {found["day"].lower(), found["to_day"].lower()} <= set(DAYS):
        raise ValueError(f'"{written}" has to look like Fri 17:00 - Mon 08:00.')
    minute_of(found["at"]), minute_of(found["to"])
    return written


def _is_daily(written: str) -> str:
    found = DAILY.fullmatch(written)
    if not found:
        raise ValueError(f'"{written}" has to look like 22:00 - 06:00.')
    minute_of(found["at"]), minute_of(found["to"])
    return written


def _are_dates(written: str) -> str:
    found = DATES.fullmatch(written)
    if not found:
        raise ValueError(f'"{written}" has to look like 2026-12-24, or 2026-12-24 - 2027-01-02.')
    first = date.fromisoformat(found["day"])
    if found["to"] and date.fromisoformat(found["to"]) < first:
        raise ValueError(f'"{written}" ends before it begins.')
    return written


def _is_moment(written: str) -> str:
    try:
        datetime.strptime(written, MOMENT)  # noqa: DTZ007 - a clock on the wall has no zone
    except ValueError:
        raise ValueError(f'"{written}" has to look like 2026-12-20 12:00.') from None
    return written


def _is_zone(written: str) -> str:
    known = available_timezones()
    if written not in known:
        raise ValueError(f'There is no time zone "{written}". {did_you_mean(written, sorted(known))}')
    return written


def _has_holidays(written: str) -> str:
    country, _, part = written.partition("-")
    try:
        holidays.country_holidays(country, subdiv=part or None)
    except NotImplementedError:
        raise ValueError(f'Nobody knows the holidays of "{written}". Write a country like DE, or DE-BE.') from None
    return written


def _is_holiday(written: str) -> str:
    return _are_dates(written) if re.fullmatch(r"\d{4}-\d\d-\d\d", written) else _has_holidays(written)


def _shape(pattern: str) -> FieldInfo:
    """What editors check while somebody types; the sentences come from the validators."""
    return Field(json_schema_extra={"pattern": f"^{pattern}$"})  # type: ignore[no-any-return]


Zone = Annotated[
    str, AfterValidator(_is_zone), Field(json_schema_extra=lambda made: made.update(enum=sorted(available_timezones())))
]
Weeklies = Annotated[str, AfterValidator(_is_weekly), _shape(r"[A-Za-z]{3} \d\d:\d\d - [A-Za-z]{3} \d\d:\d\d")]
Dailies = Annotated[str, AfterValidator(_is_daily), _shape(r"\d\d:\d\d - \d\d:\d\d")]
Dates = Annotated[str, AfterValidator(_are_dates), _shape(r"\d{4}-\d\d-\d\d( - \d{4}-\d\d-\d\d)?")]
Moment = Annotated[str, AfterValidator(_is_moment), _shape(r"\d{4}-\d\d-\d\d \d\d:\d\d")]
#: A country, a part of it, or a date; or several of them.
Holiday = Annotated[str, AfterValidator(_is_holiday)]
Holidays = list[Holiday] | Holiday


class RawFreeze(Raw):
    """One rule: where, and when."""

    title: Text = Field(description="what people read: weekend, Christmas")
    on: list[Text] | Text = Field("*", description='globs over "stack/job/environment"; a shorter one covers all below')
    weekly: list[Weeklies] | Weeklies = Field([], description="each week", examples=["Fri 17:00 - Mon 08:00"])
    daily: list[Dailies] | Dailies = Field([], description="each day", examples=["22:00 - 06:00"])
    dates: list[Dates] | Dates = Field([], description="whole days", examples=["2026-12-24 - 2027-01-02"])
    from_: Moment | None = Field(None, alias="from", description="one time: from here", examples=["2026-12-20 12:00"])
    to: Moment | None = Field(None, description="and to here", examples=["2027-01-07 08:00"])
    holidays: Annotated[str, AfterValidator(_has_holidays)] | None = Field(
        None, description="the public holidays of a country, or of a part of it", examples=["DE-BE"]
    )
    zone: Zone | None = Field(None, description="its time zone, if not the file's")

    @model_validator(mode="after")
    def _says_when(self) -> "RawFreeze":
        if (self.from_ is None) != (self.to is None):
            raise ValueError('"from" and "to" belong together.')
        if self.from_ and self.to and self.from_ >= self.to:
            raise ValueError('"to" has to be later than "from".')
        if not (self.weekly or self.daily or self.dates or self.from_ or self.holidays):
            raise ValueError('say when: "weekly", "daily", "dates", "from" and "to", or "holidays".')
        return self


class RawFreezes(Raw):
    """A freezes.yml."""

    zone: Zone = Field("UTC", description="the time zone of its clocks", examples=["Europe/Berlin"])
    freezes: list[RawFreeze] = Field(description="the times in which nothing may change")
