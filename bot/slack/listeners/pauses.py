"""`/stack pause`, `unpause`, and the button that ends a pause."""

from bot.base.text import plural
from bot.slack.desk import ORIGIN, Desk
from bot.slack.ids import PauseRef
from bot.slack.interaction import Ack, Body, Interaction
from bot.slack.mrkdwn import escape
from bot.slack.views.parts import section
from bot.slack.views.pauses import pause_blocks
from bot.slack.words import Words


class PauseListeners:
    """The listeners around pauses."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def pause(self, interaction: Interaction, words: Words) -> None:
        """Let nothing begin there."""
        person, pauses = self._desk.person(interaction), self._desk.door.pauses
        pause = pauses.pause(
            pauses.find(words.what, by=person),
            by=person,
            why=words.because,
            origin=ORIGIN,
            length=words.length,
            channel=interaction.channel,
        )
        self._desk.wake()
        self._desk.tell(interaction, escape(pause.in_words), pause_blocks(pause))

    def unpause(self, interaction: Interaction, words: Words) -> None:
        """Let it begin again."""
        self._end(interaction, self._desk.door.pauses.find(words.what, by=self._desk.person(interaction)))

    def clicked(self, ack: Ack, body: Body) -> None:
        """End the pause."""
        with self._desk.click(ack, body) as interaction:
            self._end(interaction, PauseRef.decode(interaction.value).target)

    def _end(self, interaction: Interaction, target: str) -> None:
        person = self._desk.person(interaction)
        freed = self._desk.door.pauses.unpause(target, by=person, origin=ORIGIN, channel=interaction.channel)
        self._desk.wake()
        waited = f"{plural(len(freed), 'run')} that waited {'goes' if len(freed) == 1 else 'go'} on."
        line = f"The pause is over. {waited if freed else 'Nothing waited for its end.'}"
        self._desk.tell(interaction, line, [section(line)])
