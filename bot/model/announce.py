"""Announcements: what a channel is told of a new version, and what people then said about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class Every(StrEnum):
    """How often a channel is told of all that is new at once."""

    DAILY = "daily"
    WEEKLY = "weekly"

    @property
    def noun(self) -> str:
        """`day`."""
        return {Every.DAILY: "day", Every.WEEKLY: "week"}[self]

    @property
    def length(self) -> timedelta:
        """From one to the next."""
        return {Every.DAILY: timedelta(days=1), Every.WEEKLY: timedelta(days=7)}[self]


@dataclass(frozen=True, kw_only=True)
class Announce:
    """How the versions of a resource are announced."""

    channel: str
    #: A template, or the name of a file in the stack's `templates` ("release.md.j2"); empty: ours.
    template: str = ""
    #: The job that the button starts; empty: there is none.
    start: str = ""
    #: Answers that fill its form; expressions over the resource.
    form: Mapping[str, Any] = field(default_factory=dict)
    #: Told in one message with all others, so often; None: each by itself.
    digest: Every | None = None


class Mark(StrEnum):
    """What somebody said about a version."""

    SKIPPED = "skipped"
    SNOOZED = "snoozed"
    DEPLOYED = "deployed"


@dataclass(frozen=True, kw_only=True)
class MarkedVersion:
    """A version that somebody said something about."""

    mark: Mark
    by: str
    at: datetime
    #: When a snoozed one is told of again.
    until: datetime | None = None


def announcement_key(watcher: str, number: str) -> str:
    """The key of the message about a version: there is one, however often it is found."""
    return f"version:{watcher}:{number}"
