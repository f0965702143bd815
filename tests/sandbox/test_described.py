"""The comparison of what we know of an API with what its maker publishes."""

from typing import Any

import pytest

from tests.fakes.described.compare import differences

NEW = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
THING = {"allOf": [{"properties": {"id": {"type": "integer"}}}, NEW]}
STATES = ["on", "off"]
SWAGGER = {
    "basePath": "/api/",
    "definitions": {"thing": THING},
    "paths": {
        "/things/{thing_id}": {
            "get": {
                "parameters": [{"in": "query", "name": "state", "type": "string", "enum": STATES}],
                "responses": {"200": {"schema": {"type": "array", "items": {"$ref": "#/definitions/thing"}}}},
            },
            "put": {"parameters": [{"in": "body", "name": "it", "schema": NEW}], "responses": {"201": {}}},
        }
    },
}
OPENAPI = {
    "components": {"schemas": {"thing": THING, "new": NEW}},
    "paths": {
        "/api/things/{thing_id}": {
            "parameters": [{"in": "query", "name": "state", "schema": {"enum": STATES}}],
            "get": {
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {"type": "array", "items": {"$ref": "#/components/schemas/thing"}}
                            }
                        }
                    }
                }
            },
            "put": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/new"}}}},
                "responses": {201: {}},
            },
        }
    },
}


def ours(
    *,
    path: str = "/things/{id}",
    query: str = "state",
    states: list[str] = STATES,
    body: dict[str, Any] = NEW,
    status: str = "201",
    field: str = "id",
    kind: str = "integer",
) -> dict[str, Any]:
    """A description of ours that agrees with both, but for what is given."""
    thing = {"type": "object", "properties": {field: {"type": [kind, "null"]}}}
    get = {"query": [query, "page"], "values": {"state": states}}
    answers = {"200": {"type": "array", "items": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/thing"}]}}}
    put = {"query": [], "body": body, "answers": {status: None}}
    return {"paths": {path: {"GET": {**get, "answers": answers}, "PUT": put}}, "$defs": {"thing": thing}}


@pytest.mark.parametrize("published", [SWAGGER, OPENAPI])
def test_what_agrees_has_no_difference(published):
    assert list(differences(ours(), published, "/api")) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"path": "/thing/{id}"}, ["GET /thing/{id} is not there", "PUT /thing/{id} is not there"]),
        ({"query": "status"}, ["GET /things/{id} has no parameter status"]),
        ({"states": ["on", "idle"]}, ["GET /things/{id} state is one of others: idle, off"]),
        ({"body": {"type": "object"}}, ["PUT /things/{id} sent needs name there"]),
        ({"body": {**NEW, "properties": {"nam": {}}}}, ["PUT /things/{id} sent nam is not there"]),
        ({"status": "200"}, ["PUT /things/{id} does not answer 200, but 201"]),
        ({"field": "iid"}, ["GET /things/{id} answered [] iid is not there"]),
        ({"kind": "string"}, ["GET /things/{id} answered [] id is string here, integer there"]),
    ],
)
@pytest.mark.parametrize("published", [SWAGGER, OPENAPI])
def test_each_difference_is_told(published, changed, told):
    assert list(differences(ours(**changed), published, "/api")) == told
