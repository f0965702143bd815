"""Finds actions and checks by name.

`kubernetes.scale` is class Scale in actions/kubernetes/scale.py, an action; `github.releases` is class Releases in
actions/github/releases.py, a check.
"""

import importlib
import importlib.util
import pkgutil
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

import actions
from actions.api import Action, ActionFailed, Check

Filled = TypeVar("Filled", bound=BaseModel)

#: `class Scale(Action[Scaled])`, with its name and what it is.
_CLASS = re.compile(r"^class (\w+)\([^)]*\b(Action|Check)\[", re.MULTILINE)


class UnknownAction(LookupError):  # noqa: N818
    """There is no action of this name that can be used."""


class UnknownCheck(LookupError):  # noqa: N818
    """There is no check of this name that can be used."""


def names() -> list[str]:
    """The names of all actions, sorted, found by their files; nothing is imported."""
    return list(_names_of("Action"))


def check_names() -> list[str]:
    """The names of all checks, sorted, found by their files; nothing is imported."""
    return list(_names_of("Check"))


@cache
def find(name: str) -> type[Action[Any]]:
    """The action class that a stack calls *name*.

    Raises UnknownAction; `names` has what to suggest, and `fault` what is wrong with one that is there.
    """
    made = _class(name) if name in names() and not fault(name) else None
    if not (isinstance(made, type) and issubclass(made, Action)):
        raise UnknownAction(name)
    return made


@cache
def find_check(name: str) -> type[Check[Any]]:
    """The check class that a stack calls *name*.

    Raises UnknownCheck; `check_names` has what to suggest, and `fault` what is wrong with one that is there.
    """
    made = _class(name) if name in check_names() and not fault(name) else None
    if not (isinstance(made, type) and issubclass(made, Check)):
        raise UnknownCheck(name)
    return made


def fault(name: str) -> str:
    """Why Python cannot read the file of an action or check that is there, in a sentence; empty when it can."""
    try:
        _class(name)
    except Exception as error:  # noqa: BLE001 - what its author wrote may raise anything
        return f"{type(error).__name__}: {str(error).partition(chr(10))[0].rstrip('.')}."
    return ""


def fill(kind: type[Filled], values: Mapping[str, Any]) -> Filled:
    """An action or a check with its fields. Raises ActionFailed, with the first that does not fit it."""
    try:
        return kind.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ").rstrip(".")
        hint = "Check the values that it is given."
        raise ActionFailed(": ".join(filter(None, (name_of(kind), where, f"{said}."))), hint=hint) from error


def name_of(made: type[BaseModel]) -> str:
    """What a stack calls this action or check; the reverse of `find` and `find_check`."""
    return made.__module__.removeprefix("actions.")


def class_name(word: str) -> str:
    """`run_playbook` -> `RunPlaybook`."""
    return "".join(part.capitalize() for part in word.split("_"))


@cache
def _names_of(kind: str) -> tuple[str, ...]:
    found = []
    folders = [entry for place in actions.__path__ for entry in Path(place).iterdir()]
    for integration in sorted(entry for entry in folders if (entry / "__init__.py").is_file()):
        if integration.name == "api":
            continue
        found += [
            f"{integration.name}.{module.name}"
            for module in pkgutil.iter_modules([str(integration)])
            if _holds(integration / f"{module.name}.py", kind)
        ]
    return tuple(sorted(found))


def _class(name: str) -> Any:
    """What the file of *name*, which is known to exist, holds under the name that is its own."""
    integration, _, word = name.partition(".")
    return getattr(importlib.import_module(f"actions.{integration}.{word}"), class_name(word), None)


def _holds(path: Path, kind: str) -> bool:
    # Files that only help (client.py, cli.py) hold no class of their own name that is an action or a check.
    own = class_name(path.stem), kind
    return any(found.groups() == own for found in _CLASS.finditer(path.read_text(encoding="utf-8")))
