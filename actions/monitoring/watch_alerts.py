"""Watch for a time whether alerts fire that did not fire before."""

import time
from collections.abc import Sequence
from typing import ClassVar

from actions.api import Action, ActionFailed, Context, Crash, Field, Outputs, Secret
from actions.monitoring.client import Alertmanager, Firing, Url
from actions.monitoring.matchers import Matcher

#: One slow answer must not make us blind for long.
_TIMEOUT_S = 5.0
_MOST_TOLD = 3


class Watched(Outputs):
    """What fired before: kept, so that a crash does not forget it."""

    known: list[str]


class WatchAlerts(Action[Watched]):
    """Watch Alertmanager for some minutes, and fail as soon as a matching alert fires that did not fire before."""

    #: It only looks.
    needs_undo: ClassVar[bool] = False

    url: Url = Field(description="Alertmanager's address", examples=["https://alerts.example.org"])
    token: Secret | None = Field(default=None, description="bearer token for it", examples=["env:ALERTS_TOKEN"])
    matchers: list[Matcher] = Field(
        default=['severity="critical"'],
        description="which alerts count: all of these must match",
        examples=[['severity="critical"', 'service="shop"']],
    )
    minutes: float = Field(
        gt=0, le=1440, description="how long to watch; people may extend it or end it", examples=[10]
    )
    known: list[str] | None = Field(
        default=None,
        description="alerts that fired before, from `monitoring.note_alerts`; those at its start if not given",
        examples=[["0f2a6b7c8d9e0f1a"]],
    )
    own_silences: list[str] = Field(
        default=[],
        description="silences that do not count: what they mute is seen all the same. Other people's do count",
        examples=[["8f6d1f5e-5a0c-4c53-9a3c-0c7f6d8a3f10"]],
    )
    #: A way back has to begin within two seconds of the alert, also on a busy machine.
    every_s: float = Field(default=0.5, ge=0.1, le=60, description="seconds between two looks", examples=[0.5])
    blind_s: float = Field(
        default=30, gt=0, le=600, description="seconds without an answer after which it fails", examples=[30]
    )

    @property
    def crash(self) -> Crash:
        """It only reads, and begins with what it knew."""
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        """What is watched for, and what fires now."""
        alerts = self._seen(Alertmanager(ctx, self.url, self.token, timeout_s=_TIMEOUT_S))
        told = "".join(f"\n  {alert.told}" for alert in alerts)
        fires = f"Fire now, and do not count:{told}" if alerts else "None fires now."
        return f"Would watch {', '.join(self.matchers)} for {self.minutes:g} min. {fires}"

    def run(self, ctx: Context) -> Watched:
        """Look twice a second or as told, until the window ends or an alert fires."""
        manager = Alertmanager(ctx, self.url, self.token, timeout_s=_TIMEOUT_S)
        known = self.known if self.known is not None else [one.fingerprint for one in self._seen(manager)]
        done = ctx.begin(Watched(known=known))
        answered, old = time.monotonic(), set(done.known)
        ctx.progress(0, None, "no new alert so far")
        for alerts in ctx.window(lambda: self._look(ctx, manager), for_s=self.minutes * 60, every_s=self.every_s):
            if alerts is None:
                self._demand_sight(time.monotonic() - answered)
                continue
            answered = time.monotonic()
            if new := [alert for alert in alerts if alert.fingerprint not in old]:
                raise _fires(new)
            # What has stopped firing and fires again counts.
            old &= {alert.fingerprint for alert in alerts}
        ctx.log("No new alert.")
        return done

    def _look(self, ctx: Context, manager: Alertmanager) -> list[Firing] | None:
        """The alerts that count; None: no answer."""
        try:
            return self._seen(manager)
        except ActionFailed as failed:
            ctx.log(failed.reason)
            return None

    def _seen(self, manager: Alertmanager) -> list[Firing]:
        own = set(self.own_silences)
        return [
            alert
            for alert in manager.firing(self.matchers)
            if own.issuperset(alert.status.silenced_by) and not alert.status.inhibited_by
        ]

    def _demand_sight(self, blind_s: float) -> None:
        if blind_s > self.blind_s:
            raise ActionFailed(
                f"Alertmanager has not answered for {blind_s:.0f} s, so nobody can tell whether all is well.",
                hint="Is it up? The log says how it answered.",
            )


def _fires(alerts: Sequence[Firing]) -> ActionFailed:
    told = "; ".join(
        f"{alert.told.rstrip('.')}, since {alert.started_at:%H:%M:%S} UTC" for alert in alerts[:_MOST_TOLD]
    )
    more = f"; and {len(alerts) - _MOST_TOLD} more" if len(alerts) > _MOST_TOLD else ""
    severity = alerts[0].labels.get("severity", "new")
    return ActionFailed(f"A {severity} alert fires: {told}{more}.", hint=alerts[0].url)
