"""Which locks there are: the names that the jobs of all stacks compute, and what each of them locks.

People say what they mean in three ways, and the first that fits counts: a lock's own name ("site/staging"), a stack and
an environment ("maintenance/staging"), or an environment alone ("staging").
"""

from collections.abc import Collection, Iterator, Mapping

from bot.base.errors import NotFound, Refused
from bot.base.text import did_you_mean, join_words
from bot.catalog.catalog import Catalog
from bot.catalog.plan import lock_of
from bot.model.stack import Environment, Job, Stack
from bot.model.target import target_of

#: The name of a lock, and the jobs that need it, as `stack/job/environment`.
LockNames = Mapping[str, frozenset[str]]


def lock_names(catalog: Catalog) -> LockNames:
    """All locks that are known before a form is filled; one whose name depends on answers is known once it is held."""
    found: dict[str, set[str]] = {}
    for stack, job, environment in _everywhere(catalog):
        try:
            name = lock_of(stack, job, environment, {}, catalog.vars)
        except Refused:
            continue
        if name is not None:
            place = environment.name if environment else None
            found.setdefault(name, set()).add(target_of(stack.name, job.name, place))
    return {name: frozenset(targets) for name, targets in found.items()}


def named(said: str, names: LockNames, held: Collection[str]) -> str:
    """The lock that is meant by *said*. Raises NotFound with the nearest names, or with those that it could be."""
    if said in names or said in held:
        return said
    meant = sorted(name for name, targets in names.items() if any(_fits(said, target) for target in targets))
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise NotFound(f'"{said}" has {join_words(meant)}.', hint="Name one of these locks.")
    raise NotFound(f'There is no lock "{said}".', hint=did_you_mean(said, sorted({*names, *held})))


def _fits(said: str, target: str) -> bool:
    stack, _, rest = target.partition("/")
    environment = rest.partition("/")[2]
    return bool(environment) and said in {environment, f"{stack}/{environment}"}


def _everywhere(catalog: Catalog) -> Iterator[tuple[Stack, Job, Environment | None]]:
    for stack in catalog.stacks.values():
        for job in stack.jobs.values():
            if job.lock is not None:
                for environment in catalog.environments(stack, job) or (None,):
                    yield stack, job, environment
