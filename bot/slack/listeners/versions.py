"""The buttons below the announcement of a version."""

from bot.model.announce import Mark
from bot.slack.desk import ORIGIN, Desk
from bot.slack.ids import OutOfDate, VersionRef
from bot.slack.interaction import Ack, Body


class VersionButtons:
    """The listeners around announced versions."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def clicked(self, ack: Ack, body: Body) -> None:
        """Skip it, put it off, or say that it is deployed."""
        desk = self._desk
        with desk.click(ack, body) as interaction:
            ref = VersionRef.decode(interaction.value)
            mark = next((one for one in Mark if one.value == ref.do), None)
            if mark is None:
                raise OutOfDate
            person = desk.person(interaction)
            desk.door.announcements.mark(ref.stack, ref.resource, ref.number, mark, by=person, origin=ORIGIN)
            desk.wake()
