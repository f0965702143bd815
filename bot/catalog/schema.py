"""The JSON Schemas of what people write, made of the models that read it; in stacks with the fields of all actions."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from actions import library
from bot.catalog.raw.freezes import RawFreezes
from bot.catalog.raw.stack import KINDS, RawAccess, RawRules, RawStack
from bot.catalog.raw.watch import TRIGGERS

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
    names = [name for name in library.names() if not library.fault(name)]
    checks = [name for name in library.check_names() if not library.fault(name)]
    step = defs["RawStep"]
    step["oneOf"] = [{"required": [kind]} for kind in KINDS]
    defs["RawTrigger"]["oneOf"] = [{"required": [kind]} for kind in TRIGGERS]
    _with_fields(step, "uses", names)
    for use in ("RawCheck", "RawArtefact", "RawResource"):
        _with_fields(defs[use], "check", checks)
    fields = {name: _fields(name, library.find(name)) for name in names}
    fields |= {name: _fields(name, library.find_check(name)) for name in checks}
    return {"$schema": _DIALECT, **schema, "title": "stack.yml", "$defs": {**defs, **fields}}


def access_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of an access.yml: rules alone, or roles and rules."""
    _, schema = models_json_schema(
        [(RawAccess, "validation"), (RawRules, "validation")], schema_generator=_Written, title="access.yml"
    )
    either = [{"$ref": f"#/$defs/{model.__name__}"} for model in (RawRules, RawAccess)]
    return {"$schema": _DIALECT, **schema, "anyOf": either}


def freezes_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of freezes.yml."""
    schema = RawFreezes.model_json_schema(schema_generator=_Written)
    freeze = schema["$defs"]["RawFreeze"]
    freeze["anyOf"] = [{"required": [key]} for key in ("weekly", "daily", "dates", "from", "holidays")]
    freeze["dependentRequired"] = {"from": ["to"], "to": ["from"]}
    return {"$schema": _DIALECT, **schema, "title": "freezes.yml"}


#: By the name of the file.
SCHEMAS = {"stack.yml": stack_schema, "access.yml": access_schema, "freezes.yml": freezes_schema}


def _with_fields(owner: dict[str, Any], key: str, names: list[str]) -> None:
    """Let `with` of *owner* have the fields of what *key* names."""
    owner["properties"][key] |= {"enum": names}
    owner["allOf"] = [
        {
            "if": {"properties": {key: {"const": name}}, "required": [key]},
            "then": {"properties": {"with": {"$ref": f"#/$defs/{name}"}}},
        }
        for name in names
    ]


def _fields(name: str, made: type[BaseModel]) -> dict[str, Any]:
    """The fields of an action or check, each of which may be an expression instead."""
    schema = made.model_json_schema(schema_generator=_Given, ref_template=f"#/$defs/{name}/$defs/{{model}}")
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
