"""How the APIs are described that our own servers speak: what goes over their wires is held against it."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs

from jsonschema import Draft202012Validator

from bot.sandbox.outside.manners import Asked

Api = Literal["alertmanager", "cloudflare", "fastly", "github", "gitlab"]

#: What stands before each path; at GitHub that of GitHub Enterprise.
BEFORE: dict[Api, str] = {
    "alertmanager": "/api/v2",
    "cloudflare": "/client/v4",
    "fastly": "",
    "github": "/api/v3",
    "gitlab": "/api/v4",
}
#: Every list of a code host takes them.
PAGING = {"page", "per_page"}
_PART = re.compile(r"\{(\w+)\}")
_WITH_SLASHES = {"path", "ref", "branch", "cached_url"}


def description(api: Api) -> dict[str, Any]:
    """What we know of an API, from where NOTICE says: each use of each path, in JSON Schema."""
    read: dict[str, Any] = json.loads((Path(__file__).parent / f"{api}.json").read_text())
    return read


class Described:
    """One API, as it is described."""

    def __init__(self, api: Api) -> None:
        self._before = BEFORE[api]
        self._described = description(api)
        self._paths = [
            (re.compile(_PART.sub(_pattern, path)), path)
            for path in sorted(self._described["paths"], key=len, reverse=True)
        ]

    def problems(self, asked: Iterable[Asked]) -> list[str]:
        """What is not as it is described: in what was sent, and in what was answered with success."""
        return [problem for one in asked for problem in self._of(one)]

    def _of(self, one: Asked) -> Iterator[str]:
        path, _, query = one.path.removeprefix(self._before).partition("?")
        known = next((name for pattern, name in self._paths if pattern.fullmatch(path)), None)
        use = self._described["paths"].get(known, {}).get(one.method)
        if use is None:
            yield f"{one.method} {path} is not described"
            return
        for name in set(parse_qs(query)) - set(use["query"]) - PAGING:
            yield f"{one.method} {path} has no query parameter {name}"
        for name, known_values in use.get("values", {}).items():
            for value in set(parse_qs(query).get(name, ())) - set(known_values):
                yield f"{one.method} {path} takes no {name}={value}"
        # PyGithub sends a bare list of labels: GitHub takes it, but describes only an object with such a list.
        if one.body and not (path.endswith("/labels") and one.body.startswith(b"[")):
            yield from self._differences(f"{one.method} {path} was sent", use.get("body", False), one.body)
        if 200 <= one.status < 300:
            if str(one.status) not in use["answers"]:
                yield f"{one.method} {path} never answers {one.status}"
            elif schema := use["answers"][str(one.status)]:
                yield from self._differences(f"{one.method} {path} answered", schema, one.answer)

    def _differences(self, what: str, schema: Any, content: bytes) -> Iterator[str]:
        whole = {**schema, "$defs": self._described["$defs"]} if schema else schema
        for error in Draft202012Validator(whole).iter_errors(json.loads(content)):
            yield f"{what} {error.json_path}: {error.message[:200]}"


def _pattern(part: re.Match[str]) -> str:
    return "(.+)" if part[1] in _WITH_SLASHES else "([^/]+)"
