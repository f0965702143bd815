"""`/stack board`: a stack's buttons in a channel, for everybody there."""

from bot.base.errors import NotAllowed, NotFound
from bot.base.text import did_you_mean
from bot.model.message import MessageKind
from bot.model.stack import Stack
from bot.slack.channels import here
from bot.slack.client import permalink
from bot.slack.desk import Desk
from bot.slack.interaction import Interaction
from bot.slack.mrkdwn import escape
from bot.slack.views.parts import section
from bot.slack.words import Words


class Boards:
    """Puts boards into channels."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def put(self, interaction: Interaction, words: Words) -> None:
        """`board [STACK] [pin]`. Raises NotFound, NotAllowed, and Refused where nothing can be told."""
        desk = self._desk
        stack = desk.stack(interaction, words.stack) if words.stack else self._only_stack(interaction)
        person, access = desk.person(interaction), desk.door.access
        desk.demand_sight(person, stack.name, name=stack.title)
        if words.pin and not access.may(person, "admin", stack.name):
            raise NotAllowed(f"You may not pin {stack.title} for all.", hint=access.who_may("admin", stack.name))
        place = here(desk.slack, interaction, instead="say it in another channel.")
        before = owe_board(desk, stack.name, place.id, pin=words.pin)
        line = f"The buttons of {escape(stack.title)} are in this channel."
        if before:
            there = permalink(desk.slack, *before)
            line = f"The buttons of {escape(stack.title)} are here already; they are fresh again."
            line += f" <{there}|Go there>" if there else ""
        desk.tell(interaction, line, [section(line)])

    def _only_stack(self, interaction: Interaction) -> Stack:
        person, access = self._desk.person(interaction), self._desk.door.access
        known = self._desk.stacks.stacks
        stacks = {name: one for name, one in known.items() if one.menu and access.may(person, "see", name)}
        here = [stack for stack in stacks.values() if stack.channel == f"#{interaction.channel_name}"]
        for found in (list(stacks.values()), here):
            if len(found) == 1:
                return found[0]
        raise NotFound("Say which stack: /stack board STACK.", hint=did_you_mean("", list(stacks)))


def owe_board(desk: Desk, stack: str, channel: str, *, pin: bool = False) -> tuple[str, str] | None:
    """Put the buttons of *stack* into *channel*, or freshen those that are there; their address when they are.

    With *pin* they are pinned, so that everybody finds them.
    """
    with desk.store.begin() as tx:
        key = f"board:{stack}:{channel}"
        # The one in the stack's own channel goes by the channel's name, which only Slack can tell from its id.
        named = tx.messages.get(f"board:{stack}:{desk.stacks.stack(stack).channel}")
        if named and named.channel_id == channel:
            key = named.key
        known = tx.messages.get(key)
        tx.messages.owe(key=key, kind=MessageKind.BOARD, channel=channel, body={"stack": stack})
        if pin:
            tx.messages.owe(key=f"{key}:pin", kind=MessageKind.PIN, channel=channel, parent=key)
    desk.wake()
    return (known.channel_id, known.ts) if known and known.channel_id and known.ts else None
