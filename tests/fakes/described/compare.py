"""Compares what we know of an API with the file in which its maker describes it.

    python -m tests.fakes.described.compare gitlab openapi_v2.yaml

Prints a line for each difference that could make a request of ours wrong, or a field that we read missing. The file is
Swagger 2 or OpenAPI 3, in YAML or JSON; what is in it and not used by us does not count.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML

from tests.fakes.described.described import BEFORE, PAGING, Api, description

_PART = re.compile(r"\{[^{}]*\}")
_JSON = "application/json"


class Schemas:
    """The schemas of one document, each with what it refers to."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def whole(self, schema: Any) -> dict[str, Any]:
        """*schema* without references, as one where it is made of all of several, or of one and null."""
        found: dict[str, Any] = schema or {}
        while "$ref" in found:
            found = self.at(found["$ref"])
        for choice in ("anyOf", "oneOf"):
            some = [one for one in found.get(choice, ()) if one.get("type") != "null"]
            if len(some) == 1:
                return self.whole(some[0])
        whole = {**found, "properties": dict(found.get("properties", {})), "required": list(found.get("required", ()))}
        for part in map(self.whole, found.get("allOf", ())):
            whole["properties"] |= part["properties"]
            whole["required"] += part["required"]
        return whole

    def at(self, reference: str) -> Any:
        """What `#/definitions/commit` names."""
        found: Any = self._document
        for name in reference.removeprefix("#/").split("/"):
            found = found[name.replace("~1", "/").replace("~0", "~")]
        return found


class Published:
    """What the maker of an API publishes."""

    def __init__(self, document: Mapping[str, Any], before: str) -> None:
        self.schemas = Schemas(document)
        base = str(document.get("basePath", "")).rstrip("/")
        self._paths = {_shape((base + path).removeprefix(before)): item for path, item in document["paths"].items()}

    def use(self, path: str, method: str) -> dict[str, Any] | None:
        """One use of a path, in the words of our own descriptions; None: there is none."""
        item = self._paths.get(_shape(path), {})
        use = item.get(method.lower())
        if use is None:
            return None
        given = [*item.get("parameters", ()), *use.get("parameters", ())]
        given = [self.schemas.at(one["$ref"]) if "$ref" in one else one for one in given]
        query = {one["name"]: one.get("schema", one) for one in given if one["in"] == "query"}
        body = next((one["schema"] for one in given if one["in"] == "body"), None) or _content(use.get("requestBody"))
        answers = {str(status): one.get("schema") or _content(one) for status, one in use["responses"].items()}
        return {"query": query, "body": body, "answers": answers}


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """What *ours*, a description of ours, says differently than *theirs*, with *before* before each of its paths."""
    published, schemas = Published(theirs, before), Schemas(ours)
    for path, uses in ours["paths"].items():
        for method, use in uses.items():
            where = f"{method} {path}"
            known = published.use(path, method)
            if known is None:
                yield f"{where} is not there"
                continue
            yield from (f"{where} has no parameter {name}" for name in {*use["query"]} - {*known["query"]} - PAGING)
            for name, values in use.get("values", {}).items():
                yield from _values(f"{where} {name}", values, known["query"].get(name, {}).get("enum"))
            pairs = [("sent", use["body"], known["body"])] if "body" in use else []
            for status, schema in use["answers"].items():
                if status in known["answers"]:
                    pairs.append(("answered", schema, known["answers"][status]))
                else:
                    yield f"{where} does not answer {status}, but {', '.join(known['answers'])}"
            for what, one, other in pairs:
                yield from _differ(f"{where} {what}", (one, schemas), (other, published.schemas))


def _differ(where: str, ours: tuple[Any, Schemas], theirs: tuple[Any, Schemas]) -> Iterator[str]:
    one, other = ours[1].whole(ours[0]), theirs[1].whole(theirs[0])
    kinds, known = _kinds(one), _kinds(other)
    if kinds and not kinds & known:
        yield f"{where} is {' or '.join(sorted(kinds))} here, {' or '.join(sorted(known)) or 'nothing'} there"
        return
    yield from _values(where, one.get("enum"), other.get("enum"))
    for name, schema in one["properties"].items():
        if name in other["properties"]:
            yield from _differ(f"{where} {name}", (schema, ours[1]), (other["properties"][name], theirs[1]))
        else:
            yield f"{where} {name} is not there"
    if where.endswith("sent"):
        yield from (f"{where} needs {name} there" for name in {*other["required"]} - {*one["required"]})
    if "items" in one and "items" in other:
        yield from _differ(f"{where} []", (one["items"], ours[1]), (other["items"], theirs[1]))


def _values(where: str, ours: Any, theirs: Any) -> Iterator[str]:
    if ours and theirs and {*ours} != {*theirs}:
        yield f"{where} is one of others: {', '.join(sorted(map(str, {*ours} ^ {*theirs})))}"


def _kinds(schema: Mapping[str, Any]) -> set[str]:
    """The types that a whole schema allows, but for null; those of a choice among several are not told."""
    named = schema.get("type") or ("object" if schema["properties"] else ())
    return {*([named] if isinstance(named, str) else named)} - {"null"}


def _content(holder: Any) -> Any:
    return ((holder or {}).get("content") or {}).get(_JSON, {}).get("schema")


def _shape(path: str) -> str:
    return _PART.sub("{}", path)


if __name__ == "__main__":
    api = cast("Api", sys.argv[1])
    published = YAML(typ="safe").load(Path(sys.argv[2]))
    found = sorted(differences(description(api), published, BEFORE[api]))
    print("\n".join(found) or "No difference.")
    sys.exit(bool(found))
