"""User groups by their handles, for calling them."""

from datetime import datetime, timedelta

import structlog
from slack_sdk import WebClient

from bot.base.clock import Clock
from bot.slack.client import NotDone, call

log = structlog.get_logger()

_FRESH = timedelta(minutes=10)


class Groups:
    """The workspace's groups, remembered for ten minutes. Only the outbox's thread asks."""

    def __init__(self, client: WebClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._ids: dict[str, str] = {}
        self._at: datetime | None = None

    def id_of(self, handle: str) -> str | None:
        """The id behind "oncall"; None when Slack does not know it, or does not say."""
        now = self._clock.now()
        if self._at is None or now - self._at >= _FRESH:
            try:
                found = call(self._client.usergroups_list)["usergroups"]
                self._ids = {str(group["handle"]).casefold(): str(group["id"]) for group in found}
            except NotDone as error:
                log.warning("Slack does not say which groups there are", error=str(error))
            self._at = now
        return self._ids.get(handle.casefold())
