"""`/stack ...`, and the same words in a mention or a direct message."""

import threading
from collections import OrderedDict
from typing import Any

from bot.base.errors import NotAllowed, NotFound
from bot.base.text import did_you_mean
from bot.model.message import MessageKind
from bot.model.stack import Stack
from bot.slack.client import Later, Never, Unsure, call
from bot.slack.desk import ORIGIN, Desk
from bot.slack.ids import JobRef
from bot.slack.interaction import Interaction, read_command, read_event
from bot.slack.limits import BUTTON_VALUE
from bot.slack.listeners.forms import Ack, Body, Forms
from bot.slack.live import scene_of
from bot.slack.mrkdwn import escape
from bot.slack.views.menu import menu_message, menu_text, prefilled, runs_blocks, runs_text
from bot.slack.views.parts import section
from bot.slack.views.run_message import run_blocks, run_text
from bot.slack.words import Wish, Words, understand, without_mention

_RUNS_SHOWN = 10
_EVENTS_REMEMBERED = 1000


class Commands:
    """The listeners for words."""

    def __init__(self, desk: Desk, forms: Forms) -> None:
        self._desk = desk
        self._forms = forms
        self._seen = Seen(_EVENTS_REMEMBERED)

    def slash(self, ack: Ack, body: Body) -> None:
        """`/stack ...`."""
        ack()
        self._answer(read_command(body), body.get("text") or "")

    def mentioned(self, event: dict[str, Any], body: Body) -> None:
        """The bot's name in a channel."""
        if self._seen.is_new(body.get("event_id", "")):
            self._answer(read_event(event), without_mention(event.get("text") or ""))

    def written(self, event: dict[str, Any], body: Body) -> None:
        """A direct message; what the bot itself and other bots write is not for us."""
        is_for_us = event.get("channel_type") == "im" and not event.get("subtype") and not event.get("bot_id")
        if is_for_us and self._seen.is_new(body.get("event_id", "")):
            self._answer(read_event(event), without_mention(event.get("text") or ""))

    def _answer(self, interaction: Interaction, text: str) -> None:
        with self._desk.refusals(interaction):
            words = understand(text)
            match words.wish:
                case Wish.MENU | Wish.STACK:
                    self._menu(interaction, words)
                case Wish.RUNS:
                    self._runs(interaction)
                case Wish.SHOW:
                    show_run(self._desk, interaction, words.run)
                case Wish.BOARD:
                    self._board(interaction, words.stack)
                case Wish.JOB:
                    self._job(interaction, words)

    def _menu(self, interaction: Interaction, words: Words) -> None:
        if words.stack:
            self._desk.stacks.stack(words.stack)
        offers = self._desk.door.jobs.offers(self._desk.person(interaction))
        if words.stack:
            offers = [offer for offer in offers if offer.stack.name == words.stack]
        self._desk.tell(interaction, menu_text(offers), menu_message(offers, channel=interaction.channel))

    def _runs(self, interaction: Interaction) -> None:
        person, access = self._desk.person(interaction), self._desk.door.access
        runs = [run for run in self._desk.door.runs.recent(limit=100) if access.may(person, "see", run.target)]
        shown = runs[:_RUNS_SHOWN]
        self._desk.tell(interaction, runs_text(shown), runs_blocks(shown))

    def _board(self, interaction: Interaction, name: str) -> None:
        stack = self._desk.stacks.stack(name) if name else self._only_stack(interaction)
        person, access = self._desk.person(interaction), self._desk.door.access
        if not access.may(person, "see", stack.name):
            raise NotAllowed(f"You may not see {stack.title}.", hint=access.who_may("see", stack.name))
        assert interaction.channel  # noqa: S101 - words always come from a channel
        before = owe_board(self._desk, stack.name, interaction.channel)
        line = f"The buttons of {escape(stack.title)} are in this channel."
        if before:
            line = f"The buttons of {escape(stack.title)} are here already; they are fresh again. {self._link(*before)}"
        self._desk.tell(interaction, line, [section(line)])

    def _link(self, channel: str, ts: str) -> str:
        try:
            return f"<{call(self._desk.slack.chat_getPermalink, channel=channel, message_ts=ts)['permalink']}|Go there>"
        except (Later, Never, Unsure):
            return ""

    def _only_stack(self, interaction: Interaction) -> Stack:
        stacks = self._desk.stacks.stacks
        here = [stack for stack in stacks.values() if stack.channel == f"#{interaction.channel_name}"]
        for found in (list(stacks.values()), here):
            if len(found) == 1:
                return found[0]
        raise NotFound("Say which stack: /stack board STACK.", hint=did_you_mean("", list(stacks)))

    def _job(self, interaction: Interaction, words: Words) -> None:
        desk = self._desk
        stack, job = desk.stacks.job(words.stack, words.job)
        unknown = [name for name in words.answers if name not in {field.name for field in job.form}]
        if unknown:
            names = [field.name for field in job.form]
            hint = did_you_mean(unknown[0], names) or "It asks for nothing."
            raise NotFound(f'{job.title} does not ask for "{unknown[0]}".', hint=hint)
        if words.environment:
            desk.stacks.environment(stack, job, words.environment)
        ref = JobRef(
            stack=stack.name,
            job=job.name,
            environment=words.environment,
            answers=words.answers,
            channel=interaction.channel,
        )
        if interaction.trigger_id:
            self._forms.open(interaction, ref)
        else:
            # Written words carry no trigger, so only a click can open the form.
            ref.encode(BUTTON_VALUE)
            desk.door.jobs.offer(desk.person(interaction), stack.name, job.name, origin=ORIGIN)
            desk.tell(interaction, f"{escape(job.title)}: the form is ready.", prefilled(job.title, ref))


def show_run(desk: Desk, interaction: Interaction, number: int) -> None:
    """A run's message as it is now, for one person. Raises NotFound, NotAllowed."""
    view = desk.door.runs.view(number)
    desk.demand_sight(desk.person(interaction), view.run)
    desk.tell(interaction, run_text(view), run_blocks(scene_of(view, desk.door, desk.stacks)))


def owe_board(desk: Desk, stack: str, channel: str) -> tuple[str, str] | None:
    """Put the buttons of *stack* into *channel*, or freshen those that are there; their address when they are."""
    with desk.store.begin() as tx:
        key = f"board:{stack}:{channel}"
        # The one in the stack's own channel goes by the channel's name, which only Slack can tell from its id.
        named = tx.messages.get(f"board:{stack}:{desk.stacks.stack(stack).channel}")
        if named and named.channel_id == channel:
            key = named.key
        known = tx.messages.get(key)
        tx.messages.owe(key=key, kind=MessageKind.BOARD, channel=channel, body={"stack": stack})
    desk.wake()
    return (known.channel_id, known.ts) if known and known.channel_id and known.ts else None


class Seen:
    """Remembers the newest ids: Slack sends an event again when it believes that the first was lost."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._ids: OrderedDict[str, None] = OrderedDict()

    def is_new(self, id: str) -> bool:
        """Is this the first time that *id* comes? An empty id always is."""
        if not id:
            return True
        with self._lock:
            if id in self._ids:
                return False
            self._ids[id] = None
            while len(self._ids) > self._most:
                self._ids.popitem(last=False)
            return True
