"""Who is told of runs besides their own message, and when that may wait."""

from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict


class Occasion(StrEnum):
    """What of a run is told."""

    START = "start"
    FINISH = "finish"
    FAILURE = "failure"
    #: The first success of a job, in an environment, after it failed there.
    RECOVERY = "recovery"


class Quiet(BaseModel):
    """Hours in which only failures are told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: "22:00", in the time zone *zone*; *until* may be on the next day.
    start: str
    until: str
    zone: str

    def around(self, now: datetime) -> tuple[datetime, datetime] | None:
        """Begin and end of the quiet hours in which *now* lies; None: it does not."""
        here = now.astimezone(ZoneInfo(self.zone))
        start, until = time.fromisoformat(self.start), time.fromisoformat(self.until)
        for days in (-1, 0):
            day = here.date() + timedelta(days=days)
            begin = datetime.combine(day, start, here.tzinfo)
            end = datetime.combine(day + timedelta(days=until <= start), until, here.tzinfo)
            if begin <= here < end:
                return begin, end
        return None


class NotifyRule(BaseModel):
    """Tell one channel of some runs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: str
    on: tuple[Occasion, ...]
    #: Only of runs in these; empty: of all.
    environments: tuple[str, ...] = ()
    #: Only of runs of these; empty: of all.
    jobs: tuple[str, ...] = ()
    #: Who is called at a failure: "starter", "@group", or an id of Slack's.
    mention: tuple[str, ...] = ()
    quiet: Quiet | None = None

    def calls_starter(self, job: str, environment: str | None) -> bool:
        """Does a failure of *job* in *environment* call whoever started it?"""
        return Occasion.FAILURE in self.on and "starter" in self.mention and self.concerns(job, environment)

    def concerns(self, job: str, environment: str | None) -> bool:
        """Is it about runs of *job* in *environment*?"""
        is_job = not self.jobs or job in self.jobs
        return is_job and (not self.environments or environment in self.environments)
