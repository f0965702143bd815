"""What may be started, by whom, where and with which answers."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from bot.base.errors import Refused
from bot.catalog.catalog import Catalog, none_of_its_environments
from bot.control.access import Access, Rights
from bot.model.person import Person
from bot.model.stack import Environment, Job, Stack

#: Of so many people what they may start is remembered.
_PEOPLE_KEPT = 200


@dataclass(frozen=True, kw_only=True)
class JobOffer:
    """A job that a person may start, and the environments in which they may."""

    stack: Stack
    job: Job
    environments: tuple[Environment, ...] = ()


def demand_that_people_may_start(job: Job) -> None:
    """Raise Refused for a job that only other jobs start."""
    if job.only_called:
        raise Refused(f"{job.title} is not started by people.", hint="Other jobs start it as one of their steps.")


class Jobs:
    """The jobs of all stacks, as one person may see them."""

    def __init__(self, *, catalog: Catalog, access: Access) -> None:
        self._catalog = catalog
        self._access = access
        self._lock = threading.Lock()
        self._known: OrderedDict[Person, _Kept] = OrderedDict()

    def offers(self, person: Person) -> Sequence[JobOffer]:
        """Everything *person* may start, by stack and in the order of its file. From memory, while nothing changes."""
        return [offer for _, offer in self._found(person)]

    def search(self, person: Person, text: str, *, most: int) -> list[JobOffer]:
        """What *person* may start whose names and titles hold every word of *text*, the best first.

        Answered from memory: somebody types, and looks at an empty list meanwhile.
        """
        words = text.lower().split()
        if not words:
            return [offer for _, offer in islice(self._found(person), most)]
        fits = list(self._found(person))
        for word in words:
            # One plain list after the other: ten times as fast as all words of one job after the other.
            fits = [fit for fit in fits if word in fit[0]]
        # A place begins with the job's title. Jobs that fit equally well stay in the order of their files.
        best = [offer for place, offer in fits if place.startswith(words[0])]
        rest = (offer for place, offer in fits if not place.startswith(words[0]))
        return [*best[:most], *islice(rest, max(most - len(best), 0))]

    def offer(self, person: Person, stack: str, job: str, *, origin: str) -> JobOffer:
        """One job.

        Raises NotFound with the nearest names, NotAllowed with who may, of which a record is kept, and Refused where
        only other jobs may.
        """
        found_stack, found_job = self._catalog.job(stack, job)
        demand_that_people_may_start(found_job)
        offer = self._offer(self._access.rights(person), found_stack, found_job)
        if offer is None:
            if self.has_no_place(found_stack, found_job):
                raise none_of_its_environments(found_stack, found_job)
            self._access.deny(person, "run", f"{stack}/{job}", name=found_job.title, origin=origin)
        return offer

    def has_no_place(self, stack: Stack, job: Job) -> bool:
        """Is the job about environments of which none exists here, now?"""
        return bool(job.environments) and not self._catalog.environments(stack, job)

    def here(self, stack: Stack) -> list[Job]:
        """The jobs of its menu that can be started here, in the order of the file."""
        return [job for job in stack.menu if self._catalog.may_have_a_place(stack, job)]

    def why_not(self, stack: Stack, job: Job) -> str:
        """Why a person who is offered no such job cannot start it."""
        if self.has_no_place(stack, job):
            return str(none_of_its_environments(stack, job))
        return f"You may not run it. {self._access.who_may('run', f'{stack.name}/{job.name}')}"

    def environment(self, offer: JobOffer, name: str | None) -> Environment | None:
        """The environment called *name*. Raises NotFound; None when the job has no environments."""
        return self._catalog.environment(offer.stack, offer.job, name)

    def _found(self, person: Person) -> Iterator[tuple[str, JobOffer]]:
        """What *person* may start, each with the words by which it is found."""
        kept = self._kept(person)
        for stack in kept.stacks:
            known = kept.offers.get(stack.name)
            yield from self._look(self._access.rights(person), stack) if known is None else known

    def _kept(self, person: Person) -> "_Kept":
        version = self._catalog.version
        with self._lock:
            known = self._known.get(person)
            if known and known.version == version:
                self._known.move_to_end(person)
                return known
        rights = self._access.rights(person)
        stacks = sorted(self._catalog.stacks.values(), key=lambda stack: stack.title.lower())
        fixed = [stack for stack in stacks if not any(one.each for one in stack.environments.values())]
        offers = {stack.name: tuple(self._look(rights, stack)) for stack in fixed}
        kept = _Kept(version=version, stacks=stacks, offers=offers)
        with self._lock:
            self._known[person] = kept
            while len(self._known) > _PEOPLE_KEPT:
                self._known.popitem(last=False)
        return kept

    def _look(self, rights: Rights, stack: Stack) -> Iterator[tuple[str, JobOffer]]:
        for job in stack.menu:
            if offer := self._offer(rights, stack, job):
                yield f"{job.title} {stack.title} {stack.name}/{job.name}".lower(), offer

    def _offer(self, rights: Rights, stack: Stack, job: Job) -> JobOffer | None:
        environments = self._catalog.environments(stack, job)
        if not job.environments:
            may = rights.may("run", f"{stack.name}/{job.name}")
            return JobOffer(stack=stack, job=job) if may else None
        allowed = tuple(
            environment
            for environment in environments
            if rights.may("run", f"{stack.name}/{job.name}/{environment.name}")
        )
        return JobOffer(stack=stack, job=job, environments=allowed) if allowed else None


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """What one person may start, while no file changes."""

    version: int
    #: All of them, by title.
    stacks: Sequence[Stack]
    #: By stack; without those whose environments come and go with the versions of a resource.
    offers: Mapping[str, Sequence[tuple[str, JobOffer]]]
