"""What channels are told of new versions, and what people answer: skip it, later, it is deployed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.base.clock import Clock
from bot.base.errors import NotFound
from bot.catalog.catalog import Catalog
from bot.catalog.expressions import ExpressionProblem, evaluate
from bot.control.access import Access
from bot.control.watchers.reconcile import Change, Changed
from bot.model.announce import Mark, MarkedVersion, announcement_key
from bot.model.follow import FOLLOWED
from bot.model.message import MessageKind
from bot.model.person import Person
from bot.model.stack import Job, Stack
from bot.model.watch import Resource, SeenVersion, watcher_id
from bot.store.store import Store, Transaction

_SNOOZE = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class AnnouncedVersion:
    """All that the message about a version shows."""

    stack: Stack
    resource: Resource
    version: SeenVersion
    #: What runs now; empty: not known.
    deployed: str
    marked: MarkedVersion | None
    #: What the button starts, where that has a place here, and the answers that fill its form.
    job: Job | None
    answers: Mapping[str, str]
    now: datetime


class Announcements:
    """Owes the messages about versions, and takes down what people say to them."""

    def __init__(self, *, store: Store, catalog: Catalog, access: Access, clock: Clock) -> None:
        self._store = store
        self._catalog = catalog
        self._access = access
        self._clock = clock

    def tell(self, tx: Transaction, stack: Stack, resource: Resource, change: Change) -> None:
        """Owe the message about what changed, or its edit when the version was announced before."""
        if resource.announce is None:
            return
        if resource.announce.digest and change.what is Changed.APPEARED:
            return  # `VersionDigests` tells of it
        key = announcement_key(watcher_id(stack.name, resource.name), change.version.number)
        if change.what is not Changed.APPEARED and tx.messages.get(key) is None:
            return  # it was there before anybody asked to be told
        body = {"stack": stack.name, "resource": resource.name, "number": change.version.number}
        tx.messages.owe(key=key, kind=MessageKind.VERSION, channel=resource.announce.channel, body=body)

    def view(self, stack: str, resource: str, number: str) -> AnnouncedVersion:
        """A version as its message shows it now. Raises NotFound."""
        found, declared = self._declared(stack, resource)
        watcher = watcher_id(stack, resource)
        with self._store.read() as tx:
            version = next((one for one in tx.versions.of(watcher) if one.number == number), None)
            state, marked = tx.watchers.get(watcher), tx.marks.of(watcher, number)
        if version is None:
            raise NotFound(f"{resource} {number} is not known any more.")
        job = found.jobs.get(declared.announce.start) if declared.announce else None
        if job and not self._catalog.may_have_a_place(found, job):
            job = None
        return AnnouncedVersion(
            stack=found,
            resource=declared,
            version=version,
            deployed=state.deployed if state else "",
            marked=marked,
            job=job,
            answers=self._answers(declared, version) if job else {},
            now=self._clock.now(),
        )

    def mark(self, stack: str, resource: str, number: str, mark: Mark, *, by: Person, origin: str) -> None:
        """Take down what *by* says of a version; its message shows it.

        Who may run the stack may say it; of what is followed from Slack, who may follow.
        A version that is snoozed is told of again a day later, below its message. Raises NotFound, NotAllowed.
        """
        self._declared(stack, resource)
        self._access.demand(by, "follow" if stack == FOLLOWED else "run", stack, origin=origin)
        watcher, now = watcher_id(stack, resource), self._clock.now()
        key = announcement_key(watcher, number)
        until = now + _SNOOZE if mark is Mark.SNOOZED else None
        with self._store.begin() as tx:
            message = tx.messages.get(key)
            if message is None:
                raise NotFound(f"{resource} {number} was not announced.")
            before = tx.marks.of(watcher, number)
            if before and before.until:
                tx.messages.drop(_again_key(key, before.until))
            tx.marks.set(watcher, number, mark, by=by.name, at=now, until=until)
            tx.messages.owe(key=key, kind=MessageKind.VERSION, channel=message.channel)
            if until:
                tx.messages.owe_once(
                    key=_again_key(key, until),
                    kind=MessageKind.FIXED,
                    channel=message.channel,
                    parent=key,
                    body={"text": f"{resource} {number} still waits: {by.name} put it off until now."},
                    not_before=until,
                )
            tx.audit.add(
                at=now,
                by=by,
                origin=origin,
                verb="mark",
                target=f"{watcher}/{number}",
                answer=mark.value,
            )

    def _declared(self, stack: str, resource: str) -> tuple[Stack, Resource]:
        found = self._catalog.stack(stack)
        if resource not in found.resources:
            raise NotFound(f'{found.title} has no resource "{resource}" any more.')
        return found, found.resources[resource]

    def _answers(self, resource: Resource, version: SeenVersion) -> dict[str, str]:
        scope = {resource.name: version.fields, "vars": self._catalog.vars}
        try:
            answers = evaluate(resource.announce.form, scope) if resource.announce else {}
        except ExpressionProblem:
            return {}  # the form is opened without them, and a person fills it
        return {name: str(value) for name, value in answers.items()}


def _again_key(key: str, until: datetime) -> str:
    return f"{key}:again:{until.timestamp():.0f}"
