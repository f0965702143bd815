"""`/follow`, `/follows`, `/unfollow`, and the button that ends following."""

import re
from collections.abc import Mapping

from bot.base.errors import Refused
from bot.base.text import cut
from bot.control.watchers.things import UNDERSTOOD, name_thing
from bot.slack.desk import ORIGIN, Desk
from bot.slack.ids import FollowRef
from bot.slack.interaction import Ack, Body, Interaction
from bot.slack.views.follows import follows_blocks, follows_text, new_follow_text
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
        channel, name = _channel(interaction, words.answers)
        person = self._desk.person(interaction)
        new = follows.follow(thing, channel=channel, channel_name=name, by=person, origin=ORIGIN)
        self._desk.wake()
        self._desk.tell(interaction, new_follow_text(new))

    def unfollow(self, interaction: Interaction, words: Words) -> None:
        """End it."""
        if len(words.what) != 1:
            raise Refused("Say what: /unfollow hashicorp/terraform.", hint="/follows lists what is followed.")
        channel, _ = _channel(interaction, words.answers)
        follows = self._desk.door.follows
        person = self._desk.person(interaction)
        meant = follows.find(name_thing(words.what[0]), channel=channel, by=person, origin=ORIGIN)
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

    def _end(self, interaction: Interaction, name: str) -> None:
        old = self._desk.door.follows.unfollow(name, by=self._desk.person(interaction), origin=ORIGIN)
        self._desk.wake()
        self._desk.tell(interaction, f"{old.name} is followed no more.")


def _channel(interaction: Interaction, answers: Mapping[str, str]) -> tuple[str, str]:
    """The channel that is meant, and what people call it; the one where it was said if none is named."""
    written = answers.get("in", "")
    if found := _CHANNEL.fullmatch(written):
        return found[1], f"#{found[2]}" if found[2] else ""
    if written:
        named = _NAME.fullmatch(written)
        if named is None:
            raise Refused(f'"{cut(written, 60)}" is no channel.', hint="Write it like #dev.")
        return f"#{named[1]}", f"#{named[1]}"
    if not interaction.channel:
        raise Refused("Say where: /follow hashicorp/terraform in #dev.")
    is_named = interaction.channel_name and not interaction.is_direct
    return interaction.channel, f"#{interaction.channel_name}" if is_named else ""
