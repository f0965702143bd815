"""What stands in the inputs of a view or message, and whether Slack lets it be sent."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.sandbox.blocks import elements
from bot.sandbox.wire import Json

#: By type of element: where its value stands in the state, and what it starts with.
_VALUES = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", ""),
}
_LISTS = {"selected_options", "selected_users", "selected_channels", "selected_conversations", "files"}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"https?://\S+")


def state(blocks: list[Json], given: Any) -> Json:
    """The values of all inputs by block and action: as *given*, else as they start."""
    given = given if isinstance(given, Mapping) else {}
    values: Json = {}
    for block in blocks:
        for element in elements(block):
            if element["type"] in _VALUES:
                put = (given.get(block["block_id"]) or {}).get(element["action_id"])
                here = values.setdefault(block["block_id"], {})
                here[element["action_id"]] = {"type": element["type"], **(_initial(element) if put is None else put)}
    return values


def wrong(blocks: list[Json], values: Json) -> dict[str, str]:
    """What Slack itself says below inputs before anything is sent, by block."""
    found = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        value = values[block["block_id"]][element["action_id"]].get(_VALUES[element["type"]][0])
        if value in (None, "", []):
            if not block.get("optional"):
                found[block["block_id"]] = "Please complete this required field."
        elif text := next(_complaints(element, value), None):
            found[block["block_id"]] = text
    return found


def _initial(element: Json) -> Json:
    name, first = _VALUES[element["type"]]
    return {name: element.get(first, [] if name in _LISTS else None)}


def _complaints(element: Json, value: Any) -> Iterator[str]:
    match element["type"]:
        case "number_input":
            yield from _number_complaints(element, str(value))
        case "email_text_input":
            if not _EMAIL.fullmatch(str(value)):
                yield "Please enter a valid email address."
        case "url_text_input":
            if not _URL.fullmatch(str(value)):
                yield "Please enter a valid URL."
        case "file_input":
            yield from _file_complaints(element, value)
        case "plain_text_input":
            least, most = element.get("min_length", 0), element.get("max_length", 3000)
            if len(str(value)) < least:
                yield f"Please enter at least {least} characters."
            if len(str(value)) > most:
                yield f"Please enter no more than {most} characters."


def _file_complaints(element: Json, files: list[Json]) -> Iterator[str]:
    kinds, most = element.get("filetypes") or [], element.get("max_files", 10)
    if len(files) > most:
        yield f"Please choose no more than {most} file{'' if most == 1 else 's'}."
    if kinds and any(str(file["name"]).rpartition(".")[2].lower() not in kinds for file in files):
        yield "This file type is not supported."


def _number_complaints(element: Json, value: str) -> Iterator[str]:
    try:
        number = Decimal(value)
    except InvalidOperation:
        yield "Please enter a valid number."
        return
    if not number.is_finite():
        yield "Please enter a valid number."
    elif not element["is_decimal_allowed"] and number != number.to_integral_value():
        yield "Please enter a whole number."
    elif "min_value" in element and number < Decimal(element["min_value"]):
        yield f"Please enter a number of {element['min_value']} or more."
    elif "max_value" in element and number > Decimal(element["max_value"]):
        yield f"Please enter a number of {element['max_value']} or less."
