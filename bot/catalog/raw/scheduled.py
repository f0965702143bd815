"""What may be written in stack.yml about announcements by the clock."""

from typing import Annotated

from pydantic import Field

from bot.catalog.raw.freezes import Holidays, Moment
from bot.catalog.raw.parts import Duration, Raw, Text
from bot.catalog.raw.watch import Cron, Zone
from bot.model.scheduled import Show


class RawScheduled(Raw):
    """What a channel is told at a time: exactly one of `cron` and `dates` says when."""

    title: Text | None = Field(None, description="its headline; made from its name if not given")
    channel: Text | None = Field(None, description="where; the stack's channel if not given", examples=["#dev"])
    cron: Cron | None = Field(None, description="minute hour day month weekday", examples=["0 16 * * fri"])
    dates: list[Moment] | Moment = Field([], description="single moments", examples=["2026-12-23 16:00"])
    zone: Zone = Field("UTC", description="the time zone of its clock", examples=["Europe/Berlin"])
    holidays: Holidays = Field(
        [], description="days on which nobody is told: a country, a part of it, or a date", examples=["DE-BE"]
    )
    late: Duration = Field("1h", description="how late it is still of use when the bot was down; later it is skipped")
    when: Text | None = Field(
        None, description="an expression over `resources`, `today` and `vars`; where it is not true, nobody is told"
    )
    template: Text = Field(
        description="a Jinja2 template over `resources`, `today` and `vars`, or the name of a file in the stack's "
        "`templates`",
        examples=["reviews.md.j2"],
    )
    show: Annotated[Show, Field(strict=False)] = Field(
        Show.NEW, description="new: each is a message of its own; update: one that is edited; pin: one that is pinned"
    )
