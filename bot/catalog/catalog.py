"""All stacks as they are declared now. Edits are picked up; a broken one harms nothing but itself."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.base.errors import NotFound
from bot.base.text import did_you_mean, join_words
from bot.catalog.access_file import AccessFile, lost_rules, nobody, read_access
from bot.catalog.calls import call_problems
from bot.catalog.expressions import ExpressionProblem, evaluate
from bot.catalog.freezes_file import UNREADABLE, read_freezes
from bot.catalog.kept import Kept, keep
from bot.catalog.problems import Mark, Problem, problems
from bot.catalog.stack_file import StackFile, read_stack
from bot.model.follow import FOLLOWED
from bot.model.freeze import Freeze
from bot.model.stack import LONGEST_ENVIRONMENT, AccessRule, Environment, Job, Stack
from bot.model.watch import Resource

#: The versions of a resource that are there now, as expressions see them; asked with the stack's and its own name.
Present = Callable[[str, str], Sequence[Mapping[str, Any]]]

STACK_FILE = "stack.yml"
ACCESS_FILE = "access.yml"
FREEZES_FILE = "freezes.yml"


@dataclass(frozen=True)
class _Files:
    """The files by name of their folder; the access.yml for all stacks has the name ""."""

    stacks: Mapping[str, Kept[StackFile]] = field(default_factory=dict)
    rules: Mapping[str, Kept[AccessFile]] = field(default_factory=dict)
    #: None: there is no freezes.yml.
    freezes: Kept[tuple[Freeze, ...]] | None = None
    #: The resources that no file declares: people follow them from Slack.
    followed: Mapping[str, Resource] = field(default_factory=dict)
    #: Set when the folder itself cannot be read.
    trouble: tuple[Problem, ...] = ()


class Catalog:
    """The stacks of one folder, read when they are first asked for.

    Any thread may ask; `refresh` swaps everything at once.
    """

    def __init__(
        self,
        folder: Path,
        vars: Callable[[], Mapping[str, Any]],  # noqa: A002 - as in stacks
        present: Present = lambda _stack, _resource: (),
        followed: Callable[[], Mapping[str, Resource]] = dict,
    ) -> None:
        """*followed* are the resources that people follow from Slack: they make a stack without a folder."""
        self._folder = folder
        self._vars = vars
        self._present = present
        self._followed = followed
        self._refreshing = threading.Lock()
        self._known: _Files | None = None
        self._version = 0

    def refresh(self) -> bool:
        """Look at the files again. True if anything changed, or if it is the first look."""
        with self._refreshing:
            read = self._read(self._known or _Files())
            is_new = read != self._known
            # The files first: who then remembers something of them under the old version only looks once more.
            self._known = read
            self._version += is_new
            return is_new

    @property
    def _files(self) -> _Files:
        while self._known is None:
            self.refresh()
        return self._known

    @property
    def version(self) -> int:
        """Grows with every change of the files."""
        return self._version

    @property
    def stacks(self) -> Mapping[str, Stack]:
        """All of them by name."""
        files = self._files
        found = {name: kept.good.stack for name, kept in files.stacks.items() if kept.good}
        if files.followed:
            found[FOLLOWED] = Stack(
                name=FOLLOWED, title="Followed", jobs={}, resources=files.followed, folder=self._folder
            )
        return found

    @property
    def mistaken(self) -> frozenset[str]:
        """Stacks whose file has a mistake now: their last good version is in use, or they are not there."""
        return frozenset(name for name, kept in self._files.stacks.items() if kept.problems)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong in the files, in their order."""
        files = self._files
        found = [problem for kept in files.stacks.values() for problem in kept.problems]
        found += [problem for kept in files.rules.values() for problem in kept.problems]
        found += files.freezes.problems if files.freezes else ()
        if FOLLOWED in files.stacks:
            place = f"{self._folder.name}/{FOLLOWED}/{STACK_FILE}"
            found.append(
                Problem(place, Mark(1, 1), "This name stands for what people follow from Slack. Take another.")
            )
        calls = {
            name: (f"{self._folder.name}/{name}/{STACK_FILE}", kept.good.calls)
            for name, kept in files.stacks.items()
            if kept.good
        }
        found += call_problems(calls, self.stacks)
        found += self._lost_rules()
        return (*files.trouble, *sorted(found))

    def _lost_rules(self) -> Iterator[Problem]:
        stacks = self.stacks
        for name, kept in self._files.rules.items():
            if kept.good and name in stacks:
                place = f"{self._folder.name}/{name}/{ACCESS_FILE}"
                yield from problems(place, lost_rules(kept.good, stacks[name]))

    @property
    def freezes(self) -> tuple[Freeze, ...]:
        """The rules of freezes.yml; while it was never readable everything is frozen."""
        kept = self._files.freezes
        if kept is None:
            return ()
        return (UNREADABLE,) if kept.good is None else kept.good

    @property
    def access(self) -> tuple[AccessRule, ...]:
        """The rules of all access.yml; empty, so that nobody may anything, when the one for all was never readable."""
        rules = self._files.rules
        if "" in rules and rules[""].good is None:
            return ()
        return tuple(
            rule for name, kept in rules.items() for rule in ((nobody(name),) if kept.good is None else kept.good.rules)
        )

    @property
    def has_access_file(self) -> bool:
        """Did anybody write down who may do what, readable or not?"""
        return bool(self._files.rules)

    @property
    def vars(self) -> Mapping[str, Any]:
        """What expressions find under `vars`."""
        return self._vars()

    def looks_at(self, resource: Resource) -> bool:
        """Is *resource* looked at on this machine: is its `when` true?"""
        return _is_true(resource.when, {"vars": self.vars})

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

    def environments(
        self, stack: Stack, job: Job, *, given: Mapping[str, Any] = MappingProxyType({})
    ) -> tuple[Environment, ...]:
        """Those of the job's environments that exist now, in the order of the file.

        *given* holds a version that a trigger is about, by its resource: its environment exists also when it is gone.
        """
        found = [one for name in job.environments for one in self._made(stack, stack.environments[name], given)]
        return tuple(one for one in found if _is_true(one.when, {**one.given, "vars": self.vars}))

    def may_have_a_place(self, stack: Stack, job: Job) -> bool:
        """Can the job be started here, now or once a version of a resource makes an environment?"""
        made = any(stack.environments[name].each for name in job.environments)
        return made or not job.environments or bool(self.environments(stack, job))

    def environment_names(self, stack: Stack) -> tuple[str, ...]:
        """All environments of *stack* that exist now, in the order of the file."""
        found = [one for declared in stack.environments.values() for one in self._made(stack, declared, {})]
        return tuple(one.name for one in found if _is_true(one.when, {**one.given, "vars": self.vars}))

    def environment(
        self, stack: Stack, job: Job, name: str | None, *, given: Mapping[str, Any] = MappingProxyType({})
    ) -> Environment | None:
        """One environment of a job: the only one, if none is named. None: the job has none.

        Raises NotFound with the nearest names.
        """
        if not job.environments:
            if name is not None:
                raise NotFound(f'{job.title} has no environments, and so no "{name}".', hint="Leave it out.")
            return None
        known = {environment.name: environment for environment in self.environments(stack, job, given=given)}
        if name is None:
            if len(known) == 1:
                return next(iter(known.values()))
            if not known:
                raise none_of_its_environments(stack, job)
            raise NotFound(f"{job.title} needs an environment.", hint=_which(list(known)))
        if name not in known:
            if name in job.environments:
                raise NotFound(f"The `when` of {name} is not true here.", hint=_which(list(known)))
            raise NotFound(f'{job.title} has no environment "{name}".', hint=did_you_mean(name, list(known)))
        return known[name]

    def _made(self, stack: Stack, declared: Environment, given: Mapping[str, Any]) -> Iterator[Environment]:
        """The environment itself, or the one for each version that is there."""
        if declared.each is None:
            yield declared
            return
        of = declared.each
        made: dict[str, Environment] = {}
        for version in [*([given[of]] if of in given else []), *self._present(stack.name, of)]:
            try:
                name = str(evaluate(declared.name, {of: version, "vars": self.vars}))
            except ExpressionProblem:
                continue  # a version that has no such field has no such environment
            if len(name) > LONGEST_ENVIRONMENT:
                continue  # nobody could choose it; its triggers say so
            made.setdefault(name, replace(declared, name=name, given={of: version}))
        yield from made.values()

    def _read(self, before: _Files) -> _Files:
        shown = self._folder.name
        try:
            entries = sorted(entry for entry in self._folder.iterdir() if not entry.name.startswith("."))
        except OSError as error:
            trouble = Problem(shown, Mark(1, 1), f"The folder of the stacks cannot be read: {error.strerror}.")
            return replace(before, trouble=(trouble,))
        stacks, rules = {}, self._read_access(entries, before)
        for path in (entry for entry in entries if (entry / STACK_FILE).is_file()):
            place = f"{shown}/{path.name}/{STACK_FILE}"
            stacks[path.name] = keep(
                path / STACK_FILE, place, before.stacks.get(path.name), partial(read_stack, folder=path, shown=place)
            )
        return _Files(stacks, rules, self._read_freezes(before), self._followed())

    def _read_freezes(self, before: _Files) -> Kept[tuple[Freeze, ...]] | None:
        path, shown = self._folder / FREEZES_FILE, f"{self._folder.name}/{FREEZES_FILE}"
        return keep(path, shown, before.freezes, partial(read_freezes, shown=shown)) if path.is_file() else None

    def _read_access(self, entries: Sequence[Path], before: _Files) -> dict[str, Kept[AccessFile]]:
        """The access.yml for all stacks, whose roles those of the stacks may name, and then these."""
        found: dict[str, Kept[AccessFile]] = {}
        for_all = self._folder / ACCESS_FILE
        if for_all.is_file():
            place = f"{self._folder.name}/{ACCESS_FILE}"
            found[""] = keep(for_all, place, before.rules.get(""), partial(read_access, stack=None, shown=place))
        good = found[""].good if found else None
        for path in (entry for entry in entries if (entry / ACCESS_FILE).is_file()):
            place = f"{self._folder.name}/{path.name}/{ACCESS_FILE}"
            roles = good.roles if good else {}
            read = partial(read_access, stack=path.name, shown=place, roles=roles, roles_in=for_all)
            found[path.name] = keep(path / ACCESS_FILE, place, before.rules.get(path.name), read)
        return found


def none_of_its_environments(stack: Stack, job: Job) -> NotFound:
    """Of a job that has environments, none of which exists now: whoever asks is to know why."""
    declared = [stack.environments[name] for name in job.environments]
    resources = sorted({one.each for one in declared if one.each})
    if resources:
        why = f"There is one for each {join_words(resources)}, and none is there now."
    else:
        names = join_words([one.name for one in declared])
        why = f'{names}: not on this machine, by "when" in stacks/{stack.name}/stack.yml.'
    return NotFound(f"{job.title} has no environment here.", hint=why)


def _is_true(when: str | None, scope: Mapping[str, Any]) -> bool:
    if when is None:
        return True
    try:
        return bool(evaluate(when, scope))
    except ExpressionProblem:
        # It depends on something that this machine was not told: it is nothing of this machine.
        return False


def _which(names: list[str]) -> str:
    return f"Name {join_words(names, last='or')}." if names else "None of its environments exists here."
