"""Announcements by the clock: each moment is told once, however many bots there are, or skipped and noted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from bot.base.clock import Clock
from bot.base.errors import NotFound
from bot.base.text import format_duration, join_words
from bot.catalog.catalog import Catalog
from bot.catalog.expressions import ExpressionProblem, evaluate
from bot.control.access import Access
from bot.control.noted import note_missed
from bot.control.watchers.clockwork import Clockwork, is_unknown
from bot.model.message import MessageKind
from bot.model.person import Person
from bot.model.scheduled import Scheduled, Show
from bot.model.stack import Stack
from bot.model.watch import SeenVersion, watcher_id
from bot.store.store import Store, Transaction

_NOT_LATE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class ScheduledView:
    """All that the message of a moment shows."""

    stack: Stack
    announcement: Scheduled
    #: What its template may name.
    scope: Mapping[str, Any]
    #: "2h" if the bot was down at the moment itself; empty: it is on time.
    late: str = ""


@dataclass(frozen=True, kw_only=True)
class NextAnnouncement:
    """An announcement that the clock is going to make."""

    stack: Stack
    announcement: Scheduled
    at: datetime


class ScheduledAnnouncements:
    """Owes the messages whose moment came, and says what they show."""

    def __init__(self, *, store: Store, catalog: Catalog, access: Access, clock: Clock, clockwork: Clockwork) -> None:
        self._store = store
        self._catalog = catalog
        self._access = access
        self._clock = clock
        self._clockwork = clockwork

    def owe_due(self) -> None:
        """Owe what the clock asks for. Safe to call from several front ends at once."""
        declared = list(self._declared())
        if not declared:
            return
        with self._store.read() as tx:
            untils = tx.starts.untils()
        for stack, one in declared:
            self._look(stack, one, untils.get(_clock_id(stack, one)), self._clock.now())

    def coming(self, person: Person) -> list[NextAnnouncement]:
        """What the clock is going to announce next, of the stacks that *person* sees, soonest first."""
        now = self._clock.now()
        found = [
            NextAnnouncement(stack=stack, announcement=one, at=at)
            for stack, one in self._declared()
            if self._access.may(person, "see", stack.name) and (at := self._clockwork.after(one.times, now))
        ]
        return sorted(found, key=lambda one: one.at)

    def view(self, stack: str, name: str, moment: datetime, late: str = "") -> ScheduledView:
        """What the announcement of *moment* shows now. Raises NotFound."""
        found = self._catalog.stack(stack)
        if name not in found.announcements:
            raise NotFound(f'{found.title} has no announcement "{name}" any more.')
        one = found.announcements[name]
        with self._store.read() as tx:
            scope = self._scope(tx, found, one, moment)
        return ScheduledView(stack=found, announcement=one, scope=scope, late=late)

    def is_told(self, view: ScheduledView) -> bool:
        """Does its `when` hold? Raises ExpressionProblem."""
        return _is_told(view.announcement, view.scope)

    def _look(self, stack: Stack, one: Scheduled, until: datetime | None, now: datetime) -> None:
        clock = _clock_id(stack, one)
        if until is None or is_unknown(until, now):
            with self._store.begin() as tx:
                tx.starts.remember(clock, until=now)
            return
        passed = self._clockwork.passed(one.times, until, now)
        if passed is None:
            return
        with self._store.begin() as tx:
            if tx.starts.until(clock) != until:
                return  # another front end was a moment faster
            tx.starts.remember(clock, until=passed.last or now)
            if passed.last:
                self._tell(tx, stack, one, passed.last, now)
            else:
                note_missed(tx, "announce", f"{stack.name}/{one.name}", one.times.in_words, now)

    def _tell(self, tx: Transaction, stack: Stack, one: Scheduled, moment: datetime, now: datetime) -> None:
        try:
            if not _is_told(one, self._scope(tx, stack, one, moment)):
                return
        except ExpressionProblem as problem:
            _complain(tx, stack, one, problem)
            return
        # In another channel it is another message.
        key = f"scheduled:{stack.name}/{one.name}:{one.channel}"
        if one.show is Show.NEW:
            key = f"{key}:{moment.isoformat()}"
        late = format_duration(now - moment) if now - moment > _NOT_LATE else ""
        body = {"stack": stack.name, "name": one.name, "moment": moment.isoformat(), "late": late}
        tx.messages.owe(key=key, kind=MessageKind.SCHEDULED, channel=one.channel, body=body)
        if one.show is Show.PIN:
            pin = f"{key}:pin"
            tx.messages.owe_once(key=pin, kind=MessageKind.PIN, channel=one.channel, parent=key, body={})

    def _scope(self, tx: Transaction, stack: Stack, one: Scheduled, moment: datetime) -> dict[str, Any]:
        now = self._clock.now()
        return {
            "vars": self._catalog.vars,
            "today": moment.astimezone(ZoneInfo(one.times.zone)).date().isoformat(),
            "resources": {
                name: [
                    {**version.fields, "age_days": _age_days(version, now)}
                    for version in tx.versions.present(watcher_id(stack.name, name))[::-1]
                ]
                for name in stack.resources
            },
        }

    def _declared(self) -> Iterator[tuple[Stack, Scheduled]]:
        for stack in self._catalog.stacks.values():
            yield from ((stack, one) for one in stack.announcements.values())


def _is_told(one: Scheduled, scope: Mapping[str, Any]) -> bool:
    return one.when is None or bool(evaluate(one.when, scope))


def _age_days(version: SeenVersion, now: datetime) -> int:
    told = version.fields.get("published_at")
    since = datetime.fromisoformat(str(told)) if told else version.first_seen_at
    return (now - since).days


def _clock_id(stack: Stack, one: Scheduled) -> str:
    """Under which it remembers its last moment: with other times it begins anew."""
    return f"{stack.name}/{one.name}:announced:{one.times.in_words}"


def _complain(tx: Transaction, stack: Stack, one: Scheduled, problem: ExpressionProblem) -> None:
    """Tell the owners, once for each mistake."""
    owners = f"{join_words(stack.owners)}: " if stack.owners else ""
    text = f"{owners}*{one.title}* was not announced: {problem} Its `when` has to be mended in stack.yml."
    digest = sha256(str(problem).encode()).hexdigest()[:16]
    key = f"scheduled:{stack.name}/{one.name}:wrong:{digest}"
    tx.messages.owe_once(key=key, kind=MessageKind.FIXED, channel=stack.channel or one.channel, body={"text": text})
