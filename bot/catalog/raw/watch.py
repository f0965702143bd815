"""What may be written in stack.yml about things outside, and about what starts a job by itself."""

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from pydantic import AfterValidator, Field, JsonValue

from actions.api import Secret
from bot.base.cron import parse_cron
from bot.catalog.raw.freezes import Holidays
from bot.catalog.raw.parts import Duration, Identifier, Name, Raw, Text
from bot.model.announce import Every
from bot.model.watch import Signature


def _is_pattern(written: str) -> str:
    try:
        re.compile(written)
    except re.error as error:
        raise ValueError(f"it is no regular expression: {error}.") from error
    return written


def _is_range(written: str) -> str:
    try:
        SpecifierSet(written)
    except InvalidSpecifier as error:
        raise ValueError(f'"{written}" is no range of versions. Write it like ">=1.9, <2" or "~=1.4".') from error
    return written


def _is_cron(written: str) -> str:
    parse_cron(written)
    return written


def _is_zone(written: str) -> str:
    try:
        ZoneInfo(written)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f'"{written}" is no time zone. Write it like Europe/Berlin or UTC.') from error
    return written


Pattern = Annotated[str, AfterValidator(_is_pattern)]
Zone = Annotated[str, AfterValidator(_is_zone)]
Cron = Annotated[str, AfterValidator(_is_cron)]
Values = dict[str, JsonValue]


class RawCheck(Raw):
    """A check with its fields."""

    check: Text = Field(description="the check that lists its versions")
    with_: Values = Field({}, alias="with", description="the check's fields")


class RawArtefact(RawCheck):
    """What has to exist before a version counts."""

    number: Text = Field("{{ version.number }}", description="what the check has to list; an expression over `version`")


class RawFilter(Raw):
    """Which versions count."""

    range: Annotated[str, AfterValidator(_is_range)] | None = Field(
        None, description="a range of versions", examples=[">=1.9, <2"]
    )
    prereleases: bool = Field(default=False, description="do versions for trying out count, too?")
    include: Pattern | None = Field(None, description="a regular expression that the whole number must match")
    ignore: Pattern | None = Field(None, description="a regular expression; what matches as a whole does not count")
    min_age: Duration | None = Field(None, description="how old a version must be before it counts")
    newer: bool = Field(default=False, description="count only what is newer than what is `deployed`?")


class RawAnnounce(Raw):
    """Tell a channel of each new version."""

    channel: Text | None = Field(None, description="where; the stack's channel if not given", examples=["#platform"])
    template: Text | None = Field(
        None,
        description="a Jinja2 template over the resource, `deployed`, `age` and `notes`, or the name of a file in the "
        "stack's `templates`; ours if not given",
        examples=["release.md.j2"],
    )
    start: Name | None = Field(None, description="the job that the button Start upgrade opens")
    digest: Annotated[Every, Field(strict=False)] | None = Field(
        None, description="one message with all new versions of a day or week, in the place of one for each"
    )
    form: dict[Identifier, JsonValue] = Field(
        {}, description="answers that fill its form; may be expressions", examples=[{"version": "{{ app.number }}"}]
    )


class RawResource(RawCheck):
    """Something outside that has versions."""

    every: Duration = Field("10m", description="how often to look")
    when: Text | None = Field(
        None,
        description="an expression over `vars`; where it is not true, nobody looks",
        examples=["not vars.sandbox"],
    )
    filter: RawFilter | None = Field(None, description="which versions count; all but pre-releases if not given")
    deployed: RawCheck | None = Field(None, description="the check that lists what runs now")
    artefact: RawArtefact | None = Field(None, description="a version counts only once this check lists it, too")
    announce: RawAnnounce | None = Field(None, description="tell a channel of each new version; {} for the defaults")


class RawWebhook(Raw):
    """A place that others may call: /hooks/STACK/NAME of the bot."""

    sign: Annotated[Signature, Field(strict=False)] = Field(description="how the caller proves who it is")
    secret: Secret = Field(description="the secret that both know")
    when: Text | None = Field(None, description="an expression over `payload`; where it is not true, nothing follows")
    fields: dict[Identifier, JsonValue] = Field(
        {}, description="expressions over `payload`: what jobs find under `webhook`"
    )
    look: list[Identifier] = Field([], description="the resources to look at right after a call")


class RawTrigger(Raw):
    """One thing that starts the job by itself: exactly one of `version`, `gone`, `cron`, `alert`, `webhook`, `run`."""

    version: Identifier | None = Field(None, description="a resource: a version of it appeared or changed")
    gone: Identifier | None = Field(None, description="a resource: a version of it is not there any more")
    cron: Cron | None = Field(None, description="minute hour day month weekday", examples=["30 9 * * mon-fri"])
    alert: dict[Text, Text] | None = Field(
        None, description="labels that a new alert must have", examples=[{"alertname": "InstanceDown"}]
    )
    webhook: Name | None = Field(None, description="one of the stack's webhooks was called")
    run: Name | None = Field(None, description="another job of this stack: a run of it ended")
    status: Literal["succeeded", "failed", "errored", "aborted", "any"] | None = Field(
        None, description="how the run has to end; succeeded if not given"
    )
    when: Text | None = Field(None, description="an expression; where it is not true, nothing starts")
    environment: Text | None = Field(None, description="where the job runs; may be an expression")
    form: dict[Identifier, JsonValue] = Field({}, description="answers to the job's form; may be expressions")
    debounce: Duration | None = Field(None, description="start once nothing new came for so long")
    skip_if_same: bool = Field(default=False, description="start nothing that is the same as the last start?")
    max_one_waiting: bool = Field(
        default=False, description="while a run of the job waits, keep only the newest start?"
    )
    zone: Zone | None = Field(None, description="the time zone of `cron`; UTC if not given", examples=["Europe/Berlin"])
    late: Duration | None = Field(None, description="how late a missed moment of `cron` is still made up for")
    holidays: Holidays = Field(
        [], description="days on which `cron` starts nothing: a country, a part of it, or a date", examples=["DE-BE"]
    )


TRIGGERS = ("version", "gone", "cron", "alert", "webhook", "run")
