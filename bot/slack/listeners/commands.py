"""`/stack ...`, and the same words in a mention or a direct message."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from bot.base.errors import NotFound, Refused
from bot.base.text import did_you_mean
from bot.model.target import place, target_of
from bot.slack.desk import ORIGIN, Desk
from bot.slack.ids import CONFIRM_PAGE, JobRef, TooLong
from bot.slack.interaction import Ack, Body, Interaction, read_command, read_event
from bot.slack.listeners.forms import Forms
from bot.slack.live import scene_of
from bot.slack.mrkdwn import escape
from bot.slack.views.menu import prefilled
from bot.slack.views.run_list import runs_blocks, runs_text
from bot.slack.views.run_message import run_blocks, run_text
from bot.slack.views.words import help_blocks, help_text, who_blocks, who_text
from bot.slack.words import WORDS, Wish, Words, understand, without_mention

_RUNS_SHOWN = 10
_EVENTS_REMEMBERED = 1000
_ASKED_OFTEN = ["run", "approve", "cancel", "undo"]


#: Does what words ask for; what it raises is told in private.
Verb = Callable[[Interaction, Words], None]


class Commands:
    """The listeners for words."""

    def __init__(self, desk: Desk, forms: Forms, *, also: Mapping[Wish, Verb]) -> None:
        """*also* does the wishes that other listeners know about."""
        self._desk = desk
        self._forms = forms
        self._seen = Seen(_EVENTS_REMEMBERED)
        self._verbs: dict[Wish, Verb] = {
            Wish.HELP: self._help,
            Wish.JOB: self._job,
            Wish.RUNS: self._runs,
            Wish.SHOW: lambda interaction, words: show_run(self._desk, interaction, words.run),
            Wish.WHO_MAY: self._who_may,
            **also,
        }

    def slash(self, ack: Ack, body: Body) -> None:
        """`/stack ...`."""
        ack()
        self._answer(read_command(body), body.get("text") or "")

    def slash_word(self, word: str) -> Callable[[Ack, Body], None]:
        """The listener of a command that is a word by itself: `/follow ...`."""

        def slash(ack: Ack, body: Body) -> None:
            ack()
            self._answer(read_command(body), f"{word} {body.get('text') or ''}")

        return slash

    def mentioned(self, event: dict[str, Any], body: Body) -> None:
        """The bot's name in a channel; two bots that answer each other would never end."""
        if _is_of_a_person(event) and self._seen.is_new(body.get("event_id") or ""):
            self._answer(read_event(event), without_mention(event.get("text") or ""))

    def written(self, event: dict[str, Any], body: Body) -> None:
        """A direct message; what the bot itself and other bots write is not for us."""
        is_for_us = event.get("channel_type") == "im" and not event.get("subtype") and _is_of_a_person(event)
        if is_for_us and self._seen.is_new(body.get("event_id") or ""):
            self._answer(read_event(event), without_mention(event.get("text") or ""))

    def _answer(self, interaction: Interaction, text: str) -> None:
        with self._desk.refusals(interaction):
            words = understand(text)
            verb = self._verbs.get(words.wish)
            if verb is None:
                raise NotFound(f"{words.wish.value.capitalize()} is not there yet.", hint="/stack help has what is.")
            verb(interaction, words)

    def _help(self, interaction: Interaction, words: Words) -> None:
        del words
        known = [word for word in WORDS.values() if word.wish in self._verbs]
        self._desk.tell(interaction, help_text(known), help_blocks(known))

    def _runs(self, interaction: Interaction, words: Words) -> None:
        person, access = self._desk.person(interaction), self._desk.door.access
        stack = self._desk.stack(interaction, words.stack).name if words.stack else None
        recent = self._desk.door.runs.recent(limit=100, stack=stack)
        runs = [run for run in recent if access.may(person, "see", run.target)]
        shown = runs[:_RUNS_SHOWN]
        self._desk.tell(interaction, runs_text(shown), runs_blocks(shown))

    def _who_may(self, interaction: Interaction, words: Words) -> None:
        stack, access = self._desk.stack(interaction, words.stack), self._desk.door.access
        job = self._desk.job(interaction, stack, words.job) if words.job else None
        if job and words.environment:
            self._desk.stacks.environment(stack, job, words.environment)
        target = target_of(stack.name, words.job, words.environment)
        what = place(f"{stack.title}: {job.title}" if job else stack.title, words.environment)
        verbs = [words.verb] if words.verb else _ASKED_OFTEN
        answers = [(verb, access.who_may(verb, target)) for verb in verbs]
        self._desk.tell(interaction, who_text(what, answers), who_blocks(what, answers))

    def _job(self, interaction: Interaction, words: Words) -> None:
        desk = self._desk
        stack = desk.stack(interaction, words.stack)
        job = desk.job(interaction, stack, words.job)
        unknown = [name for name in words.answers if name not in {field.name for field in job.form}]
        if unknown:
            # What a job asks for is told only to those who may start it.
            desk.door.jobs.offer(desk.person(interaction), stack.name, job.name, origin=ORIGIN)
            names = [field.name for field in job.form]
            hint = did_you_mean(unknown[0], names) or "It asks for nothing."
            raise NotFound(f'{job.title} does not ask for "{unknown[0]}".', hint=hint)
        if words.environment and words.environment not in job.environments:
            desk.door.jobs.offer(desk.person(interaction), stack.name, job.name, origin=ORIGIN)
        if words.environment:
            desk.stacks.environment(stack, job, words.environment)
        ref = JobRef(
            stack=stack.name,
            job=job.name,
            environment=words.environment,
            answers=words.answers,
            channel=interaction.channel,
            page=CONFIRM_PAGE,
        )
        if interaction.trigger_id:
            self._forms.open(interaction, ref)
        else:
            # Written words carry no trigger, so only a click can open the form.
            desk.door.jobs.offer(desk.person(interaction), stack.name, job.name, origin=ORIGIN)
            try:
                form = prefilled(job.title, ref)
            except TooLong:
                raise Refused("That is too long for a button of Slack.", hint="Write it behind /stack.") from None
            desk.tell(interaction, f"{escape(job.title)}: the form is ready.", form)


def show_run(desk: Desk, interaction: Interaction, number: int) -> None:
    """A run's message as it is now, for one person. Raises NotFound, NotAllowed."""
    view = desk.door.runs.view(number)
    desk.demand_sight(desk.person(interaction), view.run.target)
    desk.tell(interaction, run_text(view), run_blocks(scene_of(view, desk.door, desk.stacks)))


def _is_of_a_person(event: Mapping[str, Any]) -> bool:
    return bool(event.get("user") and event.get("channel")) and not event.get("bot_id")


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
