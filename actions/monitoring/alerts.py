"""The alerts that fire."""

from typing import ClassVar

from actions.api import Check, CheckContext, Field, Secret, Version
from actions.monitoring.client import Alertmanager, Url
from actions.monitoring.matchers import Matcher


class Alert(Version):
    """One alert that fires; its number is its fingerprint."""

    labels: dict[str, str] = Field(default={}, description="its labels")
    is_silenced: bool = Field(default=False, description="does a silence mute it?")


class Alerts(Check[Alert]):
    """The alerts of an Alertmanager that fire now, also those that are silenced."""

    lists_all: ClassVar[bool] = True
    appeared: ClassVar[str] = "fires"
    changed: ClassVar[str] = "fires anew"
    left: ClassVar[str] = "fires no more"

    url: Url = Field(description="Alertmanager's address", examples=["https://alerts.example.org"])
    token: Secret | None = Field(default=None, description="bearer token for it", examples=["env:ALERTS_TOKEN"])
    matchers: list[Matcher] = Field(
        default=[], description="only alerts that all of these match", examples=[['severity="critical"']]
    )

    def list_versions(self, ctx: CheckContext) -> list[Alert]:
        """What fires now."""
        return [
            Alert(
                number=alert.fingerprint,
                state=alert.started_at.isoformat(),
                name=alert.name,
                published_at=alert.started_at,
                url=alert.url,
                title=alert.told,
                labels=alert.labels,
                is_silenced=bool(alert.status.silenced_by),
            )
            for alert in Alertmanager(ctx, self.url, self.token).firing(self.matchers)
        ]
