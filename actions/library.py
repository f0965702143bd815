"""Finds actions by name: `kubernetes.scale` is class Scale in actions/kubernetes/scale.py."""

import importlib
import importlib.util
import pkgutil
from functools import cache
from pathlib import Path
from typing import Any

from actions.api import Action


class UnknownAction(LookupError):  # noqa: N818
    """There is no action of this name."""


def names() -> list[str]:
    """The names of all actions, sorted, found by their files; nothing is imported."""
    folder = Path(__file__).parent
    found = []
    for integration in sorted(entry for entry in folder.iterdir() if (entry / "__init__.py").is_file()):
        if integration.name == "api":
            continue
        found += [
            f"{integration.name}.{module.name}"
            for module in pkgutil.iter_modules([str(integration)])
            if _is_action_file(integration / f"{module.name}.py")
        ]
    return sorted(found)


@cache
def find(name: str) -> type[Action[Any]]:
    """The action class that a stack calls *name*.

    Raises UnknownAction; `names` has what to suggest.
    """
    integration, _, verb = name.partition(".")
    if not (integration.isidentifier() and verb.isidentifier()) or name not in names():
        raise UnknownAction(name)
    module = importlib.import_module(f"actions.{integration}.{verb}")
    made = getattr(module, class_name(verb), None)
    if not (isinstance(made, type) and issubclass(made, Action)):
        raise UnknownAction(name)
    return made


def name_of(action: type[Action[Any]]) -> str:
    """What a stack calls this action; the reverse of `find`."""
    return action.__module__.removeprefix("actions.")


def class_name(verb: str) -> str:
    """`run_playbook` -> `RunPlaybook`."""
    return "".join(part.capitalize() for part in verb.split("_"))


def _is_action_file(path: Path) -> bool:
    # Helpers of a folder (client.py, cli.py) hold no class of their own name that is an Action.
    return f"class {class_name(path.stem)}(Action[" in path.read_text(encoding="utf-8")
