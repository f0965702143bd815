"""What people call the parts of a stack.yml, and what may be written in each of them."""

from collections.abc import Iterator, Sequence

from pydantic import BaseModel

from bot.catalog.raw.form import RawChoices, RawField
from bot.catalog.raw.notify import RawNotify, RawQuiet
from bot.catalog.raw.stack import RawApprove, RawEnvironment, RawJob, RawRetry, RawStack, RawStep, RawThen, keys_of
from bot.catalog.raw.watch import RawArtefact, RawCheck, RawFilter, RawResource, RawTrigger, RawWebhook
from bot.catalog.valid import Path
from bot.model.run import HOOKS

#: Mappings that are called as their key is.
_PARTS: dict[str, type[BaseModel]] = {"then": RawThen, "retry": RawRetry, "approve": RawApprove}
_STEPS = ("steps", "do", "in_parallel", *HOOKS)


def noun(path: Path) -> str:
    """`step 2.1`, `field "minutes"`, `job "enable"`: the value at *path* of a stack.yml."""
    return _part(path)[0]


def keys(path: Path) -> Sequence[str]:
    """The keys that the mapping at *path* may have."""
    model = _part(path)[1]
    return list(keys_of(model)) if model else []


def _part(path: Path) -> tuple[str, type[BaseModel] | None]:
    if found := _watch_part(path) or _job_part(path):
        return found
    match path:
        case ():
            return "the stack", RawStack
        case ("notify", int(index)):
            return f"rule {index + 1} of notify", RawNotify
        case ("notify", int(index), "quiet"):
            return "quiet", RawQuiet
        case ("environments", str(name)):
            return f'environment "{name}"', RawEnvironment
        case (*_, "retry"):
            return "retry", RawRetry
        case (*_, str(key)):
            return f'"{key}"', None
        case (*before, int(index)):
            return f"item {index + 1} of {_part(tuple(before))[0]}", None
    return "this", None


def _job_part(path: Path) -> tuple[str, type[BaseModel]] | None:
    """A job and what is declared in it; None for all others."""
    match path:
        case ("jobs", str(name)):
            return f'job "{name}"', RawJob
        case ("jobs", _, *_, "form", str(name)):
            return f'field "{name}"', RawField
        case ("jobs", _, *_, "form", str(name), "choices_from"):
            return f'the choices of "{name}"', RawChoices
        case ("jobs", _, *_, "form", str(group), "fields", str(name)):
            return f'field "{group}.{name}"', RawField
        case ("jobs", _, *inside) if step_id(inside):
            return f"step {step_id(inside)}", RawStep
        case ("jobs", _, *_, "then" | "retry" | "approve" as key):
            return key, _PARTS[key]
    return None


def _watch_part(path: Path) -> tuple[str, type[BaseModel]] | None:
    """The parts that are about things outside, and about what starts jobs; None for all others."""
    match path:
        case ("resources", str(name)):
            return f'resource "{name}"', RawResource
        case ("resources", str(name), "filter"):
            return f'the filter of "{name}"', RawFilter
        case ("resources", _, "deployed"):
            return "deployed", RawCheck
        case ("resources", _, "artefact"):
            return "artefact", RawArtefact
        case ("webhooks", str(name)):
            return f'webhook "{name}"', RawWebhook
        case ("jobs", _, "triggers", int(index)):
            return f"trigger {index + 1}", RawTrigger
    return None


def step_id(inside: Sequence[str | int]) -> str:
    """`["steps", 1, "do", 0]` -> `2.1`, `["on_failure", 0]` -> `on_failure.1`; empty when it is no step's path."""
    parts = list(_ids(inside))
    return "" if len(inside) % 2 or not inside or None in parts else ".".join(part for part in parts if part)


def _ids(inside: Sequence[str | int]) -> Iterator[str | None]:
    for list_name, index in zip(inside[::2], inside[1::2], strict=False):
        if list_name not in _STEPS or not isinstance(index, int):
            yield None
            return
        if list_name in HOOKS:
            yield str(list_name)
        yield str(index + 1)
