"""Who is asking: Slack's user ids as people with e-mail addresses and groups."""

import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from slack_sdk import WebClient

from bot.base.clock import Clock
from bot.base.errors import Refused
from bot.model.person import Person, is_slack_id
from bot.slack.client import Later, Never, NotDone, Unsure, call
from bot.store.store import Store

log = structlog.get_logger()

#: A guest of several channels, one of a single channel, and somebody of elsewhere in no channel that the bot sees; see
#: https://docs.slack.dev/reference/objects/user-object
_GUEST_MARKS = ("is_restricted", "is_ultra_restricted", "is_stranger")
_NOBODY = {"user_not_found", "user_not_visible", "users_not_found"}
_FRESH = timedelta(minutes=10)
#: When Slack does not answer, what was known stays good for so long.
_STALE = timedelta(hours=1)
#: A free workspace has no user groups; an app may not have been given the right to see them.
_NO_GROUPS = {"plan_upgrade_required", "missing_scope", "paid_teams_only", "not_allowed_token_type"}


class WhoAreYou(Refused):
    """Slack did not say who this is."""

    def __init__(self) -> None:
        super().__init__("Slack did not answer when I asked who you are.", hint="Try again in a moment.")


class NotOfThisWorkspace(Refused):
    """Nobody who may speak to the bot has this id."""

    def __init__(self) -> None:
        super().__init__("I do not know you.", hint="Only people with an account in this workspace may ask me.")


@dataclass(frozen=True)
class _Known:
    person: Person
    at: datetime


@dataclass(frozen=True)
class _Workspace:
    """Where the bot is at home, and the organisation that this belongs to, if any."""

    team: str
    enterprise: str


class People:
    """The people of the workspace, remembered for ten minutes; rows keep them for whoever cannot ask Slack."""

    def __init__(self, client: WebClient, clock: Clock, store: Store) -> None:
        self._client = client
        self._clock = clock
        self._store = store
        self._lock = threading.Lock()
        self._people: dict[str, _Known] = {}
        self._groups: dict[str, frozenset[str]] = {}
        self._groups_at: datetime | None = None
        self._written: dict[str, Person] = {}
        self._own: _Workspace | None = None

    def of(self, user: str) -> Person:
        """The person behind a Slack user id, with the groups of the moment.

        Asks Slack when it does not know (a second or more), so acknowledge first. Raises WhoAreYou when Slack is dead,
        and NotOfThisWorkspace for those who left it, for bots, and for what is no id of Slack's at all: `cli:ada`
        would be somebody at the terminal.
        """
        if not is_slack_id(user):
            raise NotOfThisWorkspace
        now = self._clock.now()
        groups = self._groups_of(user, now)
        person = replace(self._person(user, now), groups=groups)
        self._write(person)
        return person

    def groups_changed(self) -> None:
        """Ask again who is in which group, since Slack said that it changed: a run may be about to begin."""
        with self._lock:
            self._groups_at = None
        with self._store.read() as tx:
            known = tx.people.all()
        # Without an answer the next click asks again.
        with suppress(WhoAreYou):
            for person in known:
                self._write(replace(person, groups=self._groups_of(person.id, self._clock.now())))

    def _write(self, person: Person) -> None:
        with self._lock:
            if self._written.get(person.id) == person:
                return
        with self._store.begin() as tx:
            tx.people.keep(person)
        with self._lock:
            self._written[person.id] = person

    def _person(self, user: str, now: datetime) -> Person:
        with self._lock:
            known = self._people.get(user)
        if known and now - known.at < _FRESH:
            return known.person
        try:
            profile = call(self._client.users_info, user=user)["user"]
            own = self._workspace()
        except NotDone as error:
            if isinstance(error, Never) and error.error in _NOBODY:
                raise NotOfThisWorkspace from error
            if known and now - known.at < _STALE:
                return known.person
            log.warning("Slack does not say who this is", user=user, error=str(error))
            raise WhoAreYou from error
        if profile.get("deleted") or profile.get("is_bot"):
            with self._lock:
                self._people.pop(user, None)
            raise NotOfThisWorkspace
        person = _read(user, profile, own)
        with self._lock:
            self._people[user] = _Known(person, now)
        return person

    def _workspace(self) -> _Workspace:
        if self._own is None:
            said = call(self._client.auth_test)
            self._own = _Workspace(team=said["team_id"], enterprise=said.get("enterprise_id") or "")
        return self._own

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


def _read(user: str, profile: dict[str, Any], own: _Workspace) -> Person:
    details = profile.get("profile")
    details = details if isinstance(details, dict) else {}
    name = details.get("display_name") or details.get("real_name") or profile.get("real_name") or profile.get("name")
    return Person(
        id=user,
        name=str(name or user),
        email=str(details.get("email") or ""),
        timezone=str(profile.get("tz") or ""),
        is_guest=any(profile.get(mark) for mark in _GUEST_MARKS) or not _is_at_home(profile, own),
    )


def _is_at_home(profile: dict[str, Any], own: _Workspace) -> bool:
    """Somebody of another company, in a channel that both share, has a workspace of their own."""
    if profile.get("team_id", own.team) == own.team:
        return True
    return bool(own.enterprise) and (profile.get("enterprise_user") or {}).get("enterprise_id") == own.enterprise
