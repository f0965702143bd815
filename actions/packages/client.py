"""Asks a registry for what it lists; what comes of it is put into words that people understand."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import requests
from packaging.version import InvalidVersion
from packaging.version import Version as Number
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from actions.api import ActionFailed, CheckContext, Field

_NOT_FOUND = 404

#: Where a registry is asked: no name and no password stands in it.
Address = Annotated[str, Field(pattern=r"^https?://[^\s@]+$", description="the address where it is asked")]


def read_json(ctx: CheckContext, url: str, *, what: str, accept: str = "application/json") -> Any:
    """The JSON at *url*, which lists *what*. Raises ActionFailed."""
    answer = _ask(ctx, url, what=what, accept=accept)
    try:
        return answer.json()
    except ValueError as error:
        raise ActionFailed(f"{url} does not answer with JSON.", hint="Is it the address of a registry?") from error


def read_yaml(ctx: CheckContext, url: str, *, what: str) -> Any:
    """The YAML at *url*, which lists *what*. Raises ActionFailed."""
    answer = _ask(ctx, url, what=what, accept="*/*")
    try:
        return YAML(typ="safe").load(answer.content)
    except YAMLError as error:
        raise ActionFailed(f"{url} does not answer with YAML.", hint="Is it the address of a repository?") from error


def moment(written: object) -> datetime | None:
    """When it was, as registries write it: `2026-03-01T12:00:00Z`, a date alone, or seconds since 1970."""
    if isinstance(written, int | float) and not isinstance(written, bool):
        return datetime.fromtimestamp(written, UTC)
    try:
        # `str`, since a reader of YAML may have made a moment of it.
        found = datetime.fromisoformat(str(written))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def is_for_trying(number: str) -> bool:
    """Is it a number of one for trying out: `1.0rc1`, `2.0.0-beta.1`?"""
    try:
        return Number(number).is_prerelease
    except InvalidVersion:
        # In semantic versions all behind a hyphen says so: https://semver.org/#spec-item-9
        return "-" in number.partition("+")[0]


def part(answer: Any, key: str) -> Any:
    """What *answer* holds under *key*; None when it is no mapping, or holds nothing there."""
    return answer.get(key) if isinstance(answer, Mapping) else None


def _ask(ctx: CheckContext, url: str, *, what: str, accept: str) -> requests.Response:
    try:
        with ctx.http() as session:
            answer = session.get(url, headers={"Accept": accept})
    except requests.RequestException as error:
        raise ActionFailed(f"{url} did not answer.", hint="Is the address right? Try again later.") from error
    if answer.status_code == _NOT_FOUND:
        raise ActionFailed(f"There is no {what} at {url}.", hint="Is its name spelt right?")
    if answer.status_code != requests.codes.ok:
        raise ActionFailed(f"{url} answered {answer.status_code}.", hint="Try again later.")
    return answer
