"""Reads one stack.yml: its shape, then its meaning; what is wrong with either is told at once."""

from dataclasses import dataclass
from pathlib import Path

from bot.catalog.build.stack import build_stack
from bot.catalog.calls import Call
from bot.catalog.kept import Reading
from bot.catalog.lint.stack import meaning_faults
from bot.catalog.marks import Unreadable, plain, read
from bot.catalog.problems import problems
from bot.catalog.raw.stack import RawStack
from bot.catalog.shape import keys, noun
from bot.catalog.valid import shape_faults
from bot.model.stack import Stack


@dataclass(frozen=True, kw_only=True)
class StackFile:
    """What one stack.yml says."""

    stack: Stack
    #: The steps that run jobs, perhaps of other stacks: what is wrong with them only all files together can tell.
    calls: tuple[Call, ...] = ()


def read_stack(content: bytes, *, folder: Path, shown: str) -> Reading[StackFile]:
    """The stack in *folder*, whose stack.yml holds *content* and is called *shown* in problems."""
    try:
        tree = read(content)
    except Unreadable as unreadable:
        return Reading(value=None, problems=problems(shown, unreadable.faults))
    meaning, looked_at, calls = meaning_faults(tree, folder)
    faults = [*shape_faults(RawStack, tree, noun=noun, keys=keys), *meaning]
    if faults:
        return Reading(value=None, problems=problems(shown, faults), looked_at=looked_at)
    stack = build_stack(RawStack.model_validate(plain(tree)), folder)
    return Reading(value=StackFile(stack=stack, calls=calls), looked_at=looked_at)
