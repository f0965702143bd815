"""Reads an access.yml, for all stacks or for the one in whose folder it lies: roles, and rules, or rules alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path as File

from bot.base.text import did_you_mean
from bot.catalog.kept import Reading
from bot.catalog.marks import Entries, Unreadable, Value, plain, read
from bot.catalog.problems import Fault, Mark, problems
from bot.catalog.raw.stack import RawAccess, RawRole, RawRule, RawRules, keys_of
from bot.catalog.valid import Path, at, shape_faults
from bot.model.person import is_slack_id
from bot.model.stack import AccessRule, Stack

#: The people of each role, as they are written in rules.
Roles = Mapping[str, tuple[str, ...]]
#: `workflows`: the steps of Slack's Workflow Builder, whoever built them. `guests`: who is not of the workspace.
_EVERYBODY = ("everyone", "guests", "workflows")


@dataclass(frozen=True, kw_only=True)
class AccessFile:
    """What one access.yml says."""

    rules: tuple[AccessRule, ...] = ()
    roles: Roles = field(default_factory=dict)
    #: What its rules are about as it is written, each with its place.
    on: tuple[tuple[Mark, str], ...] = ()


def read_access(
    content: bytes, *, stack: str | None, shown: str, roles: Roles | None = None, roles_in: File | None = None
) -> Reading[AccessFile]:
    """One file, called *shown* in problems. What it says for a *stack* reaches no further than it.

    It may name the *roles* of the file for all stacks, *roles_in*.
    """
    looked_at = (roles_in,) if roles_in else ()
    try:
        tree = read(content)
    except Unreadable as unreadable:
        return Reading(value=None, problems=problems(shown, unreadable.faults), looked_at=looked_at)
    faults = shape_faults(RawAccess if isinstance(tree, Entries) else RawRules, tree, noun=_noun, keys=_keys)
    if faults:
        return Reading(value=None, problems=problems(shown, faults), looked_at=looked_at)
    written = plain(tree)
    raw = RawAccess.model_validate(written if isinstance(tree, Entries) else {"rules": written})
    own = {name: _list(role.people) for name, role in raw.roles.items()}
    known = {**(roles or {}), **own}
    faults = list(_unknown_people(tree, raw, known))
    if faults:
        return Reading(value=None, problems=problems(shown, faults), looked_at=looked_at)
    found = [*(_role(role, stack) for role in raw.roles.values()), *(_rule(rule, stack, known) for rule in raw.rules)]
    rules = tuple(rule for rule in found if rule.may)
    return Reading(value=AccessFile(rules=rules, roles=own, on=tuple(_written_on(tree, raw))), looked_at=looked_at)


def lost_rules(file: AccessFile, stack: Stack) -> Iterator[Fault]:
    """Rules of a stack's own *file* about no job of it: one that denies would deny nothing."""
    for mark, written in file.on:
        job = written.partition("/")[0]
        if job != "*" and not any(fnmatchcase(name, job) for name in stack.jobs):
            hint = did_you_mean(job, list(stack.jobs))
            yield mark, f'{stack.title} has no job "{job}", and in this file rules begin at the job. {hint}'.rstrip()


def nobody(stack: str) -> AccessRule:
    """The rule for a stack whose own rules could never be read: nobody may anything there."""
    return AccessRule(who=("everyone",), may=("all",), on=(stack,), deny=True)


def _role(raw: RawRole, stack: str | None) -> AccessRule:
    return AccessRule(who=_list(raw.people), may=_list(raw.may), on=_reach(raw.on, stack))


def _rule(raw: RawRule, stack: str | None, roles: Roles) -> AccessRule:
    who = dict.fromkeys(person for name in _list(raw.who) for person in roles.get(name, (name,)))
    return AccessRule(who=tuple(who), may=_list(raw.may), on=_reach(raw.on, stack), deny=raw.deny)


def _reach(written: list[str] | str, stack: str | None) -> tuple[str, ...]:
    on = _list(written)
    return on if stack is None else tuple(stack if pattern == "*" else f"{stack}/{pattern}" for pattern in on)


def _list(written: list[str] | str) -> tuple[str, ...]:
    return (written,) if isinstance(written, str) else tuple(written)


def _written_on(tree: Value, raw: RawAccess) -> Iterator[tuple[Mark, str]]:
    top: Path = ("rules",) if isinstance(tree, Entries) else ()
    written = [((*top, nth, "on"), rule.on) for nth, rule in enumerate(raw.rules)]
    written += [(("roles", name, "on"), role.on) for name, role in raw.roles.items()]
    for path, on in written:
        for index, pattern in enumerate(_list(on)):
            if place := at(tree, path if isinstance(on, str) else (*path, index)):
                yield place.mark, pattern


def _unknown_people(tree: Value, raw: RawAccess, roles: Roles) -> Iterator[Fault]:
    """Whoever is no group, address, id or role: a rule for them would mean nobody."""
    top: Path = ("rules",) if isinstance(tree, Entries) else ()
    named = [((*top, nth, "who"), rule.who, roles) for nth, rule in enumerate(raw.rules)]
    named += [(("roles", name, "people"), role.people, {}) for name, role in raw.roles.items()]
    for path, written, known in named:
        for index, who in enumerate(_list(written)):
            if not (who in _EVERYBODY or "@" in who or is_slack_id(who) or who in known):
                place = at(tree, path if isinstance(written, str) else (*path, index))
                assert place is not None  # noqa: S101 - it was read from there
                yield place.mark, _who_is_that(who, [*known])


def _who_is_that(who: str, roles: Sequence[str]) -> str:
    kinds = "@group, an address, a Slack user id" + (", a role" if roles else "")
    return f'"{who}" is nobody: write {kinds}, workflows, guests or everyone. {did_you_mean(who, roles)}'.rstrip()


def _keys(path: Path) -> list[str]:
    match path:
        case ():
            return list(keys_of(RawAccess))
        case ("roles", _):
            return list(keys_of(RawRole))
    return list(keys_of(RawRule))


def _noun(path: Path) -> str:
    match path:
        case ("rules", int(index)) | (int(index),):
            return f"rule {index + 1}"
        case ("roles", str(name)):
            return f'role "{name}"'
        case ("roles" | "rules" as key,):
            return f'"{key}"'
        case (*before, str(key)):
            return f'"{key}" of {_noun(tuple(before))}'
        case (*before, int(index)):
            return f"item {index + 1} of {_noun(tuple(before))}"
    return "access.yml"
