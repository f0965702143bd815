"""Compares what a check lists with what is known, and writes the difference down."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.model.watch import CheckResult, FoundVersion, SeenVersion, Watcher
from bot.store.store import Transaction


class Changed(StrEnum):
    """What happened to a version."""

    APPEARED = "appeared"
    CHANGED = "changed"
    GONE = "gone"
    #: Something else is said of it, or it was withdrawn: nothing follows, but what was told of it is mended.
    EDITED = "edited"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A version that counts appeared, changed, or is gone."""

    what: Changed
    version: SeenVersion


def reconcile(tx: Transaction, watcher: Watcher, result: CheckResult, now: datetime) -> list[Change]:
    """Write down what is new, different or gone; returns what people and triggers should hear of, oldest first.

    The first check, and the first one after its declaration was edited, is a baseline: nothing is heard of it.
    """
    is_baseline = watcher.spec != result.spec
    known = {version.number: version for version in tx.versions.of(watcher.id)}
    unknown = [found for found in result.versions if found.number not in known]
    tx.versions.add(watcher.id, unknown, now=now, baseline=is_baseline)
    new = {} if is_baseline or not unknown else {one.number: one for one in tx.versions.of(watcher.id)}
    changes = [
        _changed(tx, found, known[found.number], now) if found.number in known else _appeared(new.get(found.number))
        for found in result.versions
    ]
    changes += [_gone(tx, old, now) for old in _taken_away(result, known.values())]
    return [] if is_baseline else [change for change in changes if change]


def _appeared(new: SeenVersion | None) -> Change | None:
    return Change(what=Changed.APPEARED, version=new) if new and new.passed_at else None


def _changed(tx: Transaction, found: FoundVersion, old: SeenVersion, now: datetime) -> Change | None:
    passed_at = None if found.verdict else now
    what = _what(old, found)
    values: dict[str, Any] = {"fields": dict(found.fields), "verdict": found.verdict, "state": found.state}
    if what is not None:
        # Both are part of the key of what follows: a version that comes back starts its jobs again.
        values |= {"appearance": old.appearance + 1, "changed_at": now, "gone_at": None}
    values["passed_at"] = old.passed_at or passed_at
    if all(getattr(old, name) == value for name, value in values.items()):
        return None
    tx.versions.change(old.id, **values)
    counts_now = old.passed_at is None and passed_at is not None
    if values["passed_at"] is None:
        return None
    new = tx.versions.get(old.id) or old
    return Change(what=Changed.APPEARED if counts_now else what or Changed.EDITED, version=new)


def _what(old: SeenVersion, found: FoundVersion) -> Changed | None:
    if old.gone_at is not None:
        return Changed.APPEARED
    return Changed.CHANGED if old.state != found.state else None


def _taken_away(result: CheckResult, known: Iterable[SeenVersion]) -> list[SeenVersion]:
    """What is not there any more, as far as the list goes."""
    listed = {found.number for found in result.versions}
    missing = [old for old in known if old.number not in listed]
    if result.lists_all or not missing:
        return missing
    moments = sorted(filter(None, (_published(found) for found in result.versions)))
    if not result.lists_newest or not moments:
        return []
    # At its old end a list is uncertain: one comes, one falls out, and not everybody sorts by the same moment.
    middle = moments[(len(moments) - 1) // 2]
    return [old for old in missing if (at := _published(old)) and at > middle]


def _published(version: FoundVersion | SeenVersion) -> datetime | None:
    told = version.fields.get("published_at")
    return datetime.fromisoformat(str(told)) if told else None


def _gone(tx: Transaction, old: SeenVersion, now: datetime) -> Change | None:
    if old.gone_at is not None:
        return None
    tx.versions.change(old.id, gone_at=now)
    return Change(what=Changed.GONE, version=old) if old.passed_at else None
