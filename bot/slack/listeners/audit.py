"""`/stack audit`: the records of the audit as a file, for admins."""

from bot.slack.desk import ORIGIN, Desk
from bot.slack.interaction import Interaction
from bot.slack.words import Words


class AuditWords:
    """The listener for the word `audit`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def export(self, interaction: Interaction, words: Words) -> None:
        """Owe the channel the file; once, however often Slack sends the command."""
        desk = self._desk
        assert interaction.channel  # noqa: S101 - words always come from a channel
        desk.door.audits.export(
            words.records,
            by=desk.person(interaction),
            origin=ORIGIN,
            key=f"audit:{interaction.trigger_id or interaction.message_ts}",
            channel=interaction.channel,
        )
        desk.wake()
