"""One message with all new versions of a day or a week, for channels that do not want one for each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.base.clock import Clock
from bot.catalog.catalog import Catalog
from bot.control.digest import newest_monday
from bot.model.announce import Every, announcement_key
from bot.model.message import Message, MessageKind
from bot.model.watch import SeenVersion, watcher_id
from bot.store.store import Store, Transaction

Json = dict[str, Any]

_HOUR = 9
#: Of older days or weeks nothing is made up for.
_MOST = 5
#: What was found before the moment of a digest may be written down after it: a look waits for the database.
_LATE = timedelta(hours=1)


class VersionDigests:
    """Owes the digests that are due, each once, however many front ends there are."""

    def __init__(self, *, store: Store, catalog: Catalog, clock: Clock, zone: str) -> None:
        self._store = store
        self._catalog = catalog
        self._clock = clock
        self._zone = ZoneInfo(zone)

    def owe_due(self) -> None:
        """Owe the newest digest of each channel, unless it is owed already, or there is nothing to tell."""
        for place in self._places():
            end = newest_end(self._clock.now(), place.every, self._zone)
            # Most of the time there is nothing to tell: nobody who writes has to wait for that answer.
            with self._store.read() as tx:
                lines = _news(tx, place, end)
            if lines:
                # "#dev" comes before an id: whoever else writes it so goes by the same key.
                channel = min(place.names)
                key, body = _key(channel, place.every, end), {"of": place.every.noun, "lines": lines}
                with self._store.begin() as tx:
                    tx.messages.owe_once(key=key, kind=MessageKind.VERSIONS, channel=channel, body=body)

    def _places(self) -> list["_Place"]:
        """Where digests are told. A channel that is written by its name and by its id is one, once its id is known."""
        wanted = [
            (resource.announce.channel, resource.announce.digest, resource.name, watcher_id(stack.name, resource.name))
            for stack in self._catalog.stacks.values()
            for resource in stack.resources.values()
            if resource.announce and resource.announce.digest
        ]
        with self._store.read() as tx:
            ids = {name: tx.messages.channel_id(name) or name for name in {channel for channel, *_ in wanted}}
        places: dict[tuple[str, Every], _Place] = {}
        for channel, every, resource, watcher in wanted:
            place = places.setdefault((ids[channel], every), _Place(every=every))
            place.names.add(channel)
            place.resources.append((resource, watcher))
        return list(places.values())


@dataclass
class _Place:
    """A channel, and what it is told of at once."""

    every: Every
    #: How stacks write it: "#dev", and its id.
    names: set[str] = field(default_factory=set)
    #: Name and watcher.
    resources: list[tuple[str, str]] = field(default_factory=list)

    def digest(self, tx: Transaction, end: datetime) -> Message | None:
        """The digest that ended at *end*, by whichever name it was owed."""
        found = (tx.messages.get(_key(name, self.every, end)) for name in sorted(self.names))
        return next((message for message in found if message), None)


def _news(tx: Transaction, place: _Place, end: datetime) -> list[Json]:
    """The lines of the digest that ended at *end*; empty when it is owed already."""
    if place.digest(tx, end) is not None:
        return []
    length = place.every.length
    start = end - length
    # While we were down nobody was told: what was found before belongs to this one.
    while (last := place.digest(tx, start)) is None and start > end - _MOST * length:
        start -= length
    return _lines(tx, place.resources, start - _LATE, end, but=_told_by(last))


def newest_end(now: datetime, every: Every, zone: ZoneInfo) -> datetime:
    """When the newest day or week ended that is over: at nine where the people are, a week on Monday."""
    if every is Every.WEEKLY:
        return newest_monday(now, zone)
    here = now.astimezone(zone)
    today = here.replace(hour=_HOUR, minute=0, second=0, microsecond=0)
    return today if today <= here else today - every.length


def _key(channel: str, every: Every, end: datetime) -> str:
    return f"versions:{every}:{channel}:{end.isoformat()}"


def _told_by(digest: Message | None) -> set[tuple[str, str]]:
    """Watcher and number of what stands in a digest: two stacks may call what they look at by one name."""
    lines = digest.body["lines"] if digest else ()
    return {(line.get("watcher", ""), one["number"]) for line in lines for one in line["versions"]}


def _lines(
    tx: Transaction,
    resources: Sequence[tuple[str, str]],
    start: datetime,
    end: datetime,
    *,
    but: Collection[tuple[str, str]],
) -> list[Json]:
    """One line for each resource that has new versions, its newest first, *but* those of the digest before."""
    lines = []
    for name, watcher in sorted(resources):
        found = [one for one in tx.versions.present(watcher) if _is_new(one, start, end)]
        new = [one for one in found if (watcher, one.number) not in but and not _was_told(tx, one)]
        if new:
            lines.append({"name": name, "watcher": watcher, "versions": [_told(one) for one in reversed(new)]})
    return lines


def _is_new(version: SeenVersion, start: datetime, end: datetime) -> bool:
    return not version.baseline and version.passed_at is not None and start < version.passed_at <= end


def _was_told(tx: Transaction, version: SeenVersion) -> bool:
    """Was it told by itself, before somebody wished for digests?"""
    return tx.messages.get(announcement_key(version.watcher, version.number)) is not None


def _told(version: SeenVersion) -> Json:
    return {"number": version.number, "url": str(version.fields.get("url") or "")}
