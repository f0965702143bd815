"""Locks: names that only one may hold."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A place in the queue for a lock: a run's, that needs it until it ends, or a person's, for a while."""

    id: int
    #: The run that waits; None when a person does.
    run: int | None
    #: Who: the person that waits, or that started the run.
    holder: str
    why: str = ""
    #: The person's id; None when a run waits.
    person_id: str | None = None
    #: How long the person wants it; None: a run needs it until it ends.
    length: timedelta | None = None

    @property
    def name(self) -> str:
        """What people call who waits: "Ada", "Ada's Maintenance on (#12)"."""
        return in_words(self.run, self.holder, self.why)

    @property
    def who(self) -> str:
        """Who waits, for a button: its id may stand for somebody else's place by the time that it is pressed."""
        return str(self.person_id if self.run is None else self.run)


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A name that only one run or person may hold; others queue in order.

    What a person holds keeps others out: their own runs work under it, one after the other.
    """

    name: str
    #: The run that holds it; beside a person, the run of theirs that works under it.
    run: int | None
    #: Who: the person that holds it, or that started the run.
    holder: str
    since: datetime
    why: str = ""
    #: The person's id; None when a run holds it.
    person_id: str | None = None
    #: When a person's reservation ends by itself; None: a run holds it until it ends.
    until: datetime | None = None
    #: The timer that ends it then.
    timer: int | None = None
    #: Who waits for it, first in line first.
    queue: tuple[Claim, ...] = ()

    @property
    def owner(self) -> str:
        """What people call who holds it: "Ada", "Ada's Maintenance on (#12)"."""
        return in_words(None if self.person_id else self.run, self.holder, self.why)

    @property
    def hands(self) -> str:
        """In whose hands it is, a person's, a run's or both: for whoever was told so, the same while that is true."""
        return f"{self.person_id or ''}/{self.run or ''}"

    def place_of(self, *, run: int | None = None, person_id: str | None = None) -> int | None:
        """How many are before a run or a person in the queue; None: they are not in it."""
        places = (at for at, one in enumerate(self.queue) if (one.run, one.person_id) == (run, person_id))
        return next(places, None)


def in_words(run: int | None, holder: str, why: str) -> str:
    """Who holds a lock or waits for it."""
    return holder if run is None else f"{holder}'s {why} (#{run})"


def given_back(name: str, kept: Lock | None) -> str:
    """What follows when somebody gives a lock back, and a run of theirs still works there as *kept* says."""
    then = f" {kept.owner} still works there; the next in line gets it then." if kept else ""
    return f"You gave {name} back.{then}"


def reservation_key(name: str) -> str:
    """The key of the timer that ends a person's reservation."""
    return f"lock:{name}"
