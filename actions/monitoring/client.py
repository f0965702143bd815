"""Talks to Alertmanager by its API, version 2."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

import requests
from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from actions.api import ActionFailed, CheckContext, Context, Secret
from actions.monitoring.matchers import Part, in_api

Url = Annotated[str, Field(pattern=r"^https?://[^\s]+$")]


def in_utc(at: datetime) -> str:
    """A moment as people read it: `Wed 01 Jan 23:30 UTC`."""
    return f"{at.astimezone(UTC):%a %d %b %H:%M} UTC"


class _Seen(BaseModel):
    """What the API says, as far as it concerns us."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class _AlertStatus(_Seen):
    silenced_by: list[str] = Field(default=[], alias="silencedBy")
    inhibited_by: list[str] = Field(default=[], alias="inhibitedBy")


class Firing(_Seen):
    """One alert that fires."""

    fingerprint: str
    labels: dict[str, str]
    annotations: dict[str, str] = {}
    started_at: datetime = Field(alias="startsAt")
    url: str = Field(default="", alias="generatorURL")
    status: _AlertStatus = _AlertStatus()

    @property
    def name(self) -> str:
        """Its name for people."""
        return self.labels.get("alertname", self.fingerprint)

    @property
    def summary(self) -> str:
        """What its author says about it, in a sentence; empty if nothing."""
        return self.annotations.get("summary") or self.annotations.get("description") or ""

    @property
    def told(self) -> str:
        """The alert in one line: its name, where, and what it says."""
        where = self.labels.get("instance") or self.labels.get("service") or self.labels.get("job") or ""
        head = f"{self.name} ({where})" if where else self.name
        return f"{head}: {self.summary}" if self.summary else head


class _SilenceStatus(_Seen):
    state: str


class Muted(_Seen):
    """One silence."""

    id: str
    matchers: list[Part]
    starts_at: datetime = Field(alias="startsAt")
    ends_at: datetime = Field(alias="endsAt")
    created_by: str = Field(alias="createdBy")
    comment: str
    status: _SilenceStatus

    @property
    def is_over(self) -> bool:
        """Has it ended?"""
        return self.status.state == "expired"

    @property
    def told(self) -> str:
        """Whose it is, until when, and why."""
        return f"{self.created_by} until {in_utc(self.ends_at)}: {self.comment}"

    @property
    def written(self) -> list[str]:
        """Its matchers, as people write them."""
        return sorted(part.written for part in self.matchers)


class Alertmanager:
    """One Alertmanager, asked on behalf of one step or check."""

    def __init__(self, ctx: Context | CheckContext, url: str, token: Secret | None, *, timeout_s: float = 10) -> None:
        self._ctx = ctx
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {ctx.secret(token)}"} if token else {}
        self._timeout_s = timeout_s

    def firing(self, matchers: Sequence[str]) -> list[Firing]:
        """The alerts that fire and that all *matchers* match, also silenced ones, the oldest first."""
        query = urlencode([("filter", written) for written in matchers])
        found: list[Firing] = self._parsed(self._ask("GET", f"/alerts?{query}"), list[Firing])
        return sorted(found, key=lambda alert: (alert.started_at, alert.fingerprint))

    def silences(self) -> list[Muted]:
        """The silences that have not ended, those that end first at the front."""
        found: list[Muted] = self._parsed(self._ask("GET", "/silences"), list[Muted])
        return sorted((one for one in found if not one.is_over), key=lambda silence: (silence.ends_at, silence.id))

    def beside(self, silence: Muted) -> list[Muted]:
        """The other silences that hold for the same: by the same matchers, or for an alert that fires now."""
        muting = {id for alert in self.firing(silence.written) for id in alert.status.silenced_by}
        others = (one for one in self.silences() if one.id != silence.id and one.status.state == "active")
        return [one for one in others if one.id in muting or one.written == silence.written]

    def silence(self, id: str) -> Muted | None:
        """One silence, also one that has ended; None: there is none of this id."""
        answer = self._ask("GET", f"/silence/{id}")
        if answer.status_code in {404, 422}:
            return None
        found: Muted = self._parsed(answer, Muted)
        return found

    def find(self, matchers: Sequence[str], comment: str) -> Muted | None:
        """The silence that has not ended, with these matchers and this comment; None: there is none."""
        same = (one for one in self.silences() if one.comment == comment and one.written == sorted(matchers))
        return next(same, None)

    def add(self, matchers: Sequence[str], *, until: datetime, by: str, comment: str) -> str:
        """Silence alerts from now on; returns the silence's id."""
        body: dict[str, JsonValue] = {
            "matchers": in_api(matchers),
            "startsAt": datetime.now(UTC).isoformat(),
            "endsAt": until.isoformat(),
            "createdBy": by,
            "comment": comment,
        }
        made: dict[str, str] = self._parsed(self._ask("POST", "/silences", body), dict[str, str])
        return made["silenceID"]

    def expire(self, id: str) -> None:
        """End a silence now."""
        self._demand_success(self._ask("DELETE", f"/silence/{id}"))

    def _ask(self, method: str, path: str, body: JsonValue = None) -> requests.Response:
        try:
            with self._ctx.http() as session:
                return session.request(
                    method,
                    f"{self._url}/api/v2{path}",
                    headers={"Accept": "application/json", **self._headers},
                    json=body,
                    timeout=self._timeout_s,
                    # A redirect could carry the token to another host.
                    allow_redirects=not self._headers,
                )
        except requests.RequestException as error:
            raise ActionFailed(
                f"Alertmanager at {self._url} does not answer.", hint="Is it up, and the address right?"
            ) from error

    def _parsed(self, answer: requests.Response, shape: Any) -> Any:
        self._demand_success(answer)
        try:
            return TypeAdapter(shape).validate_json(answer.content)
        except ValidationError as error:
            raise ActionFailed(
                f"{self._url} does not answer like an Alertmanager.", hint="Is it the address of Prometheus itself?"
            ) from error

    def _demand_success(self, answer: requests.Response) -> None:
        if not answer.ok:
            said = self._ctx.masked(answer.text).strip().strip('"')[:200]
            raise ActionFailed(
                f"{self._url} answered {answer.status_code}{': ' if said else ''}{said}.",
                hint="Is the address right, and may the token do this?",
            )
