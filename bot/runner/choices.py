"""Reads the lists of choices of forms: what checks list and what JSON documents hold. Remembers them for a while."""

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
import structlog
from packaging.version import InvalidVersion, Version

from actions import library
from actions.api import ActionFailed
from actions.api.fields import stack_path
from actions.http.client import ask
from bot.base.redact import Redactor
from bot.control.forms.choices import NoChoices, NotYet
from bot.model.form import Choice, ChoiceSource
from bot.runner.secrets import read_known

log = structlog.get_logger()

#: A list that could not be read is not asked for again at each letter that somebody types.
_FAILED_FRESH_S = 3.0
_MOST_REMEMBERED = 500
#: Nobody searches through more, and a modal is not the place for it.
_MOST_CHOICES = 10_000
_READERS = 4
#: Longer ones are no values that anybody would choose; Slack is given what stands for those over 150.
_LONGEST_VALUE = 1000
_TRY_AGAIN = "Try again in a moment; if it stays like this, tell the owners of this stack."


@dataclass(frozen=True)
class _Answer:
    """What a source said: choices, or why there are none."""

    choices: tuple[Choice, ...]
    problem: str
    until: float


class ChoiceLists:
    """The implementation of `control.forms.choices.Choices`. Any thread may ask."""

    def __init__(self, *, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._lock = threading.Lock()
        self._known: OrderedDict[str, _Answer] = OrderedDict()
        self._coming: dict[str, Future[_Answer]] = {}
        self._pool = ThreadPoolExecutor(_READERS, "choices")

    def close(self) -> None:
        """Read no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def read(self, source: ChoiceSource, *, folder: Path, patience_s: float | None = None) -> Sequence[Choice]:
        """See `control.forms.choices.Choices`."""
        key = json.dumps([str(folder), asdict(source)], sort_keys=True, default=str)
        with self._lock:
            known = self._known.get(key)
            if known and known.until > time.monotonic():
                return _choices(known)
            coming = self._coming.get(key)
            if coming is None:
                coming = self._coming[key] = self._pool.submit(self._fetch, key, source, folder)
        try:
            return _choices(coming.result(timeout=source.timeout_s + 1 if patience_s is None else patience_s))
        except TimeoutError:
            if patience_s is None:
                # Nobody looks again after this: "one moment" would stand in the form for ever.
                raise NoChoices(f"{_name(source)} has not answered in time.", hint=_TRY_AGAIN) from None
            raise NotYet(f"{_name(source)} has not answered yet.", hint="One moment…") from None

    def _fetch(self, key: str, source: ChoiceSource, folder: Path) -> _Answer:
        reading = _Reading(folder, self._environ)
        try:
            found = _from_check(source, reading) if source.check else _from_document(source, reading)
            answer = _Answer(tuple(map(reading.safe, found[:_MOST_CHOICES])), "", time.monotonic() + source.cache_s)
        except ActionFailed as failed:
            answer = _Answer((), reading.masked(failed.reason), time.monotonic() + _FAILED_FRESH_S)
        except Exception as bug:  # noqa: BLE001 - a boundary: a check that breaks is a list that cannot be read
            log.error("a list of choices broke", source=_name(source), error=reading.masked(repr(bug)))
            answer = _Answer((), f"{_name(source)} broke: {type(bug).__name__}.", time.monotonic() + _FAILED_FRESH_S)
        with self._lock:
            self._known[key] = answer
            self._coming.pop(key, None)
            while len(self._known) > _MOST_REMEMBERED:
                self._known.popitem(last=False)
        return answer


class _Reading:
    """What a check, or the reading of a document, may ask of us: `actions.api.CheckContext`."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._environ = environ
        self.redactor = Redactor()

    def http(self) -> requests.Session:
        """See `actions.api.CheckContext`."""
        session = requests.Session()
        session.headers["User-Agent"] = "Stackhand"
        return session

    def secret(self, reference: str) -> str:
        """See `actions.api.CheckContext`."""
        return read_known(self.redactor, reference, self._environ, self._folder)

    def masked(self, text: str) -> str:
        """See `actions.api.CheckContext`."""
        return self.redactor.mask(text)

    def safe(self, choice: Choice) -> Choice:
        """*choice* without the secrets that were read: a server may send back what it was given."""
        return replace(choice, value=self.masked(choice.value), label=self.masked(choice.label))

    def path(self, written: str) -> Path:
        """See `actions.api.CheckContext`."""
        return stack_path(self._folder, written)

    def now(self) -> datetime:
        """See `actions.api.CheckContext`."""
        return datetime.now(UTC)


def _choices(answer: _Answer) -> Sequence[Choice]:
    if answer.problem:
        raise NoChoices(f"The list cannot be read: {answer.problem}", hint=_TRY_AGAIN)
    return answer.choices


def _name(source: ChoiceSource) -> str:
    return source.check or source.url.partition("?")[0]


def _from_check(source: ChoiceSource, reading: _Reading) -> list[Choice]:
    try:
        check = library.fill(library.find_check(source.check), source.with_)
    except library.UnknownCheck as unknown:
        raise ActionFailed(f"There is no check {source.check} (any more).") from unknown
    versions = [version for version in check.list_versions(reading) if not version.is_yanked]
    versions.sort(key=lambda version: _age(version.number), reverse=True)
    return [
        Choice(value=version.number, label=_label(version.name or version.number, version.title))
        for version in versions
    ]


def _label(called: str, title: str) -> str:
    return f"{called} · {title}" if title else called


def _age(number: str) -> tuple[int, Any]:
    """Sorts versions by what they say, and behind them numbers that say nothing."""
    try:
        return 1, Version(number)
    except InvalidVersion:
        return 0, number


def _from_document(source: ChoiceSource, reading: _Reading) -> list[Choice]:
    secrets = {name: reading.secret(reference) for name, reference in source.secret_headers.items()}
    answer = ask(
        reading,
        "GET",
        source.url,
        timeout_s=source.timeout_s,
        headers={"Accept": "application/json", **source.headers, **secrets},
        # A redirect would carry the secrets to whoever is there.
        follow=not secrets,
    )
    shown = source.url.partition("?")[0]
    if answer.status >= 300:
        raise ActionFailed(f"{shown} answered {answer.status}.")
    try:
        document = json.loads(answer.body)
    except ValueError as error:
        raise ActionFailed(f"{shown} did not answer with JSON.") from error
    items = _at(document, source.items)
    if isinstance(items, dict):
        items = [{"key": key, "value": value} for key, value in items.items()] if source.value else list(items)
    if not isinstance(items, list):
        raise ActionFailed(f"{shown} has no list at “{source.items}”.")
    found = [_choice(item, source) for item in items]
    return list(dict.fromkeys(choice for choice in found if 0 < len(choice.value) <= _LONGEST_VALUE))


def _choice(item: Any, source: ChoiceSource) -> Choice:
    value = _text(_at(item, source.value))
    return Choice(value=value, label=(_text(_at(item, source.label)) if source.label else "") or value)


def _at(value: Any, path: str) -> Any:
    """What stands at "data.clusters.0" of a document; None: nothing."""
    for part in filter(None, path.split(".")):
        if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
