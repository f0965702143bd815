"""What `{{ ... }}` may do in a stack, and that nothing which a person types is ever evaluated."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalog.expressions import ExpressionProblem, evaluate, names_in

SCOPE: dict[str, Any] = {
    "form": {"reason": "Database move", "minutes": 30, "hosts": ["web1", "web2"], "note": None, "items": 3},
    "env": {"name": "production", "protected": True},
    "vars": {},
    "result": {"outputs": {"servers": {"changed": 2}}},
}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no expression", "no expression"),
        ("{{ form.minutes }}", 30),
        ("  {{ form.minutes }}\n", 30),
        ("{{ form.minutes }}m", "30m"),
        ("{{ form.minutes > 20 and 'web1' in form.hosts }}", True),
        ("{{ form.hosts }}", ["web1", "web2"]),
        ("{{ form.hosts | map('upper') }}", ["WEB1", "WEB2"]),
        ("{{ form['minutes'] * 60 }}", 1800),
        ("{{ form.reason.split()[0] }}", "Database"),
        ("{{ {'a': {'b': form.minutes}} }}", {"a": {"b": 30}}),
        ("{{ result.outputs.servers }}", {"changed": 2}),
        ("{{ vars.site | default('shop') }}", "shop"),
        ("{{ vars.site is defined }}", False),
        ("{{ '{{' }} stays", "{{ stays"),
    ],
)
def test_an_expression_alone_keeps_its_type_and_becomes_text_within_text(written: str, value: object) -> None:
    assert evaluate(written, SCOPE) == value


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("note: {{ form.note }}", "note: "),
        ("protected: {{ env.protected }}", "protected: true"),
        ("on {{ form.hosts }}", "on web1, web2"),
    ],
)
def test_values_within_a_text_read_as_people_write_them(written: str, text: str) -> None:
    assert evaluate(written, SCOPE) == text


def test_expressions_are_found_deep_inside_and_everything_else_stays() -> None:
    written = {"vars": {"state": "on", "minutes": "{{ form.minutes }}"}, "list": ["{{ env.name }}", 1, None]}

    assert evaluate(written, SCOPE) == {"vars": {"state": "on", "minutes": 30}, "list": ["production", 1, None]}


def test_a_field_may_be_called_like_a_method_of_a_mapping() -> None:
    assert evaluate("{{ form.items }}", SCOPE) == 3


@pytest.mark.parametrize("typed", ["{{ 7 * 7 }}", "{% for x in y %}", "{# #}", "1.10", "[1]", "None", "007", "a\r\nb"])
def test_what_a_person_typed_stays_what_it_is(typed: str) -> None:
    scope = {"form": {"reason": typed}}

    assert evaluate("{{ form.reason }}", scope) == typed
    assert evaluate("Reason: {{ form.reason }}", scope) == f"Reason: {typed}"


@given(JSON)
def test_any_value_comes_out_as_it_went_in(value: object) -> None:
    assert evaluate("{{ form.value }}", {"form": {"value": value}}) == value


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("{{ form.minuts }}", '{{ form.minuts }} cannot be computed: there is no form.minuts. Did you mean "minutes"?'),
        ("at {{ fom.minutes }}", '{{ fom.minutes }} cannot be computed: there is no fom. Did you mean "form"?'),
        ("{{ form.reason + 1 }}", "can only concatenate str"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ form.reason | uper }}", "No filter named 'uper'"),
        ("{{ form.minutes", '"{{ form.minutes" has no }} for its {{.'),
        ("{% if form.minutes %}", "has {%, but only {{ ... }} works here."),
        ("{# a remark #}", "has {#, but only {{ ... }} works here."),
        ("{{ }}", "cannot be read"),
        ("{{ form.reason.upper }}", "it gives no value"),
    ],
)
def test_a_mistake_is_a_sentence_that_names_the_expression(written: str, sentence: str) -> None:
    with pytest.raises(ExpressionProblem) as problem:
        evaluate(written, SCOPE)

    assert sentence in str(problem.value)


@pytest.mark.parametrize(
    "written",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ form.reason['__class__'] }}",
        "{{ form.reason | attr('__class__') }}",
        "{{ '{0.__class__}'.format(form) }}",
        "{{ self.__init__ }}",
        "{{ range(9) }}",
        "{{ lipsum() }}",
        "{{ form.hosts.append('web3') }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ 'x' * 9999999999 }}",
        "{{ [0] * 9999999999 }}",
    ],
)
def test_an_expression_reaches_nothing_but_its_scope(written: str) -> None:
    with pytest.raises(ExpressionProblem):
        evaluate(written, SCOPE)


@given(st.text(alphabet="{}%#-+*().,'\"[]|~ abfor1\n"))
def test_any_text_is_either_evaluated_or_a_problem(written: str) -> None:
    for text in (written, "{{" + written + "}}"):
        with contextlib.suppress(ExpressionProblem):
            evaluate(text, SCOPE)


def test_the_names_that_a_value_needs_can_be_asked_for() -> None:
    written = {"a": "{{ form.minutes }}m {{ env['url'] }}", "b": ["{{ infra.outputs.hosts[0].name.upper() }}", 5]}

    assert names_in(written) == {("form", "minutes"), ("env", "url"), ("infra", "outputs", "hosts")}


def test_a_name_that_may_be_missing_is_not_needed() -> None:
    assert names_in("{{ vars.a | default(form.minutes) if vars.b is defined else 1 }}") == {("form", "minutes")}
