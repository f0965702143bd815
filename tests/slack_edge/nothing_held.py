"""Approvals, announcements, locks, pauses, freezes and watchers of a front door where there are none."""

# ruff: noqa: ARG002 - the signatures are those of the real ones

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.base.errors import NotAllowed, NotFound, NotNow
from bot.control.watchers.announcements import AnnouncedVersion
from bot.control.watchers.scheduled import ScheduledView
from bot.control.watchers.things import read_thing
from bot.model.announce import Mark
from bot.model.approval import ApprovalView
from bot.model.follow import Follow, Thing
from bot.model.freeze import Frozen
from bot.model.lock import Lock
from bot.model.message import Message
from bot.model.pause import Pause
from bot.model.person import Person
from bot.model.stack import Environment, Job, Stack
from bot.model.watch import Watcher
from bot.slack.door_watch import NextAnnouncement, NextStart


class Approvals:
    """Nothing waits for anybody's yes."""

    def get(self, id: int) -> ApprovalView:
        raise NotFound(f"There is no approval {id}.")

    def waiting(self, run: int | None = None) -> list[ApprovalView]:
        return []

    def waiting_for(self, person: Person) -> list[ApprovalView]:
        return []

    def may_speak(self, id: int, *, by: Person, origin: str) -> ApprovalView:
        return self.get(id)

    def read_answers(
        self, view: ApprovalView, *, is_yes: bool, reason: str, answers: Mapping[str, Any]
    ) -> tuple[str, dict[str, Any]]:
        return reason, {}

    def approve(
        self, id: int, *, by: Person, origin: str, reason: str = "", answers: Mapping[str, Any] | None = None
    ) -> ApprovalView:
        return self.get(id)

    def deny(self, id: int, *, by: Person, origin: str, reason: str = "") -> ApprovalView:
        return self.get(id)

    def extend(self, id: int, *, by: Person, origin: str) -> ApprovalView:
        return self.get(id)


class Announcements:
    """Nothing is announced."""

    def view(self, stack: str, resource: str, number: str) -> AnnouncedVersion:
        raise NotFound(f"{resource} {number} is not known any more.")

    def mark(self, stack: str, resource: str, number: str, mark: Mark, *, by: Person, origin: str) -> None:
        self.view(stack, resource, number)

    def take_back(self, stack: str, resource: str, number: str, *, by: Person, origin: str) -> None:
        self.view(stack, resource, number)


class Locks:
    """Nothing is locked."""

    def find(self, said: str, *, by: Person) -> str:
        raise NotFound(f'There is no lock "{said}".')

    def all(self, person: Person) -> list[Lock]:
        return []

    def of_stack(self, stack: str, *, by: Person) -> list[Lock]:
        return []

    def may(self, person: Person, verb: str, name: str) -> bool:
        return False

    def reserve(self, name: str, *, by: Person, length: timedelta, why: str, origin: str) -> Lock:
        raise NotFound(f'There is no lock "{name}".')

    def release(self, name: str, *, by: Person, origin: str) -> None:
        raise NotNow(f"Nobody holds {name}.")

    def hand_over(self, name: str, who: str, *, by: Person, origin: str) -> Lock:
        raise NotNow(f"Nobody holds {name}.")

    def may_take_over(self, name: str, *, by: Person, origin: str) -> Lock:
        raise NotNow(f"Nobody holds {name}.")

    def take_over(
        self, name: str, *, by: Person, origin: str, why: str, run: int | None = None, seen: str = ""
    ) -> Lock:
        raise NotNow(f"Nobody holds {name}.")


class Pauses:
    """Nothing is paused."""

    def find(self, words: Sequence[str], *, by: Person) -> str:
        return "*"

    def all(self, person: Person | None = None) -> list[Pause]:
        return []

    def of(self, target: str) -> list[Pause]:
        return []

    def pause(
        self, target: str, *, by: Person, why: str, origin: str, length: timedelta | None = None, channel: str | None
    ) -> Pause:
        raise NotAllowed("You may not pause this.", hint="@platform may.")

    def unpause(self, target: str, *, by: Person, origin: str, channel: str | None) -> list[int]:
        raise NotNow("This is not paused.")


class Freezes:
    """Nothing is frozen."""

    def of(self, stack: str, job: Job, environment: str | None) -> Frozen | None:
        return None

    def places(self, places: Iterable[tuple[Stack, Environment | None]]) -> list[tuple[str, Frozen]]:
        return []

    def in_stack(self, stack: Stack) -> list[tuple[str, Frozen]]:
        return []


class Watch:
    """Nothing is watched."""

    def failing(self, person: Person) -> list[Watcher]:
        return []

    def next_moments(self, person: Person) -> list[NextStart]:
        return []


class Follows:
    """Only a list is kept."""

    def __init__(self) -> None:
        self.known: list[Follow] = []

    def all(self, person: Person) -> list[Follow]:
        return self.known

    def read(self, written: str, *, range: str) -> Thing:  # noqa: A002 - as in stack.yml
        return read_thing(written, range=range, registries={"pypi": "https://packages.example.org/simple"})

    def demand(self, by: Person, origin: str) -> None:
        return

    def refused(self, message: Message, *, why: str) -> None:
        return

    def follow(self, thing: Thing, *, channel: str, channel_name: str, by: Person, origin: str) -> Follow:
        since = datetime(2026, 3, 2, tzinfo=UTC)
        new = Follow(thing=thing, channel=channel, channel_name=channel_name, by_id=by.id, by=by.name, since=since)
        self.known.append(new)
        return new

    def find(self, name: str, *, channel: str, by: Person, origin: str) -> Follow:
        return next(one for one in self.known if one.thing.name == name and one.channel == channel)

    def unfollow(self, name: str, *, by: Person, origin: str) -> Follow:
        [old] = [one for one in self.known if one.name == name]
        self.known.remove(old)
        return old


class ScheduledAnnouncements:
    """Nothing is announced by the clock."""

    def view(self, stack: str, name: str, moment: datetime, late: str = "") -> ScheduledView:
        raise NotFound("There is no announcement.")

    def coming(self, person: Person) -> list[NextAnnouncement]:
        return []
