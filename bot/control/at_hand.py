"""What each person keeps at hand: jobs with their star, and those that they use most."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.base.clock import Clock
from bot.control.jobs import JobOffer, Jobs
from bot.model.person import JobName, Person
from bot.store.store import Store

_MOST_USED = 5


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """One person's jobs at hand: only what they may start today."""

    favourites: Sequence[JobOffer] = ()
    #: The most used that are no favourites.
    most_used: Sequence[JobOffer] = ()


class AtHand:
    """Favourites and habits."""

    def __init__(self, *, store: Store, clock: Clock, jobs: Jobs) -> None:
        self._store = store
        self._clock = clock
        self._jobs = jobs

    def of(self, person: Person) -> Shelf:
        """What *person* has at hand."""
        with self._store.read() as tx:
            starred = tx.people.favourites(person.id)
            used = tx.people.most_used(person.id, limit=_MOST_USED + len(starred))
        offers = {JobName(stack=offer.stack.name, job=offer.job.name): offer for offer in self._jobs.offers(person)}
        often = [name for name in used if name not in starred]
        return Shelf(
            favourites=[offers[name] for name in starred if name in offers],
            most_used=[offers[name] for name in often if name in offers][:_MOST_USED],
        )

    def star(self, person: Person, stack: str, job: str, *, origin: str) -> None:
        """Put a job among the favourites. Raises NotFound, NotAllowed."""
        self._jobs.offer(person, stack, job, origin=origin)
        with self._store.begin() as tx:
            tx.people.star(person.id, JobName(stack=stack, job=job), self._clock.now())

    def unstar(self, person: Person, stack: str, job: str) -> None:
        """Take a job off the favourites, also one that is gone."""
        with self._store.begin() as tx:
            tx.people.unstar(person.id, JobName(stack=stack, job=job))
