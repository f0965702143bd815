"""The buttons below the announcement of a version."""

from bot.model.announce import Mark
from bot.slack.desk import ORIGIN, Desk
from bot.slack.ids import TAKE_BACK, OutOfDate, VersionRef
from bot.slack.interaction import Ack, Body


class VersionButtons:
    """The listeners around announced versions."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def clicked(self, ack: Ack, body: Body) -> None:
        """Skip it, put it off, say that it is deployed, or take that back."""
        desk = self._desk
        announcements = desk.door.announcements
        with desk.click(ack, body) as interaction:
            ref = VersionRef.decode(interaction.value)
            person, mark = desk.person(interaction), next((one for one in Mark if one.value == ref.do), None)
            if mark:
                announcements.mark(ref.stack, ref.resource, ref.number, mark, by=person, origin=ORIGIN)
            elif ref.do == TAKE_BACK:
                announcements.take_back(ref.stack, ref.resource, ref.number, by=person, origin=ORIGIN)
            else:
                raise OutOfDate
            desk.wake()
