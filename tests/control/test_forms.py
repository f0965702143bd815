"""How answers are read, and what is said about wrong ones."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.base.errors import WrongInputs
from bot.control.forms.forms import Around, read_inputs
from bot.model.form import Choice, ChoiceSource, FieldType, FormField

SITES = (
    Choice(value="shop", label="The shop"),
    Choice(value="blog", label="The blog"),
    Choice(value="a,b", label="AB"),
)
FIVE = datetime(2026, 12, 24, 17, tzinfo=UTC)


def field(kind: FieldType, name: str = "answer", **values: Any) -> FormField:
    if kind in {FieldType.CHOICE, FieldType.MULTI_CHOICE}:
        values = {"choices": SITES, **values}
    return FormField(**{"name": name, "type": kind, "label": name.title(), **values})


def read(kind: FieldType, given: Any, **values: Any) -> Any:
    return read_inputs([field(kind, **values)], {"answer": given})["answer"]


def error(kind: FieldType, given: Any, **values: Any) -> str:
    with pytest.raises(WrongInputs) as wrong:
        read(kind, given, **values)
    return wrong.value.errors["answer"]


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        (FieldType.TEXT, "  Database move ", "Database move"),
        (FieldType.TEXT, "{{ 7 * 7 }}", "{{ 7 * 7 }}"),
        (FieldType.TEXT, "007", "007"),
        (FieldType.LONG_TEXT, "one\ntwo\tthree", "one\ntwo\tthree"),
        (FieldType.INTEGER, " 5 ", 5),
        (FieldType.INTEGER, "-3", -3),
        (FieldType.INTEGER, 30, 30),
        (FieldType.INTEGER, "9" * 100, 10**100 - 1),
        (FieldType.NUMBER, "2.50", 2.5),
        (FieldType.NUMBER, ".5", 0.5),
        (FieldType.NUMBER, "30", 30),
        (FieldType.NUMBER, 0.00001, 0.00001),
        (FieldType.BOOLEAN, "Yes", True),
        (FieldType.BOOLEAN, "off", False),
        (FieldType.BOOLEAN, 1, True),
        (FieldType.BOOLEAN, True, True),
        (FieldType.BOOLEAN, None, False),
        (FieldType.CHOICE, "shop", "shop"),
        (FieldType.CHOICE, "SHOP", "shop"),
        (FieldType.CHOICE, "the blog", "blog"),
        (FieldType.MULTI_CHOICE, "blog, The shop,blog", ["blog", "shop"]),
        (FieldType.MULTI_CHOICE, ["a,b", "shop"], ["a,b", "shop"]),
        (FieldType.MULTI_CHOICE, "a,b", ["a,b"]),
        (FieldType.DATE, "2028-02-29", "2028-02-29"),
        (FieldType.TIME, "14:30", "14:30"),
        (FieldType.TIME, "9:05", "09:05"),
        (FieldType.DURATION, "1h30m", "1h30m"),
    ],
)
def test_an_answer_becomes_its_fields_type(kind: FieldType, given: Any, value: Any) -> None:
    answer = read(kind, given)

    assert answer == value
    assert answer.__class__ is value.__class__


@pytest.mark.parametrize(
    ("kind", "given", "sentence"),
    [
        (FieldType.TEXT, "", "Needs an answer."),
        (FieldType.TEXT, " \n", "Needs an answer."),
        (FieldType.TEXT, ["a", "b"], "Give one value."),
        (FieldType.TEXT, "one\ntwo", "Write it in one line."),
        (FieldType.TEXT, "nul\x00", "It has characters that cannot be seen. Type it anew."),
        (FieldType.TEXT, "half \udc80", "It has characters that cannot be seen. Type it anew."),
        (FieldType.INTEGER, "thirty", "Write a whole number, like 30."),
        (FieldType.INTEGER, "1e3", "Write a whole number, like 30."),
        (FieldType.INTEGER, "2.5", "Write a whole number, like 30."),
        (FieldType.INTEGER, "५", "Write a whole number, like 30."),
        (FieldType.INTEGER, "1_000", "Write a whole number, like 30."),
        (FieldType.INTEGER, "9" * 5000, "Write a whole number, like 30."),
        (FieldType.INTEGER, True, "Give one value."),
        (FieldType.NUMBER, "1,5", "Write a number, like 30 or 2.5."),
        (FieldType.NUMBER, "nan", "Write a number, like 30 or 2.5."),
        (FieldType.NUMBER, float("inf"), "Write a number, like 30 or 2.5."),
        (FieldType.NUMBER, "9" * 400 + ".0", "Write a number, like 30 or 2.5."),
        (FieldType.BOOLEAN, "perhaps", "Write yes or no."),
        (FieldType.CHOICE, "shpo", 'Choose one of: shop, blog, a,b. Did you mean "shop"?'),
        (FieldType.CHOICE, "xyz", "Choose one of: shop, blog, a,b."),
        (FieldType.MULTI_CHOICE, [], "Needs an answer."),
        (FieldType.MULTI_CHOICE, "shop,blgo", 'Choose one of: shop, blog, a,b. Did you mean "blog"?'),
        (FieldType.MULTI_CHOICE, ",", "Choose at least one."),
        (FieldType.DATE, "tomorrow", "Write a date like 2026-11-23."),
        (FieldType.DATE, "20261123", "Write a date like 2026-11-23."),
        (FieldType.DATE, "2026-02-30", "There is no 2026-02-30 in the calendar."),
        (FieldType.TIME, "24:00", "Write a time like 14:30."),
        (FieldType.DURATION, "30", "Write a duration like 90s, 30m, 1h30m or 2d; ten years at most."),
        (FieldType.DURATION, "9" * 30 + "d", "Write a duration like 90s, 30m, 1h30m or 2d; ten years at most."),
        (FieldType.DURATION, "9999d", "Write a duration like 90s, 30m, 1h30m or 2d; ten years at most."),
    ],
)
def test_a_wrong_answer_gets_a_sentence_that_says_what_to_write(kind: FieldType, given: Any, sentence: str) -> None:
    assert error(kind, given) == sentence


@pytest.mark.parametrize(
    ("kind", "given", "limits", "sentence"),
    [
        (FieldType.INTEGER, "4", {"min": 5, "unit": "min"}, "At least 5 min."),
        (FieldType.INTEGER, "9" * 100, {"max": 1000000, "unit": "min"}, "At most 1000000 min."),
        (FieldType.NUMBER, "0.25", {"min": 0.5}, "At least 0.5."),
        (FieldType.DURATION, "4m", {"min": 300}, "At least 5m."),
        (FieldType.DURATION, "1d", {"max": 14400}, "At most 4h."),
        (FieldType.DATE, "2026-12-25", {"max": date(2026, 12, 24).toordinal()}, "Not after 2026-12-24."),
        (FieldType.TIME, "7:59", {"min": 480}, "Not before 08:00."),
        (FieldType.DATE_TIME, "2026-12-24 17:01", {"max": FIVE.timestamp()}, "Not after 2026-12-24 17:00 UTC."),
        (FieldType.TEXT, "ab", {"min": 3}, "At least 3 characters."),
        (FieldType.LONG_TEXT, "x" * 201, {"max": 200}, "At most 200 characters."),
        (FieldType.TEXT, "v1-x", {"pattern": "v[0-9]+", "message": "Write a tag like v12."}, "Write a tag like v12."),
        (FieldType.TEXT, "x", {"pattern": "v[0-9]+"}, "It has to match v[0-9]+"),
    ],
)
def test_an_answer_outside_its_limits_is_told_the_limit(
    kind: FieldType, given: Any, limits: dict[str, Any], sentence: str
) -> None:
    assert error(kind, given, **limits) == sentence


def test_the_limits_themselves_are_allowed() -> None:
    assert [read(FieldType.INTEGER, text, min=5, max=240) for text in ("5", "240")] == [5, 240]


def test_all_wrong_answers_are_named_at_once() -> None:
    form = [field(FieldType.INTEGER, "minutes"), field(FieldType.TEXT, "reason"), field(FieldType.DATE, "day")]

    with pytest.raises(WrongInputs) as wrong:
        read_inputs(form, {"minutes": "x", "day": "2026-11-23", "reson": "Move"})

    assert wrong.value.errors == {
        "reson": 'There is no such field. Did you mean "reason"?',
        "minutes": "Write a whole number, like 30.",
        "reason": "Needs an answer.",
    }


def test_a_job_without_a_form_says_so() -> None:
    with pytest.raises(WrongInputs) as wrong:
        read_inputs([], {"minutes": "5"})

    assert wrong.value.errors == {"minutes": "There is no such field. This job asks for nothing."}


def test_an_answer_that_is_not_there_gets_the_default_and_one_that_was_emptied_does_not() -> None:
    form = [field(FieldType.INTEGER, "minutes", default=30), field(FieldType.TEXT, "note", default="-", required=False)]

    assert read_inputs(form, {}) == {"minutes": 30, "note": "-"}
    assert read_inputs(form, {"note": " "}) == {"minutes": 30, "note": None}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.from_regex(r"[0-9+\-.:dhms,]*"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)


@given(kind=st.sampled_from(FieldType), given=ANYTHING, required=st.booleans())
def test_whatever_is_given_is_read_or_told_wrong(kind: FieldType, given: Any, required: bool) -> None:
    form = [field(kind, required=required, min=-2, max=1000, pattern="[^x]*")]
    try:
        answers = read_inputs(form, {"answer": given})
    except WrongInputs as wrong:
        assert all(wrong.errors.values())
    else:
        # What was read once is read the same again: a retry starts with the answers of the run before.
        assert read_inputs(form, answers) == answers


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        (FieldType.DATE_TIME, "2026-11-23 14:30", "2026-11-23T14:30+01:00"),
        (FieldType.DATE_TIME, "2026-07-01T14:30", "2026-07-01T14:30+02:00"),
        (FieldType.DATE_TIME, "2026-11-23T14:30Z", "2026-11-23T14:30+00:00"),
        (FieldType.USER, "<@U024BE7LH|ada>", "U024BE7LH"),
        (FieldType.CHANNEL, "C024BE7LH", "C024BE7LH"),
        (FieldType.ENVIRONMENT, "staging", "staging"),
        (FieldType.SECRET, "vault:secret/deploy#token", "vault:secret/deploy#token"),
    ],
)
def test_a_moment_is_meant_where_the_person_is_and_people_come_by_their_ids(
    kind: FieldType, given: Any, value: Any
) -> None:
    around = Around(zone=ZoneInfo("Europe/Berlin"), environments=["staging"])

    assert read_inputs([field(kind)], {"answer": given}, around) == {"answer": value}


def test_a_secret_that_was_typed_in_is_refused_and_not_repeated() -> None:
    assert "hunter2" not in error(FieldType.SECRET, "hunter2")


def test_a_weekend_is_refused_where_only_weekdays_are_meant() -> None:
    assert error(FieldType.DATE, "2026-11-21", weekends=False).startswith("2026-11-21 is a Saturday.")


def test_a_field_whose_condition_is_not_true_has_no_answer_and_takes_none() -> None:
    form = [field(FieldType.TEXT, "kind"), field(FieldType.TEXT, "reason", when="{{ form.kind == 'big' }}")]

    assert read_inputs(form, {"kind": "small"}) == {"kind": "small", "reason": None}
    with pytest.raises(WrongInputs) as wrong:
        read_inputs(form, {"kind": "small", "reason": "x"})
    assert wrong.value.errors == {"reason": "With these answers it is not asked. Leave it out."}


def test_a_read_only_field_always_has_its_own_value() -> None:
    form = [field(FieldType.TEXT, "site", read_only=True, default="{{ env.url }}")]
    around = Around(scope={"env": {"url": "https://shop"}})

    assert read_inputs(form, {}, around) == {"site": "https://shop"}
    with pytest.raises(WrongInputs):
        read_inputs(form, {"site": "https://evil"}, around)


def test_rows_are_written_as_json_and_each_wrong_answer_is_named_by_its_row() -> None:
    form = [field(FieldType.GROUP, "hosts", max=2, fields=(field(FieldType.INTEGER, "port", max=65535),))]

    assert read_inputs(form, {"hosts": '[{"port": "80"}]'}) == {"hosts": [{"port": 80}]}
    with pytest.raises(WrongInputs) as wrong:
        read_inputs(form, {"hosts": [{"port": 80}, {"port": 99999}, {"prt": 1, "port": 1}]})
    assert wrong.value.errors == {
        "hosts": "Give at most 2 rows.",
        "hosts.1.port": "At most 65535.",
        "hosts.2.prt": 'There is no such field. Did you mean "port"?',
    }


class Asks:
    """A list of choices that takes down where it was asked for."""

    def __init__(self) -> None:
        self.urls: list[str] = []

    def read(self, source: ChoiceSource, *, folder: Path, patience_s: float | None = None) -> list[Choice]:
        del folder, patience_s
        self.urls.append(source.url)
        return [Choice(value="berlin", label="Berlin")]


def test_what_somebody_types_is_one_piece_of_a_lists_address() -> None:
    source = ChoiceSource(url="https://a.example/{{ form.region }}/clusters")
    form = [
        field(FieldType.TEXT, "region"),
        FormField(name="cluster", type=FieldType.CHOICE, label="Cluster", choices_from=source),
    ]
    asks = Asks()

    read_inputs(form, {"region": "../../admin?x=", "cluster": "berlin"}, Around(choices=asks))

    assert asks.urls == ["https://a.example/..%2F..%2Fadmin%3Fx%3D/clusters"]
