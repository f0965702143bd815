"""Send an HTTP request."""

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import JsonValue, model_validator

from actions.api import Action, ActionFailed, Context, Crash, Field, Outputs, Secret
from actions.http.client import Answer, ask

_LONGEST_BODY_BYTES = 64 * 1024
#: RFC 9110, 9.2.2.
_IDEMPOTENT = {"GET", "HEAD", "PUT", "DELETE"}
_READING = {"GET", "HEAD"}
_SHOWN_LETTERS = 500


class Answered(Outputs):
    """What the server answered; all empty while no answer has come."""

    status: int = 0
    #: Cut after 64 KiB.
    body: str = ""
    #: By names in lower case.
    headers: dict[str, str] = Field(default={})


class Request(Action[Answered]):
    """Send an HTTP request, and fail unless the answer has an expected status."""

    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] = Field(
        default="GET", description="HTTP method", examples=["POST"]
    )
    url: str = Field(
        description="where to", pattern=r"^https?://[^\s]+$", examples=["https://deploy.example.org/hooks"]
    )
    headers: dict[str, str] = Field(default={}, description="headers", examples=[{"Accept": "application/json"}])
    secret_headers: dict[str, Secret] = Field(
        default={},
        description="headers whose values are secrets; with any, redirects are not followed",
        examples=[{"Authorization": "env:DEPLOY_TOKEN"}],
    )
    json_body: JsonValue = Field(default=None, description="a value to send as JSON", examples=[{"version": "1.10"}])
    body: str | None = Field(default=None, description="a text to send as it is", examples=["ping"])
    expect: list[int] = Field(
        default=[], description="statuses that are fine; none: every one from 200 to 299", examples=[[200, 404]]
    )
    timeout_s: float = Field(default=30, gt=0, le=600, description="seconds to wait for the answer", examples=[30])
    idempotent: bool | None = Field(
        default=None,
        description="is sending it twice the same as once? By default so for GET, HEAD, PUT and DELETE",
        examples=[True],
    )

    @model_validator(mode="after")
    def _one_body(self) -> "Request":
        if self.json_body is not None and self.body is not None:
            raise ValueError("`json_body` and `body` exclude each other")
        return self

    @property
    def crash(self) -> Crash:
        """A request that may have arrived is sent again only where that does no harm."""
        again = self.method in _IDEMPOTENT if self.idempotent is None else self.idempotent
        return Crash.AGAIN if again else Crash.ASK

    @classmethod
    def is_final(cls, fields: Mapping[str, Any]) -> bool:
        """What only asks changes nothing."""
        return fields.get("method", "GET") not in _READING

    def preview(self, ctx: Context) -> str:
        """The request as it would be sent, with secrets by their names. Sends nothing."""
        for reference in self.secret_headers.values():
            ctx.secret(reference)
        shown = [f"{self.method} {self.url}"]
        shown += [f"{name}: {value}" for name, value in self.headers.items()]
        shown += [f"{name}: ({reference})" for name, reference in self.secret_headers.items()]
        if sent := ctx.masked(self._sent()):
            shown += ["", sent if len(sent) <= _SHOWN_LETTERS else f"{sent[:_SHOWN_LETTERS]} …"]
        return "\n".join(shown)

    def run(self, ctx: Context) -> Answered:
        """Send it, and return the answer."""
        secrets = {name: ctx.secret(reference) for name, reference in self.secret_headers.items()}
        if self.method not in _READING:
            ctx.begin(Answered())
        ctx.log(f"{self.method} {self.url}")
        answer = ask(
            ctx,
            self.method,
            self.url,
            headers={**self.headers, **secrets},
            json=self.json_body,
            body=self.body,
            timeout_s=self.timeout_s,
            # A redirect could carry the secrets to another host.
            follow=not secrets,
            longest_bytes=_LONGEST_BODY_BYTES,
        )
        done = _answered(ctx, answer)
        ctx.log(f"{done.status}\n{done.body}".rstrip())
        self._demand_expected(done)
        return done

    def _sent(self) -> str:
        if self.body is not None:
            return self.body
        return "" if self.json_body is None else _as_json(self.json_body)

    def _demand_expected(self, done: Answered) -> None:
        if done.status in self.expect if self.expect else 200 <= done.status <= 299:
            return
        wanted = " or ".join(str(status) for status in self.expect) or "a success (200 to 299)"
        said = done.body.strip().split("\n", 1)[0][:200]
        raise ActionFailed(
            f"{self.method} {self.url} was answered with {done.status}, not {wanted}.",
            hint=f"It said: {said}" if said else "",
        )


def _answered(ctx: Context, answer: Answer) -> Answered:
    """The answer as it is stored: without secrets that the server sent back."""
    headers = {name.lower(): ctx.masked(value) for name, value in answer.headers.items()}
    return Answered(status=answer.status, body=ctx.masked(answer.body), headers=headers)


def _as_json(value: JsonValue) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
