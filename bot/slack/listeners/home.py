"""The App Home, and what Slack says of groups."""

from dataclasses import replace
from typing import Any

from bot.slack.desk import Desk
from bot.slack.homes import Homes
from bot.slack.listeners.menu import menu_of
from bot.slack.live import job_title
from bot.slack.views.home import HomePage, home_view

_RUNS_LOOKED_AT = 100
_LATELY_SHOWN = 8
_FAILING_SHOWN = 5
_FOLLOWS_SHOWN = 8


class Home:
    """The listeners around the App Home."""

    def __init__(self, desk: Desk, homes: Homes) -> None:
        self._desk = desk
        self._homes = homes

    def opened(self, event: dict[str, Any]) -> None:
        """The tab was opened; the event also comes for the tab of messages, which needs nothing."""
        if event.get("user") and event.get("tab", "home") == "home":
            self._homes.opened(event["user"])

    def groups_changed(self) -> None:
        """Somebody joined or left a user group, so rights may have changed."""
        self._desk.people.groups_changed()


def home_of(desk: Desk, user: str) -> dict[str, Any]:
    """The home of a Slack user, as it is now. Raises WhoAreYou."""
    person, access = desk.people.of(user), desk.door.access
    menu = menu_of(desk, person)
    recent = desk.door.runs.recent(limit=_RUNS_LOOKED_AT)
    lately = [run for run in recent if run.status.is_over and access.may(person, "see", run.target)]
    upcoming = [
        (job_title(timer, desk.stacks), timer)
        for timer in desk.door.timers.upcoming()
        if access.may(person, "see", timer.target)
    ]
    locks = desk.door.locks.all(person)
    page = HomePage(
        # What runs has its own place there.
        menu=replace(menu, running=()),
        mine=[run for run in menu.running if run.started_by_id == person.id],
        others=[run for run in menu.running if run.started_by_id != person.id],
        lately=lately[:_LATELY_SHOWN],
        upcoming=upcoming,
        person=person,
        approvals=desk.door.approvals.waiting_for(person),
        locks=[lock for lock in locks if lock.person_id == person.id],
        lines=[lock for lock in locks if lock.place_of(person_id=person.id) is not None],
        follows=desk.door.follows.all(person)[:_FOLLOWS_SHOWN],
        failing=desk.door.watch.failing(person)[:_FAILING_SHOWN],
        scheduled=[(one.job.title, one.at) for one in desk.door.watch.next_moments(person)],
        announced=[(one.announcement.title, one.at) for one in desk.door.scheduled.coming(person)],
    )
    return home_view(page)
