"""Says what Terraform would do: first all things that it is about, then what becomes of their values."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import JsonValue

from actions.terraform.planned import Change, Kind, Planned, ThingChange

_SIGNS = {
    Kind.DESTROY: ("-", "destroys"),
    Kind.REPLACE: ("±", "replaces"),
    Kind.FORGET: ("·", "lets go of"),
    Kind.CHANGE: ("~", "changes"),
    Kind.CREATE: ("+", "creates"),
    Kind.IMPORT: ("<", "takes over"),
    Kind.MOVE: (">", "renames"),
}
_GONE = "no longer in the configuration"
#: Why something is destroyed or replaced; what needs no reason has none here.
_REASONS = {
    "delete_because_no_resource_config": _GONE,
    "delete_because_no_module": _GONE,
    "delete_because_count_index": _GONE,
    "delete_because_each_key": _GONE,
    "replace_because_tainted": "it is broken",
    "replace_by_triggers": "something that it depends on changes",
}
#: A longer value is cut; a name for the whole of it says whether it is the same.
_LONGEST = 60
_SECRET, _LATER = "(sensitive)", "(known later)"


def plan_text(planned: Planned, *, where: str, back: str = "", masked: Callable[[str], str]) -> str:
    """Lines for people, the same for the same plan. *where*: "" or " in demo-1"; *back* says how it is undone.

    Messages show only the first lines: what must not be missed stands there.
    """
    changes = planned.changes
    outputs = [
        line for name, change in sorted(planned.output_changes.items()) for line in _values(name, change, masked)
    ]
    if not changes and not outputs:
        return f"Nothing to do{where}: all is as the configuration says."
    end = f". {back}" if back else ":"
    lines = [f"{_counts(changes)}{where}{end}", *map(_line, changes)] if changes else [f"Changes outputs only{where}:"]
    for change in changes:
        if found := _values_of(change, masked):
            lines += ["", _address(change), *(f"  {line}" for line in found)]
    if outputs:
        lines += ["", "Outputs", *(f"  {line}" for line in outputs)]
    return "\n".join(lines)


def _counts(changes: list[ThingChange]) -> str:
    """`Destroys 3 things, replaces 1 and creates 2`."""
    counts = Counter(change.kind for change in changes)
    words = [f"{_SIGNS[kind][1]} {counts[kind]}" for kind in Kind if counts[kind]]
    first = next(counts[kind] for kind in Kind if counts[kind])
    words[0] += " thing" if first == 1 else " things"
    said = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return said[0].upper() + said[1:]


def _line(change: ThingChange) -> str:
    sign, _ = _SIGNS[change.kind or Kind.CHANGE]
    why = _why(change)
    return f"{sign} {_address(change)}{f' ({why})' if why else ''}"


def _address(change: ThingChange) -> str:
    return f"{change.address} [{change.deposed}, an older one]" if change.deposed else change.address


def _why(change: ThingChange) -> str:
    """What people need to know beside what the sign says."""
    forced = sorted({str(path[0]) for path in change.change.replace_paths if path})
    notes = [f"{' and '.join(forced)} cannot be changed in place"] if forced else []
    if reason := _REASONS.get(change.action_reason):
        notes.append(reason)
    if change.change.importing is not None:
        notes.append(f"it is {change.change.importing.get('id', 'there')} already")
    if change.previous_address not in {None, change.address}:
        notes.append(f"was {change.previous_address}")
    if change.kind is Kind.FORGET:
        notes.append("it stays where it is")
    return "; ".join(notes)


def _values_of(change: ThingChange, masked: Callable[[str], str]) -> list[str]:
    """Which of its values become others; not of what goes. What is made anew has an id of its own in any case."""
    if change.kind in {Kind.DESTROY, Kind.FORGET}:
        return []
    lines = list(_values("", change.change, masked))
    return [line for line in lines if change.kind is not Kind.REPLACE or not line.endswith(f": {_LATER}")]


def _values(path: str, change: Change, masked: Callable[[str], str]) -> Iterator[str]:
    """A line for each value that becomes another one."""
    if change.actions not in {("no-op",), ("read",)}:
        secret = (change.before_sensitive, change.after_sensitive)
        yield from _differences(path, change.before, change.after, change.after_unknown, secret, masked)


def _differences(
    path: str, before: JsonValue, after: JsonValue, unknown: Any, secret: tuple[Any, Any], masked: Callable[[str], str]
) -> Iterator[str]:
    if True in secret:
        if before != after or _is_marked(unknown):
            yield f"{path or 'value'}: {_SECRET}"
    elif isinstance(before, dict | None) and isinstance(after, dict) and unknown is not True:
        old = before or {}
        # What only is known later is not among the values.
        for key in sorted({*old, *after, *(unknown if isinstance(unknown, dict) else ())}):
            inner = (_part(secret[0], key), _part(secret[1], key))
            name = f"{path}.{key}" if path else key
            yield from _differences(name, old.get(key), after.get(key), _part(unknown, key), inner, masked)
    elif before is None and unknown is True:
        return
    elif before != after or _is_marked(unknown):
        if unknown is True:
            # Without what it is now: of what providers compute, Terraform does not always know that it is secret.
            yield f"{path or 'value'}: {_LATER}"
            return
        old_one = "" if before is None else f"{_shown(before, {}, secret[0], masked)} → "
        yield f"{path or 'value'}: {old_one}{_shown(after, unknown, secret[1], masked)}"


def _is_marked(marks: Any) -> bool:
    """Is it said of any part of a value?"""
    if isinstance(marks, dict | list):
        return any(map(_is_marked, marks.values() if isinstance(marks, dict) else marks))
    return bool(marks)


def _part(marks: Any, key: str | int) -> Any:
    """What *marks* say of a part of a value."""
    if isinstance(marks, dict):
        return marks.get(key, False)
    if isinstance(marks, list):
        return marks[key] if isinstance(key, int) and key < len(marks) else False
    return marks


def _shown(value: JsonValue, unknown: Any, secret: Any, masked: Callable[[str], str]) -> str:
    """A value, short; of a longer one the beginning, and a name for the whole."""
    text = masked(json.dumps(_open(value, unknown, secret), ensure_ascii=False, sort_keys=True))
    if len(text) <= _LONGEST:
        return text
    name = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{text[:_LONGEST]}… ({len(text):,} letters, {name})"


def _open(value: JsonValue, unknown: Any, secret: Any) -> JsonValue:
    """*value* without what is secret or known later."""
    if secret is True:
        return _SECRET
    if unknown is True:
        return _LATER
    if isinstance(value, dict):
        keys = {**value, **(unknown if isinstance(unknown, dict) else {})}
        return {key: _open(value.get(key), _part(unknown, key), _part(secret, key)) for key in keys}
    if isinstance(value, list):
        return [_open(one, _part(unknown, at), _part(secret, at)) for at, one in enumerate(value)]
    return value
