"""Reads an access.yml: a list of rules, for all stacks or for the one in whose folder it lies."""

from bot.catalog.kept import Reading
from bot.catalog.marks import Unreadable, plain, read
from bot.catalog.problems import problems
from bot.catalog.raw import RawRule, RawRules, keys_of
from bot.catalog.valid import Path, shape_faults
from bot.model.stack import AccessRule

Rules = tuple[AccessRule, ...]


def read_rules(content: bytes, *, stack: str | None, shown: str) -> Reading[Rules]:
    """The rules of one file, called *shown* in problems; those of a *stack* reach no further than it."""
    try:
        tree = read(content)
    except Unreadable as unreadable:
        return Reading(value=None, problems=problems(shown, unreadable.faults))
    faults = shape_faults(RawRules, tree, noun=_noun, keys=lambda _: list(keys_of(RawRule)))
    if faults:
        return Reading(value=None, problems=problems(shown, faults))
    return Reading(value=tuple(_rule(raw, stack) for raw in RawRules.model_validate(plain(tree)).root))


def nobody(stack: str) -> AccessRule:
    """The rule for a stack whose own rules could never be read: nobody may anything there."""
    return AccessRule(who=("everyone",), may=("all",), on=(stack,), deny=True)


def _rule(raw: RawRule, stack: str | None) -> AccessRule:
    on = _list(raw.on)
    if stack is not None:
        on = tuple(stack if pattern == "*" else f"{stack}/{pattern}" for pattern in on)
    return AccessRule(who=_list(raw.who), may=_list(raw.may), on=on, deny=raw.deny)


def _list(written: list[str] | str) -> tuple[str, ...]:
    return (written,) if isinstance(written, str) else tuple(written)


def _noun(path: Path) -> str:
    match path:
        case (int(index),):
            return f"rule {index + 1}"
        case (*rule, str(key)):
            return f'"{key}" of {_noun(tuple(rule))}'
        case (*before, int(index)):
            return f"item {index + 1} of {_noun(tuple(before))}"
    return "access.yml"
