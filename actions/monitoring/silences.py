"""Who silenced what, until when."""

from datetime import datetime
from typing import ClassVar

from actions.api import Check, CheckContext, Field, Secret, Version
from actions.monitoring.client import Alertmanager, Muted, Url, in_utc


class Silencing(Version):
    """One silence that has not ended; its number is its id."""

    matchers: list[str] = Field(default=[], description="which alerts it mutes")
    by: str = Field(default="", description="who made it")
    ends_at: datetime = Field(description="when it ends")


class Silences(Check[Silencing]):
    """The silences of an Alertmanager that have not ended: who silenced what, until when, and why."""

    lists_all: ClassVar[bool] = True
    appeared: ClassVar[str] = "was made"
    left: ClassVar[str] = "has ended"

    url: Url = Field(description="Alertmanager's address", examples=["https://alerts.example.org"])
    token: Secret | None = Field(default=None, description="bearer token for it", examples=["env:ALERTS_TOKEN"])

    def list_versions(self, ctx: CheckContext) -> list[Silencing]:
        """What is silenced now."""
        return [_shown(silence) for silence in Alertmanager(ctx, self.url, self.token).silences()]


def _shown(silence: Muted) -> Silencing:
    return Silencing(
        number=silence.id,
        # Who comes first: where many are offered, a long line is cut at its end.
        name=f"{silence.created_by}, until {in_utc(silence.ends_at)}",
        published_at=silence.starts_at,
        title=f"{', '.join(silence.written)}: {silence.comment}",
        matchers=silence.written,
        by=silence.created_by,
        ends_at=silence.ends_at,
    )
