"""The App Home."""

from typing import Any

from bot.slack.client import Later, Never, Unsure, call
from bot.slack.desk import Desk, log
from bot.slack.views.home import home_view

_RUNS_SHOWN = 15


class Home:
    """Publishes one person's home when they open it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def opened(self, event: dict[str, Any]) -> None:
        """The tab was opened; the event also comes for the tab of messages, which needs nothing."""
        if event.get("tab", "home") != "home":
            return
        desk, user = self._desk, event["user"]
        person = desk.people.of(user)
        runs = desk.door.runs.recent(limit=100)
        seen = [run for run in runs if desk.door.access.may(person, "see", run.target)][:_RUNS_SHOWN]
        try:
            call(desk.slack.views_publish, user_id=user, view=home_view(desk.door.jobs.offers(person), seen))
        except (Later, Never, Unsure) as error:
            log.warning("a home was not published", user=user, error=str(error))

    def groups_changed(self) -> None:
        """Somebody joined or left a user group, so rights may have changed."""
        self._desk.people.forget_groups()
