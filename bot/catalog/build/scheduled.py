"""Makes announcements by the clock of a file in which no mistake was found."""

from datetime import datetime

from bot.base.text import parse_duration
from bot.catalog.build.form import readable
from bot.catalog.build.watch import in_braces
from bot.catalog.raw.freezes import MOMENT
from bot.catalog.raw.scheduled import RawScheduled
from bot.model.scheduled import Scheduled
from bot.model.times import Times


def scheduled(name: str, raw: RawScheduled, channel: str | None) -> Scheduled:
    """The announcement called *name*, of a stack with this *channel*."""
    dates = [raw.dates] if isinstance(raw.dates, str) else raw.dates
    return Scheduled(
        name=name,
        title=raw.title or readable(name),
        channel=raw.channel or channel or "",
        times=Times(
            cron=raw.cron or "",
            moments=tuple(datetime.strptime(one, MOMENT) for one in dates),  # noqa: DTZ007 - its zone stands beside it
            zone=raw.zone,
            holidays=(raw.holidays,) if isinstance(raw.holidays, str) else tuple(raw.holidays),
            late_s=parse_duration(raw.late).total_seconds(),
        ),
        template=raw.template,
        when=in_braces(raw.when),
        show=raw.show,
    )
