"""Versions that a URL tells: in JSON, on a page, or in a header."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import jsonpath
from pydantic import field_validator, model_validator

from actions.api import ActionFailed, Check, CheckContext, Field, Secret, Version, numbers_in
from actions.http.client import Answer, ask


class Versions(Check[Version]):
    """Read versions from a URL: by a path into its JSON, from a header, or by a pattern on the page."""

    #: What the URL does not tell any more is gone.
    lists_all: ClassVar[bool] = True

    url: str = Field(
        description="where they are told", pattern=r"^https?://[^\s]+$", examples=["https://go.dev/dl/?mode=json"]
    )
    json_path: str | None = Field(
        default=None, description="a JSONPath (RFC 9535) to each version", examples=["$[*].version"]
    )
    header: str | None = Field(
        default=None, description="the header that holds the version", examples=["X-App-Version"]
    )
    pattern: str | None = Field(
        default=None,
        description="a regular expression that finds versions in the page, or in what the two above gave; "
        "with a group, the version is what the first one holds",
        examples=[r"app-(\d+\.\d+\.\d+)\.tar\.gz"],
    )
    headers: dict[str, str] = Field(default={}, description="headers to send", examples=[{"Accept": "text/plain"}])
    secret_headers: dict[str, Secret] = Field(
        default={},
        description="headers whose values are secrets; with any, redirects are not followed",
        examples=[{"Authorization": "env:DOWNLOADS_TOKEN"}],
    )
    timeout_s: float = Field(default=10, gt=0, le=120, description="seconds to wait for the answer", examples=[10])

    @field_validator("json_path")
    @classmethod
    def _is_a_path(cls, written: str | None) -> str | None:
        if written is not None:
            try:
                jsonpath.compile(written)
            except jsonpath.JSONPathError as error:
                raise ValueError(f"it is no JSONPath: {str(error).splitlines()[0]}") from error
        return written

    @field_validator("pattern")
    @classmethod
    def _is_a_pattern(cls, written: str | None) -> str | None:
        if written is not None:
            try:
                re.compile(written)
            except re.error as error:
                raise ValueError(f"it is no regular expression: {error}") from error
        return written

    @model_validator(mode="after")
    def _one_source(self) -> "Versions":
        if self.json_path is not None and self.header is not None:
            raise ValueError("`json_path` and `header` exclude each other")
        if self.json_path is None and self.header is None and self.pattern is None:
            raise ValueError("say where the version is: `json_path`, `header` or `pattern`")
        return self

    def list_versions(self, ctx: CheckContext) -> list[Version]:
        """What the URL tells now."""
        secrets = {name: ctx.secret(reference) for name, reference in self.secret_headers.items()}
        answer = ask(
            ctx,
            "GET",
            self.url,
            timeout_s=self.timeout_s,
            headers={**self.headers, **secrets},
            # A redirect could carry the secrets to another host.
            follow=not secrets,
        )
        if not 200 <= answer.status <= 299:
            raise ActionFailed(f"{self.url} answered {answer.status}.", hint="Is the URL right, and the access?")
        numbers = dict.fromkeys(self._matched(self._told(answer)))
        return [Version(number=number, url=self.url) for number in numbers if number]

    def _told(self, answer: Answer) -> list[str]:
        """The texts in which versions are looked for."""
        if self.header is not None:
            found = {name.lower(): value for name, value in answer.headers.items()}.get(self.header.lower())
            if found is None:
                raise ActionFailed(f"{self.url} sends no header {self.header}.", hint="Is its name right?")
            return [found.strip()]
        if self.json_path is None:
            return [answer.body]
        try:
            # A number keeps its digits: 1.10 is a version here.
            tree = json.loads(answer.body, parse_float=str)
        except ValueError as error:
            raise ActionFailed(f"{self.url} does not answer with JSON.", hint="Leave `json_path` out.") from error
        return [str(value) for value in _plain_values(jsonpath.findall(self.json_path, tree))]

    def _matched(self, texts: Iterable[str]) -> Iterator[str]:
        for text in texts:
            if self.pattern is None:
                yield text
            else:
                yield from numbers_in(text, re.compile(self.pattern))


def _plain_values(found: Iterable[Any]) -> Iterator[str | int]:
    for value in found:
        if isinstance(value, str | int) and not isinstance(value, bool):
            yield value
