"""Pauses: nothing begins there until somebody ends them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.base.text import format_moment
from bot.model.stack import Stack

#: What holds for every stack.
EVERYTHING = "*"
#: What a run's `held` says when a pause keeps it from beginning.
HELD = "pause"


@dataclass(frozen=True, kw_only=True)
class Pause:
    """Nothing begins at *target* or below it; what runs goes on to its end."""

    #: A glob over `stack/job/environment`; a shorter one covers all below it.
    target: str
    person_id: str
    person: str
    since: datetime
    why: str
    #: When it ends by itself; None: when somebody ends it.
    until: datetime | None = None
    #: The titles of today in the place of the target's names; see `titled`.
    title: str = ""

    @property
    def what(self) -> str:
        """What people call it: see `named`."""
        return self.title or named(self.target, {})

    def reaches(self, stack: str) -> bool:
        """Does it hold for something of *stack*?"""
        return self.target.partition("/")[0] in {EVERYTHING, stack}

    @property
    def in_words(self) -> str:
        """One sentence: "Ada paused Shop at 14:02 UTC, until 16:02 UTC: network work"."""
        until = f", until {format_moment(self.until, beside=self.since)}" if self.until else ""
        return f"{self.person} paused {self.what} at {format_moment(self.since, beside=self.since)}{until}: {self.why}"


def pause_key(target: str) -> str:
    """The key of the timer that ends a pause."""
    return f"pause:{target}"


def titled(pauses: Iterable[Pause], stacks: Mapping[str, Stack]) -> list[Pause]:
    """The pauses, called by the titles that their stacks and jobs have today."""
    return [replace(pause, title=named(pause.target, stacks)) for pause in pauses]


def named(target: str, stacks: Mapping[str, Stack]) -> str:
    """What people call a target: "everything", "Shop", "everything in staging", "Deploy of Shop in staging"."""
    stack, job, environment = [*target.split("/"), "*", "*"][:3]
    declared = stacks.get(stack)
    place = "everything" if stack == "*" else declared.title if declared else stack
    title = declared.jobs[job].title if declared and job in declared.jobs else job
    what = place if job == "*" else f"{title} of {place}"
    return what if environment == "*" else f"{what} in {environment}"
