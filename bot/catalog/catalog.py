"""All stacks as they are declared now. Edits are picked up; a broken one harms nothing but itself."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bot.base.errors import NotFound
from bot.base.text import did_you_mean, join_words
from bot.catalog.access_file import Rules, nobody, read_rules
from bot.catalog.expressions import ExpressionProblem, evaluate
from bot.catalog.kept import Kept, keep
from bot.catalog.problems import Mark, Problem
from bot.catalog.stack_file import read_stack
from bot.model.stack import AccessRule, Environment, Job, Stack

STACK_FILE = "stack.yml"
ACCESS_FILE = "access.yml"


@dataclass(frozen=True)
class _Files:
    """The files by name of their folder; the access.yml for all stacks has the name ""."""

    stacks: Mapping[str, Kept[Stack]] = field(default_factory=dict)
    rules: Mapping[str, Kept[Rules]] = field(default_factory=dict)
    #: Set when the folder itself cannot be read.
    trouble: tuple[Problem, ...] = ()


class Catalog:
    """The stacks of one folder. Any thread may ask; `refresh` swaps everything at once."""

    def __init__(self, folder: Path, vars: Callable[[], Mapping[str, Any]]) -> None:  # noqa: A002 - as in stacks
        self._folder = folder
        self._vars = vars
        self._refreshing = threading.Lock()
        self._files = _Files()
        self.refresh()

    def refresh(self) -> bool:
        """Look at the files again. True if anything changed."""
        with self._refreshing:
            before, self._files = self._files, self._read(self._files)
            return before != self._files

    @property
    def stacks(self) -> Mapping[str, Stack]:
        """All of them by name."""
        return {name: kept.good for name, kept in self._files.stacks.items() if kept.good}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong in the files, in their order."""
        files = self._files
        found = [problem for kept in files.stacks.values() for problem in kept.problems]
        found += [problem for kept in files.rules.values() for problem in kept.problems]
        return (*files.trouble, *sorted(found))

    @property
    def access(self) -> tuple[AccessRule, ...]:
        """The rules of all access.yml; empty, so that nobody may anything, when the one for all was never readable."""
        rules = self._files.rules
        if "" in rules and rules[""].good is None:
            return ()
        return tuple(
            rule for name, kept in rules.items() for rule in ((nobody(name),) if kept.good is None else kept.good)
        )

    @property
    def has_access_file(self) -> bool:
        """Did anybody write down who may do what, readable or not?"""
        return bool(self._files.rules)

    @property
    def vars(self) -> Mapping[str, Any]:
        """What expressions find under `vars`."""
        return self._vars()

    def stack(self, name: str) -> Stack:
        """One stack. Raises NotFound with the nearest names."""
        stacks = self.stacks
        if name not in stacks:
            raise NotFound(f'There is no stack "{name}".', hint=did_you_mean(name, list(stacks)))
        return stacks[name]

    def job(self, stack: str, job: str) -> tuple[Stack, Job]:
        """One job. Raises NotFound with the nearest names."""
        found = self.stack(stack)
        if job not in found.jobs:
            raise NotFound(f'{found.title} has no job "{job}".', hint=did_you_mean(job, list(found.jobs)))
        return found, found.jobs[job]

    def environments(self, stack: Stack, job: Job) -> tuple[Environment, ...]:
        """Those of the job's environments that exist now, in the order of the file."""
        scope = {"vars": self.vars}
        return tuple(stack.environments[name] for name in job.environments if _exists(stack.environments[name], scope))

    def environment(self, stack: Stack, job: Job, name: str | None) -> Environment | None:
        """One environment of a job: the only one, if none is named. None: the job has none.

        Raises NotFound with the nearest names.
        """
        if not job.environments:
            if name is not None:
                raise NotFound(f'{job.title} has no environments, and so no "{name}".', hint="Leave it out.")
            return None
        known = {environment.name: environment for environment in self.environments(stack, job)}
        if name is None:
            if len(known) == 1:
                return next(iter(known.values()))
            raise NotFound(f"{job.title} needs an environment.", hint=_which(list(known)))
        if name not in known:
            if name in job.environments:
                raise NotFound(f"The `when` of {name} is not true here.", hint=_which(list(known)))
            raise NotFound(f'{job.title} has no environment "{name}".', hint=did_you_mean(name, list(known)))
        return known[name]

    def _read(self, before: _Files) -> _Files:
        shown = self._folder.name
        try:
            entries = sorted(entry for entry in self._folder.iterdir() if not entry.name.startswith("."))
        except OSError as error:
            trouble = Problem(shown, Mark(1, 1), f"The folder of the stacks cannot be read: {error.strerror}.")
            return _Files(before.stacks, before.rules, (trouble,))
        stacks, rules = {}, {}
        for path in (entry for entry in [self._folder, *entries] if (entry / ACCESS_FILE).is_file()):
            name, place = ("", shown) if path == self._folder else (path.name, f"{shown}/{path.name}")
            read = partial(read_rules, stack=name or None, shown=f"{place}/{ACCESS_FILE}")
            rules[name] = keep(path / ACCESS_FILE, f"{place}/{ACCESS_FILE}", before.rules.get(name), read)
        for path in (entry for entry in entries if (entry / STACK_FILE).is_file()):
            place = f"{shown}/{path.name}/{STACK_FILE}"
            stacks[path.name] = keep(
                path / STACK_FILE, place, before.stacks.get(path.name), partial(read_stack, folder=path, shown=place)
            )
        return _Files(stacks, rules)


def _exists(environment: Environment, scope: Mapping[str, Any]) -> bool:
    if environment.when is None:
        return True
    try:
        return bool(evaluate(environment.when, scope))
    except ExpressionProblem:
        # It depends on something that this machine was not told: it is not a place of this machine.
        return False


def _which(names: list[str]) -> str:
    return f"Name {join_words(names, last='or')}." if names else "None of its environments exists here."
