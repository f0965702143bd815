"""Announcements by the clock: what a channel is told at a time, whatever happened."""

from dataclasses import dataclass
from enum import StrEnum

from bot.model.times import Times


class Show(StrEnum):
    """Where the next one stands."""

    #: Each is a message of its own.
    NEW = "new"
    #: One message, edited each time.
    UPDATE = "update"
    #: The same, pinned.
    PIN = "pin"


@dataclass(frozen=True, kw_only=True)
class Scheduled:
    """An announcement that a stack declares for a time."""

    name: str
    title: str
    channel: str
    times: Times
    #: A template, or the name of a file in the stack's `templates`.
    template: str
    #: An expression; where it is not true, nobody is told.
    when: str | None = None
    show: Show = Show.NEW
