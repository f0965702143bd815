"""Following things from Slack, without a stack.yml: what is followed is a row, and makes the same resource."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.base.clock import Clock
from bot.base.errors import NotFound, NotNow, Refused
from bot.base.text import did_you_mean
from bot.catalog.catalog import Catalog
from bot.control.access import Access
from bot.control.watchers.things import read_thing
from bot.model.follow import FOLLOWED, Follow, Thing
from bot.model.message import Message, MessageKind
from bot.model.person import Person
from bot.model.watch import Resource
from bot.store.store import Store, Transaction

_MOST = 500
_VERB = "follow"
_BEGUN = "begun"


def followed_resources(store: Store) -> Mapping[str, Resource]:
    """The resources of everything that is followed, by name."""
    with store.read() as tx:
        return {follow.name: follow.resource for follow in tx.follows.all()}


class Follows:
    """The only way to follow something and to end it."""

    def __init__(
        self,
        *,
        store: Store,
        catalog: Catalog,
        access: Access,
        clock: Clock,
        keep: Callable[[], None],
        registries: Mapping[str, str],
    ) -> None:
        """*keep* sees to it that what the catalog has is looked at; *registries* are as `read_thing` takes them."""
        self._store = store
        self._catalog = catalog
        self._access = access
        self._clock = clock
        self._keep = keep
        self._registries = registries

    def all(self, person: Person) -> list[Follow]:
        """What is followed, and *person* may see, by name."""
        if not self._access.may(person, "see", FOLLOWED):
            return []
        with self._store.read() as tx:
            return tx.follows.all()

    def read(self, written: str, *, range: str = "") -> Thing:  # noqa: A002 - as in stack.yml
        """What *written* means: see `read_thing`. Raises Refused."""
        return read_thing(written, registries=self._registries, range=range)

    def demand(self, by: Person, origin: str) -> None:
        """Raise NotAllowed, with who may, unless *by* may follow things; the audit has it."""
        if not self._access.may(by, _VERB, FOLLOWED):
            self._access.deny(by, _VERB, FOLLOWED, name="things from Slack", origin=origin)

    def follow(self, thing: Thing, *, channel: str, channel_name: str, by: Person, origin: str) -> Follow:
        """Tell *channel* of new versions of *thing* from now on.

        Raises NotAllowed, NotNow when it is told already, and Refused when too much is followed.
        """
        self.demand(by, origin)
        now = self._clock.now()
        new = Follow(thing=thing, channel=channel, channel_name=channel_name, by_id=by.id, by=by.name, since=now)
        with self._store.begin() as tx:
            # Two at the same moment go one after the other, whatever they call the channel.
            tx.locks.lock_row(FOLLOWED)
            known = tx.follows.all()
            same = (one for one in known if one.thing.name.casefold() == thing.name.casefold())
            if told := next((one for one in same if _is_told_in(tx, one, channel, channel_name)), None):
                raise NotNow(
                    f"{_words(told.thing)} is followed there already.",
                    hint="To follow other versions of it, /unfollow it first.",
                )
            if len(known) >= _MOST:
                raise Refused(f"{_MOST} things are followed already.", hint="/follows lists them, /unfollow ends one.")
            if any(one.name == new.name for one in known):
                # Another channel had this name when it was followed there.
                new = replace(new, channel=_id(tx, channel) or channel, channel_name="")
            tx.follows.add(new)
            self._record(tx, by, _VERB, new, origin)
            text = f"{by.name} follows {_words(thing)}: new versions are told here."
            _tell(tx, new, text, _BEGUN)
        self._see()
        return new

    def find(self, name: str, *, channel: str, by: Person, origin: str) -> Follow:
        """The one that is meant by *name*: that of *channel* first, else the only one. Raises NotAllowed, NotFound."""
        self.demand(by, origin)
        with self._store.read() as tx:
            known = tx.follows.all()
            fits = [one for one in known if name.casefold() in (one.thing.name.casefold(), one.name.casefold())]
            here = [one for one in fits if _is_told_in(tx, one, channel)]
        if not fits:
            near = did_you_mean(name, [one.thing.name for one in known])
            raise NotFound(f"{name} is not followed.", hint=near or "/follows lists what is.")
        if not here and len(fits) > 1:
            raise NotFound(f"{name} is followed in several channels.", hint=f"Write /unfollow {name} in #CHANNEL.")
        return (here or fits)[0]

    def unfollow(self, name: str, *, by: Person, origin: str) -> Follow:
        """End what is called *name*, which `find` gives. Raises NotAllowed, and NotFound when it ended meanwhile."""
        self.demand(by, origin)
        with self._store.begin() as tx:
            old = next((one for one in tx.follows.all() if one.name == name), None)
            if old is None:
                raise NotFound(f"{name} is not followed any more.", hint="/follows lists what is.")
            tx.follows.remove(name)
            self._record(tx, by, "unfollow", old, origin)
            _tell(tx, old, f"{by.name} ended it: new versions of {old.thing.name} are not told here any more.", "over")
        self._see()
        return old

    def refused(self, message: Message, *, why: str) -> None:
        """Tell who follows something, alone, that Slack takes a *message* about it in no channel.

        Where it is the first one, nobody ever knew of it, and following ends. Nothing happens if the message is about
        nothing that is followed.
        """
        with self._store.begin() as tx:
            known = tx.follows.all()
            begun = next((one for one in known if _key(one, _BEGUN) == message.key), None)
            if begun:
                tx.follows.remove(begun.name)
                by = Person(id=begun.by_id, name=begun.by)
                self._record(tx, by, "unfollow", begun, "slack", answer="undeliverable")
                text = f"{_words(begun.thing)} is not followed: {_cannot_tell(begun, why)} Then say it again."
                _tell_alone(tx, begun, message, text)
            elif message.body.get("stack") == FOLLOWED:
                for one in known:
                    if one.name == message.body["resource"]:
                        text = f"{one.thing.name} {message.body['number']} is out, but {_cannot_tell(one, why)}"
                        _tell_alone(tx, one, message, f"{text} /unfollow {one.thing.name} ends it.")
        if begun:
            self._see()

    def _see(self) -> None:
        self._catalog.refresh()
        self._keep()

    def _record(
        self, tx: Transaction, by: Person, verb: str, follow: Follow, origin: str, *, answer: str = "allowed"
    ) -> None:
        tx.audit.add(
            at=self._clock.now(),
            by=by,
            origin=origin,
            verb=verb,
            target=f"{FOLLOWED}/{follow.name}",
            answer=answer,
            detail=_words(follow.thing),
        )


def _is_told_in(tx: Transaction, follow: Follow, channel: str, channel_name: str = "") -> bool:
    """Is it told in this channel? Names change, ids do not: names are compared only where an id is not known."""
    here, there = _id(tx, channel), _id(tx, follow.channel)
    if here and there:
        return here == there
    return not {channel, channel_name}.isdisjoint({follow.channel, follow.channel_name} - {""})


def _id(tx: Transaction, channel: str) -> str | None:
    """The id of a channel: its own, or the one that Slack gave when it was told by its name."""
    return tx.messages.channel_id(channel) if channel.startswith("#") else channel


def _words(thing: Thing) -> str:
    return f"{thing.name} {thing.range}" if thing.range else thing.name


def _tell(tx: Transaction, follow: Follow, text: str, when: str) -> None:
    tx.messages.owe(key=_key(follow, when), kind=MessageKind.FIXED, channel=follow.channel, body={"text": text})


def _tell_alone(tx: Transaction, follow: Follow, message: Message, text: str) -> None:
    """Tell who follows something what their channel was not told; once for each message."""
    key = f"{message.key}:alone"
    tx.messages.owe_once(key=key, kind=MessageKind.FIXED, channel=follow.by_id, body={"text": text})


def _cannot_tell(follow: Follow, why: str) -> str:
    where = follow.channel_name or "its channel"
    return (
        f"Slack takes no message of mine in {where} ({why}). If I am not in it, type /invite there to add me; else "
        "name another channel: in #CHANNEL."
    )


def _key(follow: Follow, when: str) -> str:
    return f"follow:{follow.name}:{follow.since.timestamp():.6f}:{when}"
