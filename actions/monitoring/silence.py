"""Silence alerts for a time."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

from actions.api import Action, ActionFailed, Context, Crash, Field, Outputs, Secret
from actions.monitoring.client import Alertmanager, Url, in_utc
from actions.monitoring.matchers import Matcher, demand_a_value
from actions.monitoring.unsilence import Unsilence

#: Whoever means longer than a month means for ever, and that is a change of the alert's rule.
_LONGEST_MINUTES = 31 * 24 * 60
_MOST_SHOWN = 5


class Silenced(Outputs):
    """The silence that was made. Its id is empty while it is made."""

    silence: str = ""
    matchers: list[str]
    #: By which it is found again when its id did not reach us.
    comment: str
    ends_at: datetime


class Silence(Action[Silenced]):
    """Silence the alerts that matchers choose, for a time: it always ends by itself, also if nobody ends it."""

    url: Url = Field(description="Alertmanager's address", examples=["https://alerts.example.org"])
    token: Secret | None = Field(default=None, description="bearer token for it", examples=["env:ALERTS_TOKEN"])
    matchers: Annotated[list[Matcher], AfterValidator(demand_a_value)] = Field(
        min_length=1,
        description="which alerts: all of these must match, as Alertmanager writes them",
        examples=[['service="shop"', 'severity=~"warning|info"']],
    )
    minutes: float = Field(default=30, gt=0, le=_LONGEST_MINUTES, description="how long", examples=[30])
    until: AwareDatetime | None = Field(
        default=None, description="when it ends, in the place of `minutes`", examples=["2026-05-01T12:00:00Z"]
    )
    comment: str = Field(
        min_length=1, max_length=500, description="why, for whoever looks at the silences", examples=["Deployment"]
    )

    @property
    def crash(self) -> Crash:
        """A silence that an earlier try made is found again by its comment, which names the run."""
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        """Which alerts would fall silent, and who silenced the same already."""
        manager = Alertmanager(ctx, self.url, self.token)
        alerts = manager.firing(self.matchers)
        length = f"for {self.minutes:g} min" if self.until is None else f"until {in_utc(self.until)}"
        fires = f"{len(alerts)} of them fire{'s' if len(alerts) == 1 else ''} now" if alerts else "none fires now"
        lines = [f"Would silence {', '.join(self.matchers)} {length}; {fires}."]
        lines += [f"  {alert.told}" for alert in alerts[:_MOST_SHOWN]]
        lines += [f"  and {len(alerts) - _MOST_SHOWN} more"] if len(alerts) > _MOST_SHOWN else []
        same = [silence for silence in manager.silences() if silence.written == sorted(self.matchers)]
        lines += [f"Silenced already by {one.told}" for one in same]
        return "\n".join(lines)

    def run(self, ctx: Context) -> Silenced:
        """Make the silence, once."""
        if self.until is not None and self.until <= datetime.now(UTC):
            raise ActionFailed(f"{in_utc(self.until)} is over.", hint="Choose a later end.")
        until = self.until or datetime.now(UTC) + timedelta(minutes=self.minutes)
        comment = f"{self.comment} ({ctx.run_name})"
        done = ctx.begin(Silenced(matchers=self.matchers, comment=comment, ends_at=until))
        manager = Alertmanager(ctx, self.url, self.token)
        made = manager.find(done.matchers, done.comment)
        id = made.id if made else manager.add(self.matchers, until=done.ends_at, by=ctx.started_by, comment=comment)
        ctx.log(f"Silenced {', '.join(self.matchers)} until {in_utc(done.ends_at)}: {id}")
        return done.model_copy(update={"silence": id})

    def undo(self, done: Silenced) -> "Unsilence | None":
        """End this silence."""
        return Unsilence(
            url=self.url, token=self.token, silence=done.silence, matchers=done.matchers, comment=done.comment
        )
