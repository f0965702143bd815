"""What the program does by the clock: due moments, lost runs, edited stacks."""

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from bot.base.cron import parse_cron

#: Beyond it the reading of a cron line is not kept any more.
_MOST_LINES = 4096
_HOURS = 24

log = structlog.get_logger()
# It would complain of each call that is left out while the one before is at work, and a busy machine leaves out many.
logging.getLogger("apscheduler").setLevel(logging.ERROR)


class Schedule:
    """Calls things again and again, each at its own pace; none of them twice at a time."""

    def __init__(self) -> None:
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(4)},
            # After a pause of the machine: once is enough, however late.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )

    def every(self, seconds: float, name: str, call: Callable[[], object]) -> None:
        """Call *call* each so many seconds, from `start` on."""
        self._scheduler.add_job(_told(name, call), "interval", seconds=seconds, id=name)

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()

    def stop(self) -> None:
        """Call nothing any more; returns when the last call has."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)


def next_moment(cron: str, zone: str, after: datetime) -> datetime | None:
    """The first moment of a cron line in a time zone after *after*, in UTC; None: there is none.

    An hour that a change of clocks skips is made up for right after it; one that comes twice counts once for lines
    that name their hour.
    """
    names_hours = len(parse_cron(cron).hours) < _HOURS
    while found := _trigger(cron, zone).get_next_fire_time(None, after + timedelta(microseconds=1)):
        after = found.astimezone(UTC)
        if not (names_hours and after.astimezone(ZoneInfo(zone)).fold):
            return after
    return None


@lru_cache(maxsize=_MOST_LINES)
def _trigger(cron: str, zone: str) -> CronTrigger:
    line = parse_cron(cron)
    return CronTrigger(
        minute=_list(line.minutes),
        hour=_list(line.hours),
        day=_list(line.days),
        month=_list(line.months),
        # Names, since Monday is 0 there.
        day_of_week=_list(line.weekday_names),
        timezone=zone,
    )


def _list(values: Iterable[int | str]) -> str:
    return ",".join(str(value) for value in values)


def _told(name: str, call: Callable[[], object]) -> Callable[[], None]:
    def calls() -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - a boundary: the next round must come whatever happens in this one
            log.error("a periodic task failed, it will be tried again", task=name, error=repr(error))

    return calls
