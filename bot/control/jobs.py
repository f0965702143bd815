"""What may be started, by whom, where and with which answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.catalog.catalog import Catalog
from bot.control.access import Access
from bot.control.forms import read_inputs
from bot.model.form import FormValue
from bot.model.person import Person
from bot.model.stack import Environment, Job, Stack


@dataclass(frozen=True, kw_only=True)
class JobOffer:
    """A job that a person may start, and the environments in which they may."""

    stack: Stack
    job: Job
    environments: tuple[Environment, ...] = ()


class Jobs:
    """The jobs of all stacks, as one person may see them."""

    def __init__(self, *, catalog: Catalog, access: Access) -> None:
        self._catalog = catalog
        self._access = access

    def offers(self, person: Person) -> list[JobOffer]:
        """Everything *person* may start, by stack and in the order of its file."""
        found = []
        for stack in sorted(self._catalog.stacks.values(), key=lambda stack: stack.title.lower()):
            for job in stack.jobs.values():
                offer = self._offer(person, stack, job)
                if offer:
                    found.append(offer)
        return found

    def offer(self, person: Person, stack: str, job: str, *, origin: str) -> JobOffer:
        """One job. Raises NotFound with the nearest names, NotAllowed with who may, of which a record is kept."""
        found_stack, found_job = self._catalog.job(stack, job)
        offer = self._offer(person, found_stack, found_job)
        if offer is None:
            self._access.deny(person, "run", f"{stack}/{job}", name=found_job.title, origin=origin)
        return offer

    def environment(self, offer: JobOffer, name: str | None) -> Environment | None:
        """The environment called *name*. Raises NotFound; None when the job has no environments."""
        return self._catalog.environment(offer.stack, offer.job, name)

    def read_inputs(self, offer: JobOffer, raw: Mapping[str, Any]) -> dict[str, FormValue]:
        """The answers, typed and with defaults filled in. Raises WrongInputs with a sentence per field."""
        return read_inputs(offer.job.form, raw)

    def _offer(self, person: Person, stack: Stack, job: Job) -> JobOffer | None:
        environments = self._catalog.environments(stack, job)
        if not job.environments:
            may = self._access.may(person, "run", f"{stack.name}/{job.name}")
            return JobOffer(stack=stack, job=job) if may else None
        allowed = tuple(
            environment
            for environment in environments
            if self._access.may(person, "run", f"{stack.name}/{job.name}/{environment.name}")
        )
        return JobOffer(stack=stack, job=job, environments=allowed) if allowed else None
