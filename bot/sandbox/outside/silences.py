"""Silences: which alerts nobody is told of for a while, by Alertmanager's API."""

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from bot.base.clock import Clock

_WRITTEN = re.compile(r'\s*(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*')


class Matcher(BaseModel):
    """What a label has to be."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    name: str
    value: str
    is_regex: bool = Field(alias="isRegex")
    is_equal: bool = Field(default=True, alias="isEqual")

    def fits(self, labels: Mapping[str, str]) -> bool:
        """Is the label as it has to be?"""
        found = labels.get(self.name, "")
        matches = re.fullmatch(self.value, found) is not None if self.is_regex else found == self.value
        return matches == self.is_equal


class _Asked(BaseModel):
    """What somebody posts to silence alerts."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    matchers: tuple[Matcher, ...] = Field(min_length=1)
    starts_at: AwareDatetime = Field(alias="startsAt")
    ends_at: AwareDatetime = Field(alias="endsAt")
    created_by: str = Field(alias="createdBy")
    comment: str
    annotations: Mapping[str, str] = {}


@dataclass(kw_only=True)
class Silence:
    """One silence."""

    id: str
    asked: _Asked
    ends_at: datetime

    def state(self, now: datetime) -> Literal["expired", "pending", "active"]:
        """Where it is in its time."""
        if self.ends_at <= now:
            return "expired"
        return "pending" if self.asked.starts_at > now else "active"


class Silences:
    """All silences. They end with the process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ids = itertools.count(1)
        self._silences: dict[str, Silence] = {}

    def muting(self, labels: Mapping[str, str]) -> list[str]:
        """The ids of those that mute an alert with these labels."""
        now = self._clock.now()
        return [
            one.id
            for one in list(self._silences.values())
            if one.state(now) == "active" and all(matcher.fits(labels) for matcher in one.asked.matchers)
        ]

    def routes(self) -> list[web.RouteDef]:
        """Their part of the API."""
        return [
            web.get("/api/v2/silences", self._list),
            web.post("/api/v2/silences", self._add),
            web.get("/api/v2/silence/{id}", self._for_one(self._show)),
            web.delete("/api/v2/silence/{id}", self._for_one(self._expire)),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        del request
        return web.json_response([self._shown(one) for one in list(self._silences.values())])

    async def _add(self, request: web.Request) -> web.Response:
        try:
            asked = _Asked.model_validate_json(await request.read())
        except ValidationError as error:
            return web.json_response({"code": 422, "message": str(error)}, status=422)
        if asked.starts_at >= asked.ends_at:
            return _refused("start time must be before end time")
        if asked.ends_at < self._clock.now():
            return _refused("end time can't be in the past")
        made = Silence(id=f"00000000-0000-4000-8000-{next(self._ids):012}", asked=asked, ends_at=asked.ends_at)
        self._silences[made.id] = made
        return web.json_response({"silenceID": made.id})

    def _for_one(self, act: Callable[[Silence], web.Response]) -> Callable[[web.Request], Any]:
        async def answer(request: web.Request) -> web.Response:
            found = self._silences.get(request.match_info["id"])
            return act(found) if found else web.Response(status=404)

        return answer

    def _expire(self, silence: Silence) -> web.Response:
        silence.ends_at = min(silence.ends_at, self._clock.now())
        return web.Response()

    def _show(self, silence: Silence) -> web.Response:
        return web.json_response(self._shown(silence))

    def _shown(self, silence: Silence) -> dict[str, Any]:
        asked = silence.asked
        return {
            "id": silence.id,
            "status": {"state": silence.state(self._clock.now())},
            "matchers": [matcher.model_dump(by_alias=True) for matcher in asked.matchers],
            "startsAt": moment(asked.starts_at),
            "endsAt": moment(silence.ends_at),
            "updatedAt": moment(asked.starts_at),
            "createdBy": asked.created_by,
            "comment": asked.comment,
            "annotations": dict(asked.annotations),
        }


def _refused(why: str) -> web.Response:
    return web.json_response(f"Failed to create silence: {why}", status=400)


def matcher(written: str) -> Matcher:
    """`severity="critical"`, as queries have it. Raises ValueError."""
    found = _WRITTEN.fullmatch(written)
    if found is None:
        raise ValueError(written)
    name, sign, quoted = found.groups()
    value = re.sub(r"\\(.)", lambda escaped: "\n" if escaped[1] == "n" else escaped[1], quoted)
    return Matcher(name=name, value=value, is_regex="~" in sign, is_equal=not sign.startswith("!"))


def moment(at: datetime) -> str:
    """A moment as the API writes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
