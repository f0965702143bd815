"""Note which alerts fire now, to tell later ones from them."""

from typing import ClassVar

from actions.api import Action, Context, Crash, Field, Outputs, Secret
from actions.monitoring.client import Alertmanager, Url
from actions.monitoring.matchers import Matcher


class Noted(Outputs):
    """The fingerprints of the alerts that fire."""

    firing: list[str]


class NoteAlerts(Action[Noted]):
    """Note which alerts fire now, so that `monitoring.watch_alerts` knows them. Changes nothing."""

    #: It only looks.
    needs_undo: ClassVar[bool] = False

    url: Url = Field(description="Alertmanager's address", examples=["https://alerts.example.org"])
    token: Secret | None = Field(default=None, description="bearer token for it", examples=["env:ALERTS_TOKEN"])
    matchers: list[Matcher] = Field(
        default=['severity="critical"'], description="which alerts", examples=[['severity="critical"']]
    )

    @property
    def crash(self) -> Crash:
        """It only reads."""
        return Crash.AGAIN

    def preview(self, ctx: Context) -> str:
        """The alerts that fire now."""
        alerts = Alertmanager(ctx, self.url, self.token).firing(self.matchers)
        fires = "\n".join(f"  {alert.told}" for alert in alerts)
        return f"Fire now, and will not count as new:\n{fires}" if alerts else "No such alert fires now."

    def run(self, ctx: Context) -> Noted:
        """Look once."""
        alerts = Alertmanager(ctx, self.url, self.token).firing(self.matchers)
        for alert in alerts:
            ctx.log(f"Fires already: {alert.told}")
        return Noted(firing=[alert.fingerprint for alert in alerts])
