"""A job's form as a modal, and what comes back from it."""

import pytest

from bot.model.form import Choice, FieldType, FormField
from bot.slack.views.fields import field_input, option_value, read_answer


def field(kind: FieldType, **more) -> FormField:
    return FormField(name="x", type=kind, label="X", **more)


COLOURS = (Choice(value="r", label="Red"), Choice(value="g", label="Green"))


@pytest.mark.parametrize(
    ("kind", "element"),
    [
        (FieldType.TEXT, "plain_text_input"),
        (FieldType.LONG_TEXT, "plain_text_input"),
        (FieldType.INTEGER, "number_input"),
        (FieldType.NUMBER, "number_input"),
        (FieldType.BOOLEAN, "checkboxes"),
        (FieldType.CHOICE, "static_select"),
        (FieldType.MULTI_CHOICE, "multi_static_select"),
        (FieldType.DATE, "datepicker"),
        (FieldType.TIME, "timepicker"),
        (FieldType.DURATION, "plain_text_input"),
    ],
)
def test_every_type_has_its_input(kind, element):
    assert field_input(field(kind, choices=COLOURS), None)["element"]["type"] == element


@pytest.mark.parametrize(
    ("kind", "given", "answer"),
    [
        (FieldType.TEXT, {"value": "move"}, "move"),
        (FieldType.TEXT, {"value": None}, None),
        (FieldType.INTEGER, {"value": "30"}, "30"),
        (FieldType.BOOLEAN, {"selected_options": [{"value": "yes"}]}, True),
        (FieldType.BOOLEAN, {"selected_options": []}, False),
        (FieldType.CHOICE, {"selected_option": {"value": "g"}}, "g"),
        (FieldType.CHOICE, {"selected_option": None}, None),
        (FieldType.MULTI_CHOICE, {"selected_options": [{"value": "r"}, {"value": "g"}]}, ["r", "g"]),
        (FieldType.DATE, {"selected_date": "2026-11-23"}, "2026-11-23"),
        (FieldType.TIME, {"selected_time": "14:30"}, "14:30"),
    ],
)
def test_every_input_is_read_back(kind, given, answer):
    assert read_answer(field(kind, choices=COLOURS), given) == answer


@pytest.mark.parametrize(
    ("kind", "answer", "initial"),
    [
        (FieldType.INTEGER, 30, {"initial_value": "30"}),
        (FieldType.INTEGER, "many", {}),
        (FieldType.INTEGER, "1.5", {}),
        (FieldType.NUMBER, 1.5, {"initial_value": "1.5"}),
        (FieldType.DATE, "2026-11-23", {"initial_date": "2026-11-23"}),
        (FieldType.DATE, "tomorrow", {}),
        (FieldType.TIME, "14:30", {"initial_time": "14:30"}),
        (FieldType.TEXT, "", {}),
        (FieldType.CHOICE, "blue", {}),
    ],
)
def test_only_what_an_input_can_show_fills_it(kind, answer, initial):
    """Slack refuses a whole modal over one initial value it does not like."""
    element = field_input(field(kind, choices=COLOURS), answer)["element"]

    assert {name: value for name, value in element.items() if name.startswith("initial")} == initial


def test_a_long_choice_survives_slacks_limit():
    long = "v" * 400
    choices = (Choice(value=long, label="Long"),)

    given = {"selected_option": {"value": option_value(long)}}

    assert len(given["selected_option"]["value"]) <= 150
    assert read_answer(field(FieldType.CHOICE, choices=choices), given) == long


def test_many_choices_come_in_groups_of_a_hundred():
    choices = tuple(Choice(value=str(number), label=f"Version {number}") for number in range(250))

    element = field_input(field(FieldType.CHOICE, choices=choices), None)["element"]

    assert [len(group["options"]) for group in element["option_groups"]] == [100, 100, 50]


def test_the_range_stands_below_the_number():
    shown = field_input(field(FieldType.INTEGER, min=5, max=240, unit="min"), None)

    assert shown["label"]["text"] == "X (min)"
    assert shown["hint"]["text"] == "5 to 240 min."


def test_the_range_stands_below_the_duration():
    shown = field_input(field(FieldType.DURATION, min=300, max=5400), None)

    assert shown["hint"]["text"] == "5m to 1h 30m."
