"""What people call the parts of a stack.yml, and what may be written in each of them."""

from collections.abc import Iterator, Sequence

from pydantic import BaseModel

from bot.catalog.raw import RawEnvironment, RawField, RawJob, RawRetry, RawStack, RawStep, RawThen, keys_of
from bot.catalog.valid import Path

_STEPS = ("steps", "do", "in_parallel", "on_failure", "ensure")


def noun(path: Path) -> str:
    """`step 2.1`, `field "minutes"`, `job "enable"`: the value at *path* of a stack.yml."""
    return _part(path)[0]


def keys(path: Path) -> Sequence[str]:
    """The keys that the mapping at *path* may have."""
    model = _part(path)[1]
    return list(keys_of(model)) if model else []


def _part(path: Path) -> tuple[str, type[BaseModel] | None]:
    match path:
        case ():
            return "the stack", RawStack
        case ("environments", str(name)):
            return f'environment "{name}"', RawEnvironment
        case ("jobs", str(name)):
            return f'job "{name}"', RawJob
        case ("jobs", _, "form", str(name)):
            return f'field "{name}"', RawField
        case ("jobs", _, "then"):
            return "then", RawThen
        case ("jobs", _, *inside) if step_id(inside):
            return f"step {step_id(inside)}", RawStep
        case (*_, "retry"):
            return "retry", RawRetry
        case (*_, str(key)):
            return f'"{key}"', None
        case (*before, int(index)):
            return f"item {index + 1} of {_part(tuple(before))[0]}", None
    return "this", None


def step_id(inside: Sequence[str | int]) -> str:
    """`["steps", 1, "do", 0]` -> `2.1`, `["on_failure", 0]` -> `on_failure.1`; empty when it is no step's path."""
    parts = list(_ids(inside))
    return "" if len(inside) % 2 or not inside or None in parts else ".".join(part for part in parts if part)


def _ids(inside: Sequence[str | int]) -> Iterator[str | None]:
    for list_name, index in zip(inside[::2], inside[1::2], strict=False):
        if list_name not in _STEPS or not isinstance(index, int):
            yield None
            return
        if list_name in ("on_failure", "ensure"):
            yield str(list_name)
        yield str(index + 1)
