"""What actions and checks are held to alike, for every one of the library: read from the class, never from its name."""

import json
import typing
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError


def filled(made: type[BaseModel], **given: object) -> BaseModel:
    """One made of its own examples and of what is *given*: the required fields, or some more if they do not suffice."""
    examples = {name: field.examples[0] for name, field in made.model_fields.items() if field.examples}
    required = {name: value for name, value in examples.items() if made.model_fields[name].is_required()}
    for more in [{}, *({name: value} for name, value in examples.items())]:
        try:
            return made.model_validate({**required, **more, **given})
        except ValidationError:
            continue
    raise AssertionError(f"the examples of {made.__name__} make none")


def says_what_it_does_in_a_sentence(made: type[BaseModel]) -> None:
    first_line = (made.__doc__ or "").strip().split("\n")[0]

    assert first_line.endswith(".")
    assert len(first_line) > 20


def describes_its_fields_for_people(made: type[BaseModel]) -> None:
    for name, field in made.model_fields.items():
        assert field.description, name
        assert not field.description.endswith("."), name


def has_valid_examples(made: type[BaseModel]) -> None:
    for name, field in made.model_fields.items():
        values: TypeAdapter[Any] = TypeAdapter(typing.Annotated[field.annotation, field])  # type: ignore[arg-type]
        assert field.examples, name
        for example in field.examples:
            values.validate_python(example)


def refuses_an_unknown_field(made: type[BaseModel]) -> None:
    with pytest.raises(ValidationError, match="no_such_field"):
        made.model_validate({**filled(made).model_dump(), "no_such_field": 1})


def survives_being_stored(made: type[BaseModel]) -> None:
    one = filled(made)

    assert made.model_validate(json.loads(json.dumps(one.model_dump(mode="json")))) == one


def has_a_json_schema_for_editors(made: type[BaseModel]) -> None:
    assert set(made.model_json_schema()["properties"]) == set(made.model_fields)


PROMISES = (
    says_what_it_does_in_a_sentence,
    describes_its_fields_for_people,
    has_valid_examples,
    refuses_an_unknown_field,
    survives_being_stored,
    has_a_json_schema_for_editors,
)


def secrets_of(made: type[BaseModel]) -> Iterator[str]:
    """The references of secrets in the examples of its fields."""
    for field in made.model_fields.values():
        yield from _references(field.examples)


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.startswith(("env:", "file:", "vault:")):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _references(inner)
