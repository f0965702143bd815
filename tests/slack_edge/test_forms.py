"""A job's form as a modal, and what comes back from it."""

from datetime import date
from pathlib import Path

import pytest

from bot.control.jobs import JobOffer
from bot.model.form import Choice, FieldType, FormField
from bot.model.stack import Environment, Job, Stack
from bot.slack.ids import ConfirmRef, JobRef
from bot.slack.views.confirm_modal import confirm_modal
from bot.slack.views.fields import field_input, option_value, read_answer
from bot.slack.views.job_form import job_modal
from tests.slack import read


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


def offer(title: str, *places: str) -> JobOffer:
    job = Job(name="job", title=title, steps=(), description="What it is for.")
    stack = Stack(name="shop", title="Shop", jobs={"job": job}, folder=Path("/stacks/shop"))
    return JobOffer(stack=stack, job=job, environments=tuple(Environment(name=name, fields={}) for name in places))


def test_a_title_that_slack_cuts_off_stands_whole_in_the_form():
    form = job_modal(offer("Bring the newest backup back"), JobRef(stack="shop", job="job"), [])

    assert form["title"]["text"] == "Bring the newest backup…"
    assert "*Bring the newest backup back*\nWhat it is for." in read(form)
    assert form["submit"]["text"] == "Start"


def test_a_title_that_slack_shows_whole_is_said_once_and_on_the_button():
    form = job_modal(offer("Bring it back", "staging"), JobRef(stack="shop", job="job"), [])

    assert "Bring it back" not in read(form)
    assert form["submit"]["text"] == "Bring it back"


def test_each_of_many_environments_can_be_chosen():
    names = [f"pr-{number}" for number in range(250)]

    form = job_modal(offer("Restart", *names), JobRef(stack="shop", job="job", environment="pr-249"), [])

    [element] = [block["element"] for block in form["blocks"] if block["type"] == "input"]
    assert [one["value"] for group in element["option_groups"] for one in group["options"]] == names
    assert element["initial_option"]["value"] == "pr-249"


@pytest.mark.parametrize("behind", ["Back", "Cancel"])
def test_the_page_that_asks_once_more_says_what_its_other_button_does(behind):
    ref = ConfirmRef(stack="shop", job="job", environment=None, channel=None, packed="")

    page = confirm_modal(offer("Bring the newest backup back"), None, ref, {}, [], external_id="x", close=behind)

    assert (page["close"]["text"], page["submit"]["text"]) == (behind, "Start")


@pytest.mark.parametrize(
    ("limits", "hint"),
    [
        ({"min": 480, "max": 1020}, "08:00 to 17:00."),
        ({"min": 480}, "Not before 08:00."),
        ({"max": 1020}, "Not after 17:00."),
    ],
)
def test_the_range_stands_below_the_time(limits, hint):
    assert field_input(field(FieldType.TIME, **limits), None)["hint"]["text"] == hint


def test_the_last_day_stands_below_a_date_beside_its_days():
    shown = field_input(field(FieldType.DATE, weekends=False, max=date(2026, 12, 24).toordinal()), None)

    assert shown["hint"]["text"] == "Monday to Friday. Not after 2026-12-24."
