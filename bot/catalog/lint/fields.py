"""Checks what a step gives to its action, against the action's own fields."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from actions import library
from actions.api import Action, Check
from bot.base.text import did_you_mean
from bot.catalog.kept import stamp
from bot.catalog.marks import Entries, Scalar, Value, scalars
from bot.catalog.names import Names
from bot.catalog.problems import Fault
from bot.catalog.raw.stack import keys_of
from bot.catalog.valid import Path as ValuePath
from bot.catalog.valid import shape_faults

#: Numbers whose digits get lost: a version like 1.10, a file mode like 0644.
_LOSSY = re.compile(r"0\d+|\d+\.\d*0")
_LONE_ENV = re.compile(r"\{\{\s*env\.(\w+)\s*\}\}")


def action_faults(uses: Value) -> Iterator[Fault]:
    """Is there such an action, and can it be used?"""
    if not (isinstance(uses, Scalar) and isinstance(uses.value, str)):
        return
    if uses.value not in library.names():
        yield uses.mark, f'There is no action "{uses.value}". {did_you_mean(uses.value, library.names())}'
    elif fault := library.fault(uses.value):
        yield uses.mark, f'The action "{uses.value}" cannot be used. {fault}'


def find_action(uses: Value | None) -> type[Action[Any]] | None:
    """The action's class; None when there is none that can be used, which `action_faults` says."""
    with suppress(library.UnknownAction):
        return library.find(str(uses.value)) if isinstance(uses, Scalar) else None
    return None


def output_names(action: type[Action[Any]]) -> Names:
    """What later steps may name of a step that uses *action*."""
    outputs = action.outputs_type()
    # Some put out what is only known when they have run, like Terraform the outputs of its configuration.
    return {"outputs": None if outputs.model_config.get("extra") == "allow" else dict.fromkeys(outputs.model_fields)}


def field_faults(action: type[Action[Any]] | type[Check[Any]], written: Entries) -> list[Fault]:
    """Wrong values, fields that are none, and fields that are missing. Expressions are not known yet."""
    name = library.name_of(action)
    return shape_faults(
        action,
        written,
        noun=lambda path: _noun(name, path),
        keys=lambda path: [] if path else list(keys_of(action)),
        is_open=lambda value: any("{{" in scalar.written for scalar in scalars(value)),
    )


def lossy_faults(value: Value | None) -> Iterator[Fault]:
    """Numbers of free values that are not what they look like."""
    for scalar in scalars(value) if value else ():
        if _LOSSY.fullmatch(scalar.written) and str(scalar.value) != scalar.written:
            instead = f"{scalar.written} is a number here and would become {scalar.value}."
            yield scalar.mark, f'{instead} Quote it: "{scalar.written}"'


def code_faults(action: type[Action[Any]], written: Entries) -> Iterator[Fault]:
    """Expressions in what another program reads as code: what people type must never become a part of it."""
    for name in _code_fields(action):
        value = written.entries.get(name)
        for scalar in scalars(value) if value else ():
            if "{{" in scalar.written:
                yield scalar.mark, f'"{name}" holds code, so no expression may stand in it. Write it out.'


@dataclass
class Payloads:
    """The files of a stack that its actions read."""

    folder: Path
    #: The environments' fields by the environments' names.
    environments: Mapping[str, Entries]
    #: Where was looked: what comes or goes there changes what is wrong.
    looked_at: set[Path] = field(default_factory=set)

    def faults(self, action: type[Action[Any]], written: Entries) -> Iterator[Fault]:
        """Paths in the stack's folder at which nothing is."""
        for name in _path_fields(action):
            value = written.entries.get(name)
            for scalar in scalars(value) if value else ():
                yield from self._one(scalar)

    def _one(self, scalar: Scalar) -> Iterator[Fault]:
        if lone := _LONE_ENV.fullmatch(scalar.written.strip()):
            found = (fields.entries.get(lone[1]) for fields in self.environments.values())
            yield from (fault for field in found if isinstance(field, Scalar) for fault in self._there(field))
        else:
            yield from self._there(scalar)

    def _there(self, scalar: Scalar) -> Iterator[Fault]:
        written = scalar.value
        if not isinstance(written, str) or "{{" in written or Path(written).is_absolute():
            return
        path = self.folder / written
        self.looked_at.add(path)
        if not Path(os.path.normpath(path)).is_relative_to(self.folder):
            yield scalar.mark, f"{written} leads out of the stack's folder. Keep payloads inside the stack."
        elif stamp(path) is None:
            yield scalar.mark, f"There is no file {written}. Paths start at the stack's folder."


def _noun(action: str, path: ValuePath) -> str:
    match path:
        case ():
            return action
        case (*_, str(key)):
            return f'"{key}"'
    return f"item {int(path[-1]) + 1} of {_noun(action, path[:-1])}"


def _path_fields(action: type[Action[Any]]) -> tuple[str, ...]:
    return tuple(name for name, schema in _schemas(action).items() if "'format': 'stack-path'" in str(schema))


def _code_fields(action: type[Action[Any]]) -> tuple[str, ...]:
    return tuple(name for name, schema in _schemas(action).items() if schema.get("format") == "code")


@cache
def _schemas(action: type[Action[Any]]) -> Mapping[str, Any]:
    """The JSON Schemas of its fields. They take longer to write than all else that a step is checked for."""
    properties: Mapping[str, Any] = action.model_json_schema()["properties"]
    return properties
