"""From pydantic's errors to sentences at places: the same for stack.yml, access.yml and the fields of an action."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.base.text import did_you_mean, join_words
from bot.catalog.marks import Entries, Items, Scalar, Value, plain
from bot.catalog.problems import Mark

#: Keys and indexes that lead from the top of a file to a value.
Path = tuple[str | int, ...]
Fault = tuple[Mark, str]

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "none_required": "",
}


def shape_faults(
    model: type[BaseModel], tree: Value, *, noun: Callable[[Path], str], keys: Callable[[Path], Sequence[str]]
) -> list[Fault]:
    """Where *tree* does not have the shape of *model*.

    *noun* says what people call the value at a path ("step 2"), *keys* what may be written in it.
    """
    try:
        model.model_validate(plain(tree))
    except ValidationError as error:
        return list(_faults(error, tree, noun, keys))
    return []


def at(tree: Value, path: Iterable[str | int]) -> Value | None:
    """The value at *path*; None when there is none."""
    found: Value | None = tree
    for part in path:
        match found:
            case Entries() if isinstance(part, str):
                found = found.entries.get(part)
            case Items() if isinstance(part, int) and part < len(found.items):
                found = found.items[part]
            case _:
                return None
    return found


def mark_of(tree: Value, path: Path) -> Mark:
    """Where people look for the value at *path*: at its key, or at the item itself."""
    owner = at(tree, path[:-1])
    if path and isinstance(owner, Entries) and path[-1] in owner.keys:
        return owner.keys[str(path[-1])]
    value = at(tree, path)
    return value.mark if value else tree.mark


def _faults(
    error: ValidationError, tree: Value, noun: Callable[[Path], str], keys: Callable[[Path], Sequence[str]]
) -> Iterator[Fault]:
    by_path: dict[Path, list[Mapping[str, Any]]] = {}
    for one in error.errors(include_url=False):
        path = _path(tree, one["loc"])
        if one["type"] == "missing":
            path = (*path, one["loc"][-1])
        by_path.setdefault(path, []).append(one)
    for path, errors in by_path.items():
        # Of a union, each alternative complains: the one that went deepest is what was meant.
        if not any(other[: len(path)] == path for other in by_path if len(other) > len(path)):
            yield _place(tree, path, errors[0]), _sentence(tree, path, errors, noun, keys)


def _path(tree: Value, loc: Iterable[str | int]) -> Path:
    """*loc* without the names of a union's alternatives, which are in no file."""
    path: Path = ()
    for part in loc:
        if at(tree, (*path, part)) is not None:
            path = (*path, part)
    return path


def _place(tree: Value, path: Path, error: Mapping[str, Any]) -> Mark:
    if error["type"] == "missing":
        return mark_of(tree, path[:-1])
    value = at(tree, path)
    is_key = error["type"] == "extra_forbidden" or error["loc"][-1] == "[key]"
    return mark_of(tree, path) if is_key or value is None else value.mark


def _sentence(
    tree: Value,
    path: Path,
    errors: Sequence[Mapping[str, Any]],
    noun: Callable[[Path], str],
    keys: Callable[[Path], Sequence[str]],
) -> str:
    kind, name, owner = errors[0]["type"], str(path[-1]) if path else "", noun(path[:-1])
    if kind == "extra_forbidden":
        known = [key for key in keys(path[:-1]) if at(tree, (*path[:-1], key)) is None]
        return f'{owner} has no key "{name}". {did_you_mean(name, known)}'.rstrip()
    if kind == "missing":
        return f'{owner} needs "{name}".'
    if errors[0]["loc"][-1] == "[key]":
        return f'"{name}" cannot be a name here: {_message(errors[0])}.'
    subject = f'"{name}" of {owner}' if path and isinstance(path[-1], str) else noun(path)
    expected = [_EXPECTED[one["type"]] for one in errors if _EXPECTED.get(one["type"])]
    if expected:
        return _wrong_type(subject, at(tree, path), list(dict.fromkeys(expected)))
    if kind == "enum":
        return f"{subject} has to be {errors[0]['ctx']['expected'].replace(chr(39), '')}."
    return f"{subject}: {_message(errors[0])}".rstrip(".") + ("" if _message(errors[0]).endswith("?") else ".")


def _wrong_type(subject: str, value: Value | None, expected: list[str]) -> str:
    wanted = join_words(expected, last="or")
    match value:
        case Scalar(value=None):
            return f"{subject} is empty. Write {wanted}; a text that begins with # needs quotes."
        case Scalar(value=float()) if "text" in expected and value.written != str(value.value):
            return f'{value.written} is a number here and would become {value.value}. Quote it: "{value.written}"'
        case Scalar(value=bool() | int() | float()) if "text" in expected:
            # The value is not repeated: it may be a secret that should not stand here at all.
            return f"{subject} has to be text. Put it into quotes."
    return f"{subject} has to be {wanted}."


def _message(error: Mapping[str, Any]) -> str:
    if error["type"] == "string_pattern_mismatch":
        return f"it has to match {error['ctx']['pattern']}"
    if error["type"] == "too_short" or error["type"] == "string_too_short":
        return "it is empty"
    message = str(error["msg"]).removeprefix("Value error, ")
    return message.replace("Input should", "it has to").replace("it has to be a valid", "it has to be a")
