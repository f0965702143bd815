"""Who is asking: Slack's user ids as people with e-mail addresses and groups."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from slack_sdk import WebClient

from bot.base.clock import Clock
from bot.base.errors import Refused
from bot.model.person import Person
from bot.slack.client import Later, Never, Unsure, call

log = structlog.get_logger()

_FRESH = timedelta(minutes=10)
#: When Slack does not answer, what was known stays good for so long.
_STALE = timedelta(hours=1)
#: A free workspace has no user groups; an app may not have been given the right to see them.
_NO_GROUPS = {"plan_upgrade_required", "missing_scope", "paid_teams_only", "not_allowed_token_type"}


class WhoAreYou(Refused):
    """Slack did not say who this is."""

    def __init__(self) -> None:
        super().__init__("Slack did not answer when I asked who you are.", hint="Try again in a moment.")


@dataclass(frozen=True)
class _Known:
    person: Person
    at: datetime


class People:
    """The people of the workspace, remembered for ten minutes."""

    def __init__(self, client: WebClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._people: dict[str, _Known] = {}
        self._groups: dict[str, frozenset[str]] = {}
        self._groups_at: datetime | None = None

    def of(self, user: str) -> Person:
        """The person behind a Slack user id, with the groups of the moment.

        Asks Slack when it does not know (a second or more), so acknowledge first. Raises WhoAreYou when Slack is dead.
        """
        now = self._clock.now()
        groups = self._groups_of(user, now)
        person = self._person(user, now)
        return Person(id=person.id, name=person.name, email=person.email, groups=groups)

    def forget_groups(self) -> None:
        """Ask again who is in which group: Slack said that it changed."""
        with self._lock:
            self._groups_at = None

    def _person(self, user: str, now: datetime) -> Person:
        with self._lock:
            known = self._people.get(user)
        if known and now - known.at < _FRESH:
            return known.person
        try:
            profile = call(self._client.users_info, user=user)["user"]
        except (Later, Never, Unsure) as error:
            if known and now - known.at < _STALE:
                return known.person
            log.warning("Slack does not say who this is", user=user, error=str(error))
            raise WhoAreYou from error
        person = _read(user, profile)
        with self._lock:
            self._people[user] = _Known(person, now)
        return person

    def _groups_of(self, user: str, now: datetime) -> frozenset[str]:
        with self._lock:
            known_at, known = self._groups_at, self._groups
        if known_at is None or now - known_at >= _FRESH:
            known = self._read_groups(now, known, known_at)
        return known.get(user, frozenset())

    def _read_groups(
        self, now: datetime, known: dict[str, frozenset[str]], known_at: datetime | None
    ) -> dict[str, frozenset[str]]:
        try:
            groups = self._ask_groups()
        except (Later, Unsure) as error:
            if known_at and now - known_at < _STALE:
                return known
            log.warning("Slack does not say who is in which group", error=str(error))
            raise WhoAreYou from error
        with self._lock:
            self._groups, self._groups_at = groups, now
        return groups

    def _ask_groups(self) -> dict[str, frozenset[str]]:
        try:
            found = call(self._client.usergroups_list, include_users=True)["usergroups"]
        except Never as never:
            if never.error not in _NO_GROUPS:
                raise Unsure(never.error) from never
            log.info("this workspace shows no user groups", error=never.error)
            return {}
        members: dict[str, set[str]] = {}
        for group in found:
            users = group["users"] if "users" in group else self._members(group["id"])
            for user in users:
                members.setdefault(user, set()).add(group["handle"])
        return {user: frozenset(handles) for user, handles in members.items()}

    def _members(self, group: str) -> list[str]:
        users: list[str] = call(self._client.usergroups_users_list, usergroup=group)["users"]
        return users


def _read(user: str, profile: dict[str, object]) -> Person:
    details = profile.get("profile")
    details = details if isinstance(details, dict) else {}
    name = details.get("display_name") or details.get("real_name") or profile.get("real_name") or profile.get("name")
    return Person(id=user, name=str(name or user), email=str(details.get("email") or ""))
