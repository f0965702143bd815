"""What stands in an open form: which rows it has, and what was put into its inputs.

An input keeps what was typed as long as its block's id stays the same. So the id of a field ends in a mark where its
content must be new: when a preset was chosen, or when its list is another one.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from bot.control.forms.forms import Asked
from bot.model.form import FieldType, FormField
from bot.slack.ids import ENVIRONMENT, PRESET, VALUE, JobRef, field_block, field_of
from bot.slack.views.fields import read_answer, whole_value

State = Mapping[str, Mapping[str, Mapping[str, Any]]]


def chosen_environment(state: State) -> str | None:
    """The environment that was picked in the form; None when it did not ask."""
    return _picked(state, ENVIRONMENT)


def chosen_preset(state: State) -> str:
    """The preset that was picked; empty: none."""
    return _picked(state, PRESET) or ""


def given_answers(form: Sequence[FormField], state: State, ref: JobRef) -> dict[str, Any]:
    """What stands in the form's inputs, by field name; of a group all rows. A field that is not shown is not in it."""
    inputs = {field_of(block): found.get(VALUE) for block, found in state.items() if field_of(block)}
    answers: dict[str, Any] = {}
    for field in form:
        if field.type is FieldType.GROUP:
            if field.name in ref.rows:
                answers[field.name] = [_row(field, row, inputs) for row in rows_of(ref, field.name)]
        elif field.name in inputs:
            answers[field.name] = read_answer(field, inputs[field.name])
    return answers


def whole(answers: Mapping[str, Any], asked: Sequence[Asked]) -> dict[str, Any]:
    """*answers* with the whole values of choices for which Slack gave back what stands for them.

    Which values there are is known only once the lists of the fields have been read.
    """
    found = dict(answers)
    for one in asked:
        name, given = one.field.name, answers.get(one.field.name)
        if one.rows and isinstance(given, list):
            found[name] = [whole(row, inner) for row, inner in zip(given, one.rows, strict=True)]
        elif isinstance(given, list) and one.field.type is not FieldType.FILE:
            found[name] = [whole_value(one.field, str(value)) for value in given]
        elif isinstance(given, str):
            found[name] = whole_value(one.field, given)
    return found


def block_of(asked: Asked, ref: JobRef, *, before: str = "") -> str:
    """The block id of one input; *before* is "GROUP.ROW." inside a group."""
    source = asked.field.choices_from
    mark = f"{zlib.crc32(json.dumps(asdict(source), sort_keys=True, default=str).encode()):x}" if source else ""
    # No preset has a file: one that was chosen stays.
    turn = "" if asked.field.type is FieldType.FILE else ref.turn
    return field_block(f"{before}{asked.field.name}", mark=f"{turn}{mark}")


def rows_of(ref: JobRef, group: str) -> list[str]:
    """The names of a group's rows, in their order; a row keeps its name when another one goes."""
    return [row for row in ref.rows.get(group, "").split(",") if row]


def with_rows(ref: JobRef, form: Sequence[FormField], answers: Mapping[str, Any]) -> JobRef:
    """*ref* with a row for each that *answers* has, and those that a group begins with."""
    counts = {field.name: _first_rows(field, answers) for field in form if field.type is FieldType.GROUP}
    return replace(ref, rows={name: ",".join(map(str, range(count))) for name, count in counts.items()})


def with_empty_rows(answers: Mapping[str, Any], form: Sequence[FormField], ref: JobRef) -> dict[str, Any]:
    """*answers* with an empty row for each that *ref* has and nobody has answered yet."""
    found = dict(answers)
    for field in form:
        rows = answers.get(field.name) or []
        if field.type is FieldType.GROUP and isinstance(rows, list):
            found[field.name] = [*rows, *({} for _ in rows_of(ref, field.name)[len(rows) :])]
    return found


def one_row_more(ref: JobRef, group: str) -> JobRef:
    """*ref* with a new, empty row."""
    rows = rows_of(ref, group)
    return replace(ref, rows={**ref.rows, group: ",".join([*rows, str(max(map(int, rows), default=-1) + 1)])})


def one_row_less(ref: JobRef, group: str, row: str) -> JobRef:
    """*ref* without a row."""
    return replace(ref, rows={**ref.rows, group: ",".join(one for one in rows_of(ref, group) if one != row)})


def place_of_error(name: str, ref: JobRef) -> str:
    """`hosts.1.port`, which counts rows, as `hosts.7.port`, which names them."""
    group, _, inside = name.partition(".")
    index, _, field = inside.partition(".")
    rows = rows_of(ref, group)
    return f"{group}.{rows[int(index)]}.{field}" if index.isdecimal() and int(index) < len(rows) else name


def _picked(state: State, block: str) -> str | None:
    picked = state.get(block, {}).get(VALUE, {}).get("selected_option")
    return str(picked["value"]) if picked else None


def _row(group: FormField, row: str, inputs: Mapping[str | None, Any]) -> dict[str, Any]:
    places = {field.name: f"{group.name}.{row}.{field.name}" for field in group.fields}
    shown = [field for field in group.fields if places[field.name] in inputs]
    return {field.name: read_answer(field, inputs[places[field.name]]) for field in shown}


def _first_rows(group: FormField, answers: Mapping[str, Any]) -> int:
    given = answers.get(group.name)
    least = int(group.min) if group.min is not None else int(group.required)
    return max(len(given) if isinstance(given, list) else 0, least)
