"""What every action of the library promises; a new one is held to it as soon as its file exists."""

import json
import types
import typing
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from actions import library
from actions.api import Action, Outputs

ACTIONS = {name: library.find(name) for name in library.names()}
FIELDS = [(name, field) for name, action in ACTIONS.items() for field in action.model_fields]


def _filled(action: type[Action[Any]]) -> Action[Any]:
    """An action made of its own examples, the required fields only."""
    required = {name: field for name, field in action.model_fields.items() if field.is_required()}
    return action.model_validate({name: field.examples[0] for name, field in required.items() if field.examples})


def test_the_first_actions_are_there():
    assert {"ansible.run_playbook", "command.run", "http.expect", "http.request"} <= set(ACTIONS)


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_says_what_it_does_in_a_sentence(name):
    first_line = (ACTIONS[name].__doc__ or "").strip().split("\n")[0]

    assert first_line.endswith(".")
    assert len(first_line) > 20


@pytest.mark.parametrize("name", ACTIONS)
def test_a_stack_finds_an_action_by_the_name_of_its_file(name):
    assert library.name_of(ACTIONS[name]) == name


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_a_field_is_described_for_people(name, field):
    description = ACTIONS[name].model_fields[field].description or ""

    assert description
    assert not description.endswith(".")


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_a_fields_examples_are_valid(name, field):
    info = ACTIONS[name].model_fields[field]
    values: TypeAdapter[Any] = TypeAdapter(typing.Annotated[info.annotation, info])  # type: ignore[arg-type]

    assert info.examples
    for example in info.examples:
        values.validate_python(example)


@pytest.mark.parametrize("name", ACTIONS)
def test_an_unknown_field_is_refused(name):
    with pytest.raises(ValidationError, match="no_such_field"):
        ACTIONS[name].model_validate({**_filled(ACTIONS[name]).model_dump(), "no_such_field": 1})


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_survives_being_stored(name):
    action = _filled(ACTIONS[name])

    assert ACTIONS[name].model_validate(json.loads(json.dumps(action.model_dump(mode="json")))) == action


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_has_a_json_schema_for_editors(name):
    assert set(ACTIONS[name].model_json_schema()["properties"]) == set(ACTIONS[name].model_fields)


@pytest.mark.parametrize("name", ACTIONS)
def test_outputs_are_plain_json_values(name):
    outputs = ACTIONS[name].outputs_type()

    assert issubclass(outputs, Outputs)
    assert outputs.model_json_schema(mode="serialization")["type"] == "object"


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_does_its_part(name):
    assert {"run", "preview"} <= set(vars(ACTIONS[name]))


@pytest.mark.parametrize("name", ACTIONS)
def test_undo_says_that_it_gives_an_action_or_none(name):
    returned = typing.get_type_hints(ACTIONS[name].undo)["return"]

    assert isinstance(returned, types.UnionType | typing._UnionGenericAlias)  # type: ignore[attr-defined]
    action, nothing = typing.get_args(returned)
    assert nothing is type(None)
    assert issubclass(typing.get_origin(action) or action, Action)
