"""The fields of a form as Slack's inputs, and what people put into them."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.base.text import cut, format_bytes, join_words
from bot.model.file import file_words, files_of
from bot.model.form import Choice, FieldType, FormField, FormValue
from bot.model.limit import MOMENTS, limit_sides, limit_words
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
#: Reported at each letter: what is asked may change while somebody types.
_LIVE_TYPING = {"trigger_actions_on": ["on_enter_pressed", "on_character_entered"]}
_TYPED = {"plain_text_input", "number_input"}
#: Fields below which their limits stand.
_RANGED = (FieldType.INTEGER, FieldType.NUMBER, FieldType.DURATION, *MOMENTS)


def field_input(field: FormField, answer: object, *, block_id: str = "", is_live: bool = False) -> Block:
    """One input; *answer* fills it, if it is one that this input can show.

    Where other fields depend on it (*is_live*), Slack reports each change at once.
    """
    # "Nodes (nodes)" says it twice.
    says_unit = not field.unit or field.unit.casefold() in field.label.casefold()
    label = field.label if says_unit else f"{field.label} ({field.unit})"
    element = {**_ELEMENTS[field.type](field, answer), "action_id": VALUE}
    block: Block = {
        "type": "input",
        "block_id": block_id or field_block(field.name),
        "label": words(label, INPUT_LABEL),
        "element": element,
        # A box that is not ticked is an answer, too; Slack would demand the tick. And a file is kept from before.
        "optional": not field.required or field.type is FieldType.BOOLEAN or bool(files_of(answer)),
    }
    if is_live and field.type is not FieldType.FILE:
        block["dispatch_action"] = True
        if element["type"] in _TYPED:
            element["dispatch_action_config"] = _LIVE_TYPING
    if hint := _hint(field, answer):
        block["hint"] = words(hint, INPUT_HINT)
    return block


def read_answer(field: FormField, given: Mapping[str, Any] | None) -> FormValue:
    """What stands in the input now; None when nothing does."""
    if given is None:
        return None
    match field.type:
        case FieldType.BOOLEAN:
            return bool(given.get("selected_options"))
        case FieldType.MULTI_CHOICE:
            picked = [str(option.get("value")) for option in given.get("selected_options") or []]
            return [whole_value(field, value) for value in picked]
        case FieldType.FILE:
            files = given.get("files") or []
            # More than one of a form that was drawn when the field took more: not to be dropped, but refused.
            return files if field.max_files > 1 or len(files) > 1 else next(iter(files), None)
        case FieldType.DATE_TIME:
            return _moment_of(given.get("selected_date_time"))
    if option := given.get("selected_option"):
        return whole_value(field, str(option.get("value")))
    value = given.get(_GIVEN.get(field.type, "value"))
    return None if value in (None, "") else str(value)


def option(text: str, value: str) -> dict[str, Any]:
    """One of the things to choose."""
    return {"text": words(text, OPTION_TEXT), "value": option_value(value)}


def option_value(value: str) -> str:
    """*value*, or what stands for it where it is longer than Slack allows."""
    return value if len(value) <= OPTION_VALUE else f"sha256:{hashlib.sha256(value.encode()).hexdigest()}"


def whole_value(field: FormField, value: str) -> str:
    """The choice that *value* stands for; *value* itself where it is whole."""
    return next((choice.value for choice in field.choices if option_value(choice.value) == value), value)


def matching(choices: Sequence[Choice], text: str) -> list[dict[str, Any]]:
    """The options that hold every word of *text*, the best first: what a search answers."""
    wanted = text.casefold().split()
    fits = [one for one in choices if all(word in f"{one.label} {one.value}".casefold() for word in wanted)]
    if wanted:
        # sort() is stable: what fits equally well stays in its order.
        fits.sort(key=lambda one: not one.label.casefold().startswith(wanted[0]))
    return [option(one.label, one.value) for one in fits[:OPTIONS]]


_GIVEN = {
    FieldType.DATE: "selected_date",
    FieldType.TIME: "selected_time",
    FieldType.USER: "selected_user",
    FieldType.CHANNEL: "selected_conversation",
}


def _moment_of(seconds: object) -> str | None:
    try:
        return datetime.fromtimestamp(int(str(seconds)), UTC).isoformat(timespec="minutes") if seconds else None
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def _hint(field: FormField, answer: object) -> str:
    files = files_of(answer)
    kept = f"Leave it empty to keep {file_words(files)}." if files else ""
    return " ".join(part for part in (field.help, _range(field), kept) if part)


def _range(field: FormField) -> str:
    days = "" if field.weekends else "Monday to Friday."
    if field.type is FieldType.FILE:
        kinds = f"{join_words(field.types, last='or')}, " if field.types else ""
        count = "One file" if field.max_files == 1 else f"Up to {field.max_files} files"
        each = "" if field.max_files == 1 else " each"
        return f"{count}: {kinds}{format_bytes(field.max_bytes)}{each} at most." if field.max_bytes else ""
    return " ".join(part for part in (days, _limits(field)) if part)


def _limits(field: FormField) -> str:
    if field.type not in _RANGED:
        return ""
    unit = f" {field.unit}" if field.unit else ""
    at_least, at_most = limit_sides(field.type)
    least, most = ("" if limit is None else limit_words(field.type, limit) for limit in (field.min, field.max))
    if least and most:
        return f"{least} to {most}{unit}."
    if least or most:
        return f"{(at_least if least else at_most).capitalize()} {least or most}{unit}."
    return ""


def _text(field: FormField, answer: object) -> dict[str, Any]:
    element: dict[str, Any] = {"type": "plain_text_input", "multiline": field.type is FieldType.LONG_TEXT}
    if field.type is FieldType.DURATION:
        element["placeholder"] = words("30m, 1h30m, 2d", PLACEHOLDER)
    if answer not in (None, ""):
        element["initial_value"] = cut(str(answer), INPUT_TEXT)
    return element


def _number(field: FormField, answer: object) -> dict[str, Any]:
    element: dict[str, Any] = {
        "type": "number_input",
        "is_decimal_allowed": field.type is FieldType.NUMBER,
    }
    # No least and greatest here: Slack's own words would come instead of ours, which name the range.
    if _is_number(answer, whole=field.type is FieldType.INTEGER):
        element["initial_value"] = f"{answer:.15g}" if isinstance(answer, float) else str(answer)
    return element


def _is_number(answer: object, *, whole: bool) -> bool:
    try:
        return (int(str(answer)) if whole else float(str(answer))) is not None
    except ValueError:
        return False


def _boolean(field: FormField, answer: object) -> dict[str, Any]:
    del field
    yes = option("Yes", YES)
    element: dict[str, Any] = {"type": "checkboxes", "options": [yes]}
    if answer is True or str(answer).lower() in {"true", "yes", "on", "1"}:
        element["initial_options"] = [yes]
    return element


def _choice(field: FormField, answer: object) -> dict[str, Any]:
    element = _select(field, "")
    chosen = _chosen(field, [str(answer)])
    return {**element, "initial_option": chosen[0]} if chosen else element


def _multi_choice(field: FormField, answer: object) -> dict[str, Any]:
    element = _select(field, "multi_")
    answers = [str(one) for one in answer] if isinstance(answer, list) else str(answer or "").split(",")
    chosen = _chosen(field, [part.strip() for part in answers])
    return {**element, "initial_options": chosen} if chosen else element


def _secret(field: FormField, answer: object) -> dict[str, Any]:
    if field.choices:
        return _choice(field, answer)
    return {**_text(field, answer), "placeholder": words("vault:secret/deploy#token", PLACEHOLDER)}


def _select(field: FormField, many: str) -> dict[str, Any]:
    """A list that came from elsewhere is searched once it is longer than Slack shows; the bot answers the search."""
    if field.choices_from is not None and len(field.choices) > OPTIONS:
        hint = words(f"Search {len(field.choices)}", PLACEHOLDER)
        return {"type": f"{many}external_select", "min_query_length": 0, "placeholder": hint}
    return {"type": f"{many}static_select", **in_groups([option(one.label, one.value) for one in field.choices])}


def _chosen(field: FormField, answers: list[str]) -> list[dict[str, Any]]:
    return [option(choice.label, choice.value) for choice in field.choices if choice.value in answers]


def in_groups(options: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What can be chosen, as a select has it: Slack takes a hundred, and of more a hundred groups of a hundred."""
    options = list(options[: OPTIONS * OPTION_GROUPS])
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


