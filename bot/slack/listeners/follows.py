"""`/follow`, `/follows`, `/unfollow`, and the button that ends following."""

import re

from bot.base.errors import Refused
from bot.base.text import cut
from bot.control.watchers.things import UNDERSTOOD, name_thing
from bot.slack.channels import Place, by_name, here, named
from bot.slack.desk import ORIGIN, Desk
from bot.slack.ids import FollowRef
from bot.slack.interaction import Ack, Body, Interaction
from bot.slack.views.follows import ended_text, follows_blocks, follows_text, new_follow_text
from bot.slack.words import Words

#: What Slack makes of "#dev" where it escapes channels.
_CHANNEL = re.compile(r"<#([A-Z0-9]+)(?:\|([^>]*))?>")
#: A channel's own name: of most scripts, but without blanks and signs.
_NAME = re.compile(r"#?([\w-]{1,80})")


class FollowListeners:
    """The listeners around what people follow."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def follow(self, interaction: Interaction, words: Words) -> None:
        """Tell a channel of new versions of something."""
        if not words.what:
            raise Refused("Say what: /follow hashicorp/terraform >=1.9 in #dev.", hint=UNDERSTOOD)
        follows = self._desk.door.follows
        thing = follows.read(words.what[0], range=" ".join(words.what[1:]))
        person = self._desk.person(interaction)
        follows.demand(person, ORIGIN)
        place = self._place(interaction, words)
        new = follows.follow(thing, channel=place.id, channel_name=place.name, by=person, origin=ORIGIN)
        self._desk.wake()
        self._desk.tell(interaction, new_follow_text(new))

    def unfollow(self, interaction: Interaction, words: Words) -> None:
        """End it."""
        if len(words.what) != 1:
            raise Refused("Say what: /unfollow hashicorp/terraform.", hint="/follows lists what is followed.")
        meant_in = _written(words) or interaction.channel or ""
        follows = self._desk.door.follows
        person = self._desk.person(interaction)
        meant = follows.find(name_thing(words.what[0]), channel=meant_in, by=person, origin=ORIGIN)
        self._end(interaction, meant.name)

    def list(self, interaction: Interaction, words: Words) -> None:
        """What is followed, by whom, and where it is told."""
        del words
        follows = self._desk.door.follows.all(self._desk.person(interaction))
        self._desk.tell(interaction, follows_text(follows), follows_blocks(follows))

    def clicked(self, ack: Ack, body: Body) -> None:
        """End the one of this button."""
        with self._desk.click(ack, body) as interaction:
            self._end(interaction, FollowRef.decode(interaction.value).name)

    def _place(self, interaction: Interaction, words: Words) -> Place:
        """The channel that is meant: the one where it was said if none is named. Raises Refused."""
        written = _written(words)
        if not written:
            return here(self._desk.slack, interaction)
        if written.startswith("#"):
            return by_name(self._desk.slack, written)
        return named(self._desk.slack, written, called=_called(words))

    def _end(self, interaction: Interaction, name: str) -> None:
        old = self._desk.door.follows.unfollow(name, by=self._desk.person(interaction), origin=ORIGIN)
        self._desk.wake()
        self._desk.tell(interaction, ended_text(old))


def _written(words: Words) -> str:
    """The channel that is named: its id, or its name like "#dev"; empty: none is. Raises Refused."""
    written = words.answers.get("in", "")
    if not written:
        return ""
    if found := _CHANNEL.fullmatch(written):
        return found[1]
    if found := _NAME.fullmatch(written):
        return f"#{found[1]}"
    raise Refused(f'"{cut(written, 60)}" is no channel.', hint="Write it like #dev.")


def _called(words: Words) -> str:
    """What the person calls the channel that Slack gave as an id."""
    found = _CHANNEL.fullmatch(words.answers["in"])
    return f"#{found[2]}" if found and found[2] else "that channel"
