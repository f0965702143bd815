"""What the Slack edge asks about things outside and the clock: how they are watched, announced and followed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.control.watchers.announcements import AnnouncedVersion
from bot.control.watchers.scheduled import ScheduledView
from bot.model.announce import Mark
from bot.model.follow import Follow, Thing
from bot.model.message import Message
from bot.model.person import Person
from bot.model.scheduled import Scheduled
from bot.model.stack import Job
from bot.model.watch import Watcher


class NextStart(Protocol):
    """A job that the clock is going to start."""

    @property
    def job(self) -> Job:
        """The job."""

    @property
    def at(self) -> datetime:
        """When."""


class Watch(Protocol):
    """What is watched outside, and what the clock starts."""

    def failing(self, person: Person) -> Sequence[Watcher]:
        """The checks that fail for a while, of the stacks that *person* sees."""

    def next_moments(self, person: Person) -> Sequence[NextStart]:
        """What the clock is going to start next, of the jobs that *person* sees, soonest first."""


class Announcements(Protocol):
    """New versions."""

    def view(self, stack: str, resource: str, number: str) -> AnnouncedVersion:
        """A version as its message shows it now. Raises NotFound."""

    def mark(self, stack: str, resource: str, number: str, mark: Mark, *, by: Person, origin: str) -> None:
        """Take down what *by* says of it. Raises NotFound, NotAllowed."""

    def take_back(self, stack: str, resource: str, number: str, *, by: Person, origin: str) -> None:
        """Forget what was said of it. Raises NotFound, NotAllowed."""


class NextAnnouncement(Protocol):
    """An announcement that the clock is going to make."""

    @property
    def announcement(self) -> Scheduled:
        """The announcement."""

    @property
    def at(self) -> datetime:
        """When."""


class ScheduledAnnouncements(Protocol):
    """What is announced by the clock."""

    def view(self, stack: str, name: str, moment: datetime, late: str = "") -> ScheduledView:
        """What the announcement of *moment* shows now. Raises NotFound."""

    def coming(self, person: Person) -> Sequence[NextAnnouncement]:
        """What the clock is going to announce next, of the stacks that *person* sees, soonest first."""


class Follows(Protocol):
    """What people follow."""

    def all(self, person: Person) -> Sequence[Follow]:
        """What is followed, and *person* may see."""

    def read(self, written: str, *, range: str) -> Thing:  # noqa: A002 - as in stack.yml
        """What is meant. Raises Refused."""

    def demand(self, by: Person, origin: str) -> None:
        """Raise NotAllowed unless *by* may follow things."""

    def follow(self, thing: Thing, *, channel: str, channel_name: str, by: Person, origin: str) -> Follow:
        """Tell a channel of new versions. Raises NotAllowed, NotNow."""

    def find(self, name: str, *, channel: str, by: Person, origin: str) -> Follow:
        """The one that is meant. Raises NotAllowed, NotFound."""

    def unfollow(self, name: str, *, by: Person, origin: str) -> Follow:
        """End it. Raises NotAllowed, NotFound."""

    def refused(self, message: Message, *, why: str) -> None:
        """Tell who follows something, alone, that Slack takes a message about it in no channel."""