def _date(field: FormField, answer: object) -> dict[str, Any]:
    del field
    element: dict[str, Any] = {"type": "datepicker"}
    return {**element, "initial_date": str(answer)} if _looks_like(answer, "0000-00-00") else element


def _time(field: FormField, answer: object) -> dict[str, Any]:
    del field
    element: dict[str, Any] = {"type": "timepicker"}
    return {**element, "initial_time": str(answer)} if _looks_like(answer, "00:00") else element


def _date_time(field: FormField, answer: object) -> dict[str, Any]:
    """Slack shows the moment in the time zone of whoever looks, and understands them in it."""
    del field
    element: dict[str, Any] = {"type": "datetimepicker"}
    try:
        moment = datetime.fromisoformat(str(answer))
    except ValueError:
        return element
    # Without its offset nobody knows which moment it is.
    return {**element, "initial_date_time": int(moment.timestamp())} if moment.tzinfo else element


def _user(field: FormField, answer: object) -> dict[str, Any]:
    del field
    element: dict[str, Any] = {"type": "users_select"}
    return {**element, "initial_user": str(answer)} if answer else element


def _channel(field: FormField, answer: object) -> dict[str, Any]:
    del field
    element: dict[str, Any] = {
        "type": "conversations_select",
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    return {**element, "initial_conversation": str(answer)} if answer else element


def _file(field: FormField, answer: object) -> dict[str, Any]:
    del answer  # Slack shows no file that was given before; the hint names it
    kinds = {"filetypes": list(field.types)} if field.types else {}
    return {"type": "file_input", "max_files": field.max_files, **kinds}


def _looks_like(answer: object, shape: str) -> bool:
    """Does *answer* have digits where *shape* has zeros, and its other characters?"""
    text = str(answer)
    return len(text) == len(shape) and all(
        a.isdigit() if b == "0" else a == b for a, b in zip(text, shape, strict=True)
    )


_ELEMENTS: dict[FieldType, Callable[[FormField, object], dict[str, Any]]] = {
    FieldType.TEXT: _text,
    FieldType.LONG_TEXT: _text,
    FieldType.DURATION: _text,
    FieldType.INTEGER: _number,
    FieldType.NUMBER: _number,
    FieldType.BOOLEAN: _boolean,
    FieldType.CHOICE: _choice,
    FieldType.MULTI_CHOICE: _multi_choice,
    FieldType.ENVIRONMENT: _choice,
    FieldType.VERSION: _choice,
    FieldType.SECRET: _secret,
    FieldType.DATE: _date,
    FieldType.TIME: _time,
    FieldType.DATE_TIME: _date_time,
    FieldType.USER: _user,
    FieldType.FILE: _file,
    FieldType.CHANNEL: _channel,
}
