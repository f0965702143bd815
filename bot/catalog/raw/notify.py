"""What may be written below `notify` in stack.yml."""

from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from bot.base.text import did_you_mean
from bot.catalog.raw.parts import CLOCK_TIME, EnvironmentName, Name, Raw, Text
from bot.model.notify import Occasion


def _is_zone(written: str) -> str:
    zones = available_timezones()
    if written not in zones:
        raise ValueError(f'there is no time zone "{written}". {did_you_mean(written, sorted(zones))}')
    return written


_ClockTime = Annotated[str, Field(pattern=CLOCK_TIME, examples=["22:00"])]


class RawQuiet(Raw):
    """Hours in which only failures are told; the rest comes as one line afterwards."""

    start: _ClockTime = Field(alias="from", description="when they begin")
    until: _ClockTime = Field(description="when they end, perhaps on the next day")
    zone: Annotated[str, AfterValidator(_is_zone)] = Field("UTC", description="where", examples=["Europe/Berlin"])


class RawNotify(Raw):
    """Tell a channel of some runs, besides each run's own message."""

    channel: Text | None = Field(None, description="where; the stack's channel if not given", examples=["#ops"])
    on: Annotated[list[Annotated[Occasion, Field(strict=False)]], Field(min_length=1)] = Field(
        [Occasion.FAILURE, Occasion.RECOVERY], description="of what: start, finish, failure, recovery"
    )
    environments: list[EnvironmentName] = Field([], description="only of runs in these; in all if not given")
    jobs: list[Name] = Field([], description="only of runs of these; of all if not given")
    mention: list[Text] = Field(
        [], description='who is called at a failure: "starter", "@group", or an id of Slack\'s', examples=[["starter"]]
    )
    quiet: RawQuiet | None = Field(None, description="when only failures are told")
