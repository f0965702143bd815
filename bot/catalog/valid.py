"""From pydantic's errors to sentences at places: the same for stack.yml, access.yml and the fields of an action."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.base.text import did_you_mean, join_words
from bot.catalog.marks import Entries, Items, Scalar, Value, plain
from bot.catalog.problems import Fault, Mark
from bot.catalog.raw.parts import PATTERNS

#: Keys and indexes that lead from the top of a file to a value.
Path = tuple[str | int, ...]

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
    model: type[BaseModel],
    tree: Value,
    *,
    noun: Callable[[Path], str],
    keys: Callable[[Path], Sequence[str]],
    is_open: Callable[[Value], bool] = lambda _: False,
) -> list[Fault]:
    """Where *tree* does not have the shape of *model*.

    *noun* says what people call the value at a path ("step 2"), *keys* what may be written in it, *is_open* which
    values are not known yet and so cannot be wrong.
    """
    try:
        model.model_validate(plain(tree))
    except ValidationError as error:
        return list(_faults(error, tree, noun, keys, is_open))
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
    error: ValidationError,
    tree: Value,
    noun: Callable[[Path], str],
    keys: Callable[[Path], Sequence[str]],
    is_open: Callable[[Value], bool],
) -> Iterator[Fault]:
    by_path: dict[Path, list[Mapping[str, Any]]] = {}
    for one in error.errors(include_url=False):
        path = _path(tree, one["loc"])
        if one["type"] == "missing":
            path = (*path, one["loc"][-1])
        if one["loc"][-1:] == ("[key]",):
            yield mark_of(tree, path), f'"{path[-1]}" cannot be a name here: {_message(one)}.'
        else:
            by_path.setdefault(path, []).append(one)
    for path, errors in by_path.items():
        value = at(tree, path)
        # Of a union, each alternative complains: the one that went deepest is what was meant.
        goes_deeper = any(other[: len(path)] == path for other in by_path if len(other) > len(path))
        if not goes_deeper and not (value and errors[0]["type"] != "extra_forbidden" and is_open(value)):
            # Of a union, too: the alternative whose type fits says what is wrong with the value.
            fitting = [one for one in errors if one["type"] not in _EXPECTED] or errors
            yield _place(tree, path, fitting[0]["type"]), _sentence(tree, path, fitting, noun, keys)


def _path(tree: Value, loc: Iterable[str | int]) -> Path:
    """*loc* without the names of a union's alternatives, which are in no file."""
    path: Path = ()
    for part in loc:
        if at(tree, (*path, part)) is not None:
            path = (*path, part)
    return path


def _place(tree: Value, path: Path, kind: str) -> Mark:
    if kind == "missing":
        return mark_of(tree, path[:-1])
    value = at(tree, path)
    # What is empty stands nowhere: YAML places it behind its line.
    if kind == "extra_forbidden" or value is None or plain(value) is None:
        return mark_of(tree, path)
    return value.mark


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
    subject = f'"{name}" of {owner}' if noun(path) == f'"{name}"' else noun(path)
    expected = [_EXPECTED[one["type"]] for one in errors if _EXPECTED.get(one["type"])]
    if expected:
        return _wrong_type(subject, at(tree, path), list(dict.fromkeys(expected)))
    if kind == "enum":
        offered = str(errors[0]["ctx"]["expected"]).replace("'", "")
        return f"{subject} has to be {offered}."
    message = _message(errors[0])
    return f"{subject}: {message}" if message.endswith((".", "?")) else f"{subject}: {message}."


def _wrong_type(subject: str, value: Value | None, expected: list[str]) -> str:
    wanted = join_words(expected, last="or")
    match value:
        case Scalar(value=None):
            return f"{subject} is empty. It has to be {wanted}."
        case Scalar(value=float()) if "text" in expected and value.written != str(value.value):
            return f'{value.written} is a number here and would become {value.value}. Quote it: "{value.written}"'
        case Scalar(value=bool() | int() | float()) if "text" in expected:
            # The value is not repeated: it may be a secret that should not stand here at all.
            return f"{subject} has to be text. Put it into quotes."
    return f"{subject} has to be {wanted}."


def _message(error: Mapping[str, Any]) -> str:
    if error["type"] == "string_pattern_mismatch":
        pattern = error["ctx"]["pattern"]
        return PATTERNS.get(pattern) or f"it has to match {pattern}"
    if error["type"] in ("too_short", "string_too_short"):
        return "it is empty"
    message = str(error["msg"]).removeprefix("Value error, ")
    return message.replace("Input should", "it has to").replace("it has to be a valid", "it has to be a")
