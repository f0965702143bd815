"""The workspace: people, channels, groups, and the messages in them. Every change is told to the feed."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace

from bot.sandbox.clock import Ids
from bot.sandbox.feed import Feed
from bot.sandbox.functions import Functions
from bot.sandbox.seed import BOT_USER, Channel, Group, Person, Seed
from bot.sandbox.wire import Json, no_such

#: Older ones are forgotten, so that a sandbox that runs for weeks stays small.
_MESSAGES_KEPT = 2000


class Workspace:
    """Holds the state and nothing else: whether somebody may do a thing is asked elsewhere.

    A message is never changed in place but replaced, so whoever holds one holds it as it was.
    """

    def __init__(self, seed: Seed, *, ids: Ids, feed: Feed) -> None:
        self._seed = seed
        self._ids = ids
        self._feed = feed
        #: By channel and ts.
        self.messages: dict[str, dict[str, Json]] = defaultdict(dict)
        #: What only one person sees, by person, channel and ts; gone when the workspace starts anew.
        self.ephemerals: dict[str, dict[str, dict[str, Json]]] = defaultdict(lambda: defaultdict(dict))
        #: The App Home of each person.
        self.homes: dict[str, Json] = {}
        #: The steps of workflows that the app was asked to do.
        self.functions = Functions(ids)
        self._people_and_places()

    def reset(self) -> None:
        """Make it new."""
        self.functions.put_back([])
        self.messages.clear()
        self.ephemerals.clear()
        self.homes.clear()
        self._people_and_places()
        self._feed.publish("reset", {})

    def _people_and_places(self) -> None:
        self.people = {person.id: person for person in self._seed.people}
        directs = (_direct_with(person.id) for person in self._seed.people)
        self.channels = {channel.id: channel for channel in [*self._seed.channels, *directs]}
        self.groups = {group.id: group for group in self._seed.groups}

    def person(self, ref: str) -> Person:
        """The person of this id or name. Raises Wrong."""
        found = self.people.get(ref) or next((one for one in self.people.values() if one.name == ref), None)
        if found is None:
            raise no_such("person", ref)
        return found

    def channel(self, ref: str) -> Channel | None:
        """The channel of this id, name or #name."""
        name = ref.removeprefix("#")
        return self.channels.get(ref) or next(
            (one for one in self.channels.values() if name and one.name == name), None
        )

    def direct(self, user: str) -> Channel:
        """The direct messages between a person and the bot."""
        found = next((one for one in self.channels.values() if one.user == user), None)
        return found or self.put_channel(_direct_with(user))

    def put_channel(self, channel: Channel) -> Channel:
        """Add a channel, or change it."""
        self.channels[channel.id] = channel
        self._feed.publish("channel", {"channel": channel_for_page(channel)}, to=_readers(channel))
        return channel

    def put_person(self, person: Person) -> None:
        """Add a person, or change them."""
        self.people[person.id] = person
        self.direct(person.id)
        self._feed.publish("resync", {})

    def put_group(self, group: Group) -> None:
        """Add a group, or change who is in it."""
        self.groups[group.id] = group
        self._feed.publish("resync", {})

    def join(self, channel: Channel, user: str) -> Channel:
        """Make *user* a member."""
        return self.put_channel(replace(channel, members=channel.members | {user}))

    def handles_of(self, user: str) -> list[str]:
        """The groups a person is in."""
        return [group.handle for group in self.groups.values() if user in group.users]

    # Messages

    def message(self, channel: str, ts: str) -> Json | None:
        """One message that everybody in the channel sees."""
        return self.messages[channel].get(ts)

    def replies(self, channel: str, ts: str) -> list[Json]:
        """A message and what was answered in its thread, oldest first."""
        return [one for one in self.messages[channel].values() if ts in (one["ts"], one.get("thread_ts"))]

    def post(self, channel: Channel, said: Json) -> Json:
        """Add a message; returns it with its ts."""
        ts = self._ids.ts()
        message = {"type": "message", "ts": ts, **said}
        kept = self.messages[channel.id]
        kept[ts] = message
        if len(kept) > _MESSAGES_KEPT:
            del kept[next(iter(kept))]
        self._tell(channel, message)
        if parent := kept.get(said.get("thread_ts", "")):
            count = sum(one.get("thread_ts") == parent["ts"] and one["ts"] != parent["ts"] for one in kept.values())
            more = {"thread_ts": parent["ts"], "reply_count": count, "latest_reply": ts}
            self.edit(channel, parent["ts"], {**parent, **more})
        return message

    def edit(self, channel: Channel, ts: str, message: Json) -> None:
        """Put *message* in the place of the one that was there."""
        self.messages[channel.id][ts] = message
        self._tell(channel, message)

    def delete(self, channel: Channel, ts: str) -> None:
        """Take a message away."""
        del self.messages[channel.id][ts]
        self._feed.publish("deleted", {"channel": channel.id, "ts": ts}, to=_readers(channel))

    def post_ephemeral(self, channel: Channel, user: str, said: Json) -> Json:
        """Show a message to *user* alone; one with the same ts is replaced."""
        message = {"type": "message", "is_ephemeral": True, "ts": self._ids.ts(), **said}
        self.ephemerals[user][channel.id][message["ts"]] = message
        self._feed.publish("ephemeral", {"channel": channel.id, "message": message}, to=[user])
        return message

    def remove_ephemeral(self, channel: Channel, user: str, ts: str) -> None:
        """Take away what *user* alone sees."""
        if self.ephemerals[user][channel.id].pop(ts, None):
            self._feed.publish("ephemeral_deleted", {"channel": channel.id, "ts": ts}, to=[user])

    def publish_home(self, user: str, view: Json) -> None:
        """Show another App Home."""
        self.homes[user] = view
        self._feed.publish("home", {"view": view}, to=[user])

    def _tell(self, channel: Channel, message: Json) -> None:
        self._feed.publish("message", {"channel": channel.id, "message": message}, to=_readers(channel))


def _direct_with(user: str) -> Channel:
    return Channel(id=f"D0{user.removeprefix('U0')}", name="", user=user, members=frozenset({user, BOT_USER}))


def channel_for_page(channel: Channel) -> Json:
    """A channel as the page knows it."""
    shown: Json = {"id": channel.id, "name": channel.name, "topic": channel.topic, "is_im": channel.is_im}
    return {**shown, "user": channel.user} if channel.is_im else shown


def _readers(channel: Channel) -> Collection[str] | None:
    # Anybody may look into a public channel.
    return channel.members if channel.is_im or channel.is_private else None
