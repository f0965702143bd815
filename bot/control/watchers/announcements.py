"""What channels are told of new versions, and what people answer: skip it, later, it is deployed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from actions import library
from actions.api import Check, Version
from bot.base.clock import Clock
from bot.base.errors import NotFound
from bot.catalog.catalog import Catalog
from bot.catalog.expressions import ExpressionProblem, evaluate
from bot.control.access import Access
from bot.control.watchers.reconcile import Change, Changed
from bot.model.announce import Mark, MarkedVersion, announcement_key
from bot.model.follow import FOLLOWED
from bot.model.message import Message, MessageKind
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
    #: "is out", "was opened", "was withdrawn", as its check says it.
    happened: str
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
        if change.what is Changed.GONE or change.version.fields.get("is_yanked"):
            _drop_reminder(tx, watcher_id(stack.name, resource.name), change.version.number)
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
            happened=_happened(library.find_check(declared.use.check), version),
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
        watcher, now = self._demand(stack, resource, by, origin), self._clock.now()
        until = now + _SNOOZE if mark is Mark.SNOOZED else None
        with self._store.begin() as tx:
            message = self._message(tx, watcher, number)
            _drop_reminder(tx, watcher, number)
            tx.marks.set(watcher, number, mark, by=by.name, at=now, until=until)
            tx.messages.owe(key=message.key, kind=MessageKind.VERSION, channel=message.channel)
            if until:
                tx.messages.owe_once(
                    key=_again_key(message.key, until),
                    kind=MessageKind.FIXED,
                    channel=message.channel,
                    parent=message.key,
                    body={"text": f"{_called(tx, watcher, number)} still waits: {by.name} put it off until now."},
                    not_before=until,
                )
            self._record(tx, by, origin, f"{watcher}/{number}", mark.value)

    def take_back(self, stack: str, resource: str, number: str, *, by: Person, origin: str) -> None:
        """Forget what was said of a version: its message has its buttons again. Raises as `mark` does."""
        watcher = self._demand(stack, resource, by, origin)
        with self._store.begin() as tx:
            message = self._message(tx, watcher, number)
            _drop_reminder(tx, watcher, number)
            tx.marks.drop(watcher, number)
            tx.messages.owe(key=message.key, kind=MessageKind.VERSION, channel=message.channel)
            self._record(tx, by, origin, f"{watcher}/{number}", "taken back")

    def _demand(self, stack: str, resource: str, by: Person, origin: str) -> str:
        """The watcher of a resource of which *by* may say something. Raises NotFound, NotAllowed."""
        self._declared(stack, resource)
        self._access.demand(by, "follow" if stack == FOLLOWED else "run", stack, origin=origin)
        return watcher_id(stack, resource)

    def _message(self, tx: Transaction, watcher: str, number: str) -> Message:
        message = tx.messages.get(announcement_key(watcher, number))
        if message is None:
            raise NotFound(f"{watcher.partition('/')[2]} {number} was not announced.")
        return message

    def _record(self, tx: Transaction, by: Person, origin: str, target: str, answer: str) -> None:
        tx.audit.add(at=self._clock.now(), by=by, origin=origin, verb="mark", target=target, answer=answer)

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


def _called(tx: Transaction, watcher: str, number: str) -> str:
    """What people call a version, as its message does."""
    version = next((one for one in tx.versions.of(watcher) if one.number == number), None)
    return str((version and version.fields.get("name")) or f"{watcher.partition('/')[2]} {number}")


def _happened(check: type[Check[Version]], version: SeenVersion) -> str:
    if version.fields.get("is_yanked"):
        return "was withdrawn"
    if version.gone_at is not None:
        return "was withdrawn" if check.left == Check.left else check.left
    return "is out" if check.appeared == Check.appeared else check.appeared


def _drop_reminder(tx: Transaction, watcher: str, number: str) -> None:
    """Do not tell again of a version that was put off."""
    before = tx.marks.of(watcher, number)
    if before and before.until:
        tx.messages.drop(_again_key(announcement_key(watcher, number), before.until))


def _again_key(key: str, until: datetime) -> str:
    return f"{key}:again:{until.timestamp():.0f}"
