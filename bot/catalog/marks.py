"""YAML 1.2 in which every value knows its line and column.

`on`, `yes`, `1:30` and dates stay text. A key that comes twice, a tag, or aliases that grow without end are mistakes.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from bot.catalog.problems import Fault, Mark

_MOST_BYTES = 1_000_000
#: After aliases are followed: ten lines of aliases to aliases can mean a billion values.
_MOST_VALUES = 50_000
_MOST_DEEP = 50

# The core schema, https://yaml.org/spec/1.2.2/#1032-tag-resolution; ruamel's own resolver knows more than it.
_NULL = re.compile(r"~|null|Null|NULL|")
_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
# What ruamel takes a plain value for; which of them it is, is decided here.
_YAML = "tag:yaml.org,2002:"
_KINDS = ("str", "int", "float", "bool", "null", "map", "seq", "timestamp", "merge", "value")
_TAGS = frozenset(_YAML + kind for kind in _KINDS)
_LONGEST_NUMBER = 300
_WRONG_KEY = 'A key has to be text. If this is an expression, put it into quotes: "{{ … }}".'
# Neither a database nor JSON between programs takes them.
_UNSTORABLE = re.compile("[\\0\ud800-\udfff]")


class Unreadable(Exception):  # noqa: N818
    """A file that is no YAML at all, or not the YAML that is read here. *faults* are places and sentences."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(text for _, text in faults))
        self.faults = faults


@dataclass(frozen=True)
class Scalar:
    """A text, number, bool or nothing."""

    mark: Mark
    value: str | int | float | bool | None
    #: As it stands in the file: "1.10" where the value is 1.1.
    written: str


@dataclass(frozen=True)
class Items:
    """A list."""

    mark: Mark
    items: tuple["Value", ...]


@dataclass(frozen=True)
class Entries:
    """A mapping. Its keys are text, as they are written."""

    mark: Mark
    entries: Mapping[str, "Value"]
    keys: Mapping[str, Mark]


Value = Scalar | Items | Entries
_Node = ScalarNode | SequenceNode | MappingNode


def read(content: bytes) -> Value:
    """The tree of a file's one document. Raises Unreadable."""
    node = _compose(_decode(content))
    if node is None:
        raise Unreadable([(Mark(1, 1), "The file is empty.")])
    maker = _Maker()
    value = maker.value(node, 0)
    if maker.faults:
        raise Unreadable(maker.faults)
    return value


def plain(value: Value) -> Any:
    """The same without places: dicts, lists and scalars."""
    match value:
        case Scalar():
            return value.value
        case Items():
            return [plain(item) for item in value.items]
        case Entries():
            return {key: plain(item) for key, item in value.entries.items()}


def scalars(value: Value) -> Iterator[Scalar]:
    """All scalars within, in the order of the file."""
    match value:
        case Scalar():
            yield value
        case Items():
            for item in value.items:
                yield from scalars(item)
        case Entries():
            for item in value.entries.values():
                yield from scalars(item)


def _decode(content: bytes) -> str:
    if len(content) > _MOST_BYTES:
        raise Unreadable([(Mark(1, 1), f"The file has more than {_MOST_BYTES // 1000} kB.")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", errors="replace")
        raise Unreadable([(_end(before), "This is no UTF-8. Save the file as UTF-8.")]) from None


def _compose(text: str) -> _Node | None:
    yaml = YAML(typ="safe", pure=True)
    yaml.max_depth = _MOST_DEEP
    # YAML allows to use an anchor's name again.
    yaml.composer.warn_double_anchors = False
    try:
        found: _Node | None = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1)
        raise Unreadable([(place, _sentence(error))]) from None
    except YAMLError as error:
        place = _end(text[: getattr(error, "position", 0)])
        raise Unreadable([(place, "This character is not allowed in YAML. Remove it.")]) from None
    return found


def _sentence(error: MarkedYAMLError) -> str:
    problem = str(error.problem or error.context or "it cannot be read")
    if problem.startswith("but "):
        problem = f"{error.context}, {problem}"
    if "maximum depth" in problem:
        return "The file is nested too deeply."
    if "'\\t'" in problem:
        return "A tab stands here. YAML is indented with spaces."
    if "cannot start any token" in problem:
        return f"This is no YAML: {problem}. Put the text into quotes."
    hint = " Quote a text that holds a colon and a space." if "mapping values are not allowed" in problem else ""
    return f"This is no YAML: {problem}.{hint}"


def _end(text: str) -> Mark:
    """The place right behind *text*."""
    return Mark(text.count("\n") + 1, len(text) - text.rfind("\n"))


def _mark(node: _Node) -> Mark:
    return Mark(node.start_mark.line + 1, node.start_mark.column + 1)


class _Maker:
    """Makes values of ruamel's nodes; an alias is the same node once more."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._made = 0

    def value(self, node: _Node, depth: int) -> Value:
        self._made += 1
        if self._made > _MOST_VALUES or depth > _MOST_DEEP:
            raise Unreadable([(_mark(node), "The file's values, aliases followed, are too many or nested too deeply.")])
        self._check(node)
        if isinstance(node, MappingNode):
            return self._entries(node, depth)
        if isinstance(node, SequenceNode):
            return Items(_mark(node), tuple(self.value(item, depth + 1) for item in node.value))
        return _scalar(node)

    def _check(self, node: _Node) -> None:
        if str(node.tag) not in _TAGS:
            tag = str(node.tag).replace(_YAML, "!!")
            self.faults.append((_mark(node), f'The tag "{tag}" is not read here. Remove it.'))
        if isinstance(node, ScalarNode) and _UNSTORABLE.search(node.value):
            self.faults.append((_mark(node), "This text holds a character that is none (NUL or half a pair)."))

    def _entries(self, node: MappingNode, depth: int) -> Entries:
        entries: dict[str, Value] = {}
        keys: dict[str, Mark] = {}
        for key, item in node.value:
            if not isinstance(key, ScalarNode):
                self.faults.append((_mark(node), _WRONG_KEY))
            elif key.value in keys:
                first = keys[key.value]
                self.faults.append((_mark(key), f'The key "{key.value}" stands in line {first.line} already.'))
            elif key.value == "<<" and key.style is None:
                self.faults.append((_mark(key), 'YAML 1.2 has no "<<". Write the keys out.'))
            else:
                self._check(key)
                keys[key.value] = _mark(key)
                entries[key.value] = self.value(item, depth + 1)
        return Entries(_mark(node), entries, keys)


def _scalar(node: ScalarNode) -> Scalar:
    written = str(node.value)
    # What is quoted, a block, or tagged as text, is text, whatever it looks like.
    is_text = node.style is not None or str(node.tag).endswith(":str")
    value = written if is_text else _resolve(written)
    return Scalar(_mark(node), value, written)


def _resolve(written: str) -> str | int | float | bool | None:
    if _NULL.fullmatch(written):
        return None
    if _TRUE.fullmatch(written):
        return True
    if _FALSE.fullmatch(written):
        return False
    if len(written) > _LONGEST_NUMBER:
        return written
    if _INTEGER.fullmatch(written):
        return int(written, 0) if written[:2] in {"0o", "0x"} else int(written)
    if _NUMBER.fullmatch(written):
        number = float(written)
        return number if math.isfinite(number) else written
    return written
