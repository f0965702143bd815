"""The fields of a form as Slack's inputs, and what people put into them."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from bot.base.text import cut
from bot.model.form import Choice, FieldType, FormField, FormValue
from bot.slack.ids import VALUE, field_block
from bot.slack.limits import (
    INPUT_HINT,
    INPUT_LABEL,
    INPUT_TEXT,
    OPTION_GROUPS,
    OPTION_TEXT,
    OPTION_VALUE,
    OPTIONS,
    PLACEHOLDER,
    Block,
)
from bot.slack.views.parts import words

YES = "yes"


def field_input(field: FormField, answer: FormValue) -> Block:
    """One input; *answer* fills it, if it is one that this input can show."""
    label = f"{field.label} ({field.unit})" if field.unit else field.label
    block: Block = {
        "type": "input",
        "block_id": field_block(field.name),
        "label": words(label, INPUT_LABEL),
        "element": {**_ELEMENTS[field.type](field, answer), "action_id": VALUE},
        # A box that is not ticked is an answer, too; Slack would demand the tick.
        "optional": not field.required or field.type is FieldType.BOOLEAN,
    }
    if hint := _hint(field):
        block["hint"] = words(hint, INPUT_HINT)
    return block


def read_answer(field: FormField, given: Mapping[str, Any] | None) -> FormValue:
    """What stands in the input now; None when nothing does."""
    if given is None:
        return None
    if field.type is FieldType.BOOLEAN:
        return bool(given.get("selected_options"))
    if field.type is FieldType.MULTI_CHOICE:
        picked = [str(option.get("value")) for option in given.get("selected_options") or []]
        return [_choice_of(field, value) for value in picked]
    if field.type is FieldType.CHOICE:
        option = given.get("selected_option")
        return _choice_of(field, str(option.get("value"))) if option else None
    value = given.get(_GIVEN.get(field.type, "value"))
    return None if value in (None, "") else str(value)


def option(text: str, value: str) -> dict[str, Any]:
    """One of the things to choose."""
    return {"text": words(text, OPTION_TEXT), "value": option_value(value)}


def option_value(value: str) -> str:
    """*value*, or what stands for it where it is longer than Slack allows."""
    return value if len(value) <= OPTION_VALUE else f"sha256:{hashlib.sha256(value.encode()).hexdigest()}"


_GIVEN = {FieldType.DATE: "selected_date", FieldType.TIME: "selected_time"}


def _choice_of(field: FormField, value: str) -> str:
    return next((choice.value for choice in field.choices if option_value(choice.value) == value), value)


def _hint(field: FormField) -> str:
    return " ".join(part for part in (field.help, _range(field)) if part)


def _range(field: FormField) -> str:
    if field.type not in {FieldType.INTEGER, FieldType.NUMBER}:
        return ""
    unit = f" {field.unit}" if field.unit else ""
    match field.min, field.max:
        case None, None:
            return ""
        case least, None:
            return f"At least {least:.15g}{unit}."
        case None, most:
            return f"At most {most:.15g}{unit}."
        case least, most:
            return f"{least:.15g} to {most:.15g}{unit}."


def _text(field: FormField, answer: FormValue) -> dict[str, Any]:
    element: dict[str, Any] = {"type": "plain_text_input", "multiline": field.type is FieldType.LONG_TEXT}
    if field.type is FieldType.DURATION:
        element["placeholder"] = words("30m, 1h30m, 2d", PLACEHOLDER)
    if answer not in (None, ""):
        element["initial_value"] = cut(str(answer), INPUT_TEXT)
    return element


def _number(field: FormField, answer: FormValue) -> dict[str, Any]:
    element: dict[str, Any] = {
        "type": "number_input",
        "is_decimal_allowed": field.type is FieldType.NUMBER,
    }
    # No least and greatest here: Slack's own words would come instead of ours, which name the range.
    if _is_number(answer, whole=field.type is FieldType.INTEGER):
        element["initial_value"] = f"{answer:.15g}" if isinstance(answer, float) else str(answer)
    return element


def _is_number(answer: FormValue, *, whole: bool) -> bool:
    try:
        return (int(str(answer)) if whole else float(str(answer))) is not None
    except ValueError:
        return False


def _boolean(field: FormField, answer: FormValue) -> dict[str, Any]:
    del field
    yes = option("Yes", YES)
    element: dict[str, Any] = {"type": "checkboxes", "options": [yes]}
    if answer is True or str(answer).lower() in {"true", "yes", "on", "1"}:
        element["initial_options"] = [yes]
    return element


def _choice(field: FormField, answer: FormValue) -> dict[str, Any]:
    element = {"type": "static_select", **_choices(field.choices)}
    chosen = _chosen(field, [str(answer)])
    return {**element, "initial_option": chosen[0]} if chosen else element


def _multi_choice(field: FormField, answer: FormValue) -> dict[str, Any]:
    element = {"type": "multi_static_select", **_choices(field.choices)}
    answers = answer if isinstance(answer, list) else [part.strip() for part in str(answer or "").split(",")]
    chosen = _chosen(field, answers)
    return {**element, "initial_options": chosen} if chosen else element


def _chosen(field: FormField, answers: list[str]) -> list[dict[str, Any]]:
    return [option(choice.label, choice.value) for choice in field.choices if choice.value in answers]


def _choices(choices: tuple[Choice, ...]) -> dict[str, Any]:
    options = [option(choice.label, choice.value) for choice in choices[: OPTIONS * OPTION_GROUPS]]
    if len(options) <= OPTIONS:
        return {"options": options}
    parts = [options[start : start + OPTIONS] for start in range(0, len(options), OPTIONS)]
    groups = [
        {
            "label": words(f"{part[0]['text']['text'][:30]} … {part[-1]['text']['text'][:30]}", OPTION_TEXT),
            "options": part,
        }
        for part in parts
    ]
    return {"option_groups": groups}


def _date(field: FormField, answer: FormValue) -> dict[str, Any]:
    del field
    element: dict[str, Any] = {"type": "datepicker"}
    return {**element, "initial_date": str(answer)} if _looks_like(answer, "0000-00-00") else element


def _time(field: FormField, answer: FormValue) -> dict[str, Any]:
    del field
    element: dict[str, Any] = {"type": "timepicker"}
    return {**element, "initial_time": str(answer)} if _looks_like(answer, "00:00") else element


def _looks_like(answer: FormValue, shape: str) -> bool:
    """Does *answer* have digits where *shape* has zeros, and its other characters?"""
    text = str(answer)
    return len(text) == len(shape) and all(
        a.isdigit() if b == "0" else a == b for a, b in zip(text, shape, strict=True)
    )


_ELEMENTS: dict[FieldType, Callable[[FormField, FormValue], dict[str, Any]]] = {
    FieldType.TEXT: _text,
    FieldType.LONG_TEXT: _text,
    FieldType.DURATION: _text,
    FieldType.INTEGER: _number,
    FieldType.NUMBER: _number,
    FieldType.BOOLEAN: _boolean,
    FieldType.CHOICE: _choice,
    FieldType.MULTI_CHOICE: _multi_choice,
    FieldType.DATE: _date,
    FieldType.TIME: _time,
}
