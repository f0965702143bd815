"""Rules that a piece of JSON keeps or breaks, said in Slack's words: `must be ... [json-pointer:/blocks/0/text]`."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.sandbox.wire import Json


class Rule(Protocol):
    """One thing to keep to."""

    def broken(self, value: Any, at: str) -> Iterator[str]:
        """What is wrong with *value*, which stands at the JSON pointer *at*."""


def error(text: str, at: str) -> str:
    """One message as Slack writes it."""
    return f"[ERROR] {text} [json-pointer:{at}]"


@dataclass(frozen=True)
class Str:
    """A text of a certain length, and maybe of a certain shape."""

    most: int
    least: int = 1
    shape: str = ""

    def broken(self, value: Any, at: str) -> Iterator[str]:
        """Is it a string, neither too long nor too short?"""
        if not isinstance(value, str):
            yield error("must be a string", at)
        elif len(value) > self.most:
            yield error(f"must be less than {self.most + 1} characters", at)
        elif len(value) < self.least:
            yield error(f"must be more than {self.least - 1} characters", at)
        elif self.shape and not re.fullmatch(self.shape, value):
            yield error("failed to match the required pattern", at)


@dataclass(frozen=True)
class Bool:
    """True or false."""

    def broken(self, value: Any, at: str) -> Iterator[str]:
        """Is it a bool?"""
        if not isinstance(value, bool):
            yield error("must be a boolean", at)


@dataclass(frozen=True)
class Whole:
    """A whole number in a range."""

    least: int
    most: int

    def broken(self, value: Any, at: str) -> Iterator[str]:
        """Is it a number in the range?"""
        if not isinstance(value, int) or isinstance(value, bool):
            yield error("must be an integer", at)
        elif not self.least <= value <= self.most:
            yield error(f"must be between {self.least} and {self.most}", at)


@dataclass(frozen=True)
class OneOf:
    """One of some words."""

    words: tuple[str, ...]

    def broken(self, value: Any, at: str) -> Iterator[str]:
        """Is it one of them?"""
        if value not in self.words:
            yield error(f"must be one of: {', '.join(self.words)}", at)


@dataclass(frozen=True)
class Anything:
    """What the sandbox does not look into."""

    def broken(self, value: Any, at: str) -> Iterator[str]:
        """Never."""
        del value, at
        return iter(())


@dataclass(frozen=True)
class Items:
    """A list, each item of which keeps *each*."""

    each: Rule
    most: int
    least: int = 1

    def broken(self, value: Any, at: str) -> Iterator[str]:
        """Is it a list, neither too long nor too short, of good items?"""
        if not isinstance(value, list):
            yield error("must be an array", at)
        elif len(value) > self.most:
            yield error(f"no more than {self.most} items allowed", at)
        elif len(value) < self.least:
            yield error(f"must have at least {self.least} item{'s' if self.least > 1 else ''}", at)
        else:
            for index, item in enumerate(value):
                yield from self.each.broken(item, f"{at}/{index}")


@dataclass(frozen=True)
class Shape:
    """An object with known fields."""

    fields: Mapping[str, Rule]
    required: tuple[str, ...] = ()
    #: What concerns several fields at once.
    whole: Callable[[Json, str], Iterator[str]] | None = None

    def broken(self, value: Any, at: str) -> Iterator[str]:
        """Is it an object with all required fields, none unknown, and each good?"""
        if not isinstance(value, dict):
            yield error("must be an object", at)
            return
        for name in self.required:
            if value.get(name) is None:
                yield error(f"missing required field: {name}", at)
        for name, one in value.items():
            if name == "type":
                continue
            if name not in self.fields:
                yield error(f"invalid additional property: {name}", at)
            elif one is not None:
                yield from self.fields[name].broken(one, f"{at}/{name}")
        if self.whole:
            yield from self.whole(value, at)


@dataclass(frozen=True)
class Typed:
    """An object whose `type` says which of several shapes it has."""

    shapes: Mapping[str, Rule]
    #: The types that may stand here; empty means all.
    here: frozenset[str] = field(default=frozenset())

    def broken(self, value: Any, at: str) -> Iterator[str]:
        """Is it of a type that may stand here, and of its shape?"""
        if not isinstance(value, dict):
            yield error("must be an object", at)
            return
        kind = value.get("type")
        if kind is None:
            yield error("missing required field: type", at)
        elif not isinstance(kind, str) or kind not in self.shapes or (self.here and kind not in self.here):
            yield error(f"unsupported type: {kind}", f"{at}/type")
        else:
            yield from self.shapes[kind].broken(value, at)
