"""The JSON Schema of stack.yml, made of the models that read it and the fields of all actions. For editors."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from actions import library
from bot.catalog.raw import KINDS, RawStack

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: Takes the place of any value of an action.
_EXPRESSION = {"type": "string", "pattern": r"\{\{"}


class _Written(GenerateJsonSchema):
    """The schema of what is written: a key may be left out, but not be left empty."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        made = super().default_schema(schema)
        return {key: value for key, value in made.items() if key != "default" or value is not None}

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        made = super().dict_schema(schema)
        return {**made, "additionalProperties": False} if "patternProperties" in made else made

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False


class _Given(_Written):
    """The schema of what is given to an action, which takes a number where it wants text."""

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        return {**super().str_schema(schema), "type": ["string", "number"]}


def stack_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a stack.yml."""
    schema = RawStack.model_json_schema(schema_generator=_Written)
    defs: dict[str, Any] = schema["$defs"]
    environments = schema["properties"]["environments"]["patternProperties"]
    # An environment without fields needs no braces: `staging:`.
    environments |= {name: {"anyOf": [fields, {"type": "null"}]} for name, fields in environments.items()}
    names = library.names()
    step = defs["RawStep"]
    step["properties"]["uses"] |= {"enum": names}
    step["oneOf"] = [{"required": [kind]} for kind in KINDS]
    step["allOf"] = [
        {
            "if": {"properties": {"uses": {"const": name}}, "required": ["uses"]},
            "then": {"properties": {"with": {"$ref": f"#/$defs/{name}"}}},
        }
        for name in names
    ]
    actions = {name: _action(name) for name in names}
    return {"$schema": _DIALECT, **schema, "title": "stack.yml", "$defs": {**defs, **actions}}


def _action(name: str) -> dict[str, Any]:
    """The fields of an action, each of which may be an expression instead."""
    schema = library.find(name).model_json_schema(
        schema_generator=_Given, ref_template=f"#/$defs/{name}/$defs/{{model}}"
    )
    return {**schema, "properties": {key: _or_expression(field) for key, field in schema["properties"].items()}}


def _or_expression(schema: dict[str, Any]) -> dict[str, Any]:
    """*schema*, or an expression in its place or in the place of anything inside it."""
    said = {key: value for key, value in schema.items() if key in {"description", "examples", "default"}}
    rest = {key: value for key, value in schema.items() if key not in said}
    for key in ("items", "additionalProperties"):
        if isinstance(rest.get(key), dict):
            rest[key] = _or_expression(rest[key])
    if "patternProperties" in rest:
        rest["patternProperties"] = {key: _or_expression(value) for key, value in rest["patternProperties"].items()}
    return {**said, "anyOf": [rest, _EXPRESSION]}
