"""What every listener needs: the front door, who is asking, and ways to answer that person alone."""

import secrets
import ssl
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import structlog
from slack_sdk import WebClient
from sqlalchemy.exc import OperationalError

from bot.base.errors import NotAllowed, NotFound, Refused
from bot.base.text import did_you_mean, format_duration, nearest
from bot.control.preview import Previewer
from bot.model.person import Person
from bot.model.stack import Job, Stack
from bot.slack.client import Later, Never, NotDone, call, make_responder, may_answer_at
from bot.slack.door import Door, Stacks
from bot.slack.interaction import Ack, Body, Interaction, read_interaction
from bot.slack.limits import Block
from bot.slack.people import People
from bot.slack.rush import Rush
from bot.slack.views.card import WHERE_MISTAKES_ARE
from bot.slack.views.parts import modal, section, skeleton
from bot.slack.views.sorry import NOT_WRITTEN, apology, apology_modal, refusal_blocks, refusal_modal, refusal_text
from bot.slack.words import WORDS
from bot.store.store import Store

log = structlog.get_logger()

ORIGIN = "slack"
#: The trigger was too old when Slack saw it: the person waited, or the network did. Or the modal was closed meanwhile.
_TOO_LATE = {"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "trigger_expired", "not_found"}
#: Verbs of the terminal that have a job behind them: people try them here, too.
_AS_IN_THE_TERMINAL = {"run", "start", "plan"}

#: A page that an answer pushed exists only once Slack has read that answer, and a fast preview is done before.
_PUSHED_AFTER_S = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)


class TooLate(Refused):
    """The modal could not be opened any more."""

    def __init__(self) -> None:
        super().__init__("Slack took too long to open the form.", hint="Press it again.")


class NotYet(Refused):
    """Slack has had too many calls."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(
            f"Slack lets me open nothing for {format_duration(timedelta(seconds=wait_s))}.", hint="Press it again then."
        )


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Shared by all listeners; holds no state of its own."""

    door: Door
    stacks: Stacks
    store: Store
    people: People
    previewer: Previewer
    #: Sleeps while Slack asks for patience.
    slack: WebClient
    #: Does not, for what is of use only at once.
    hasty: WebClient
    tls: ssl.SSLContext
    #: For what takes seconds after the answer was given: previews.
    pool: Executor
    #: Wakes the outbox, so that what was just written is sent at once.
    wake: Callable[[], None]
    #: The answers that Slack waits for.
    rush: Rush

    def person(self, interaction: Interaction) -> Person:
        """Who is asking. Raises WhoAreYou."""
        return self.people.of(interaction.user)

    def demand_sight(self, person: Person, target: str, *, name: str = "this run") -> None:
        """Raise NotAllowed, with who may, unless *person* may see *target*, which people call *name*."""
        if not self.door.access.may(person, "see", target):
            raise NotAllowed(f"You may not see {name}.", hint=self.door.access.who_may("see", target))

    def stack(self, interaction: Interaction, name: str) -> Stack:
        """The stack of this name. Raises NotFound with the nearest names, of words too, and of what they may see."""
        stacks = self.stacks.stacks
        if name in stacks:
            return self.stacks.stack(name)
        person = self.person(interaction)
        if name in self.stacks.mistaken and self.door.access.may(person, "see", name):
            raise NotFound(f"The file of the stack {name} has a mistake.", hint=WHERE_MISTAKES_ARE)
        if name in _AS_IN_THE_TERMINAL:
            raise NotFound(f'Leave "{name}" out.', hint="Write /stack STACK JOB on ENV.")
        seen = [one for one in stacks if self.door.access.may(person, "see", one)]
        near = did_you_mean(name, [*WORDS, *seen] if nearest(name, [*WORDS, *seen]) else seen)
        raise NotFound(f'There is no stack "{name}".', hint=near or "/stack help has what you can write.")

    def job(self, interaction: Interaction, stack: Stack, name: str) -> Job:
        """The job of this name. Raises NotFound with the nearest names of what they may see."""
        if name in stack.jobs:
            return stack.jobs[name]
        person, access = self.person(interaction), self.door.access
        seen = [one for one in stack.jobs if access.may(person, "see", f"{stack.name}/{one}")]
        called = stack.title if access.may(person, "see", stack.name) else stack.name
        raise NotFound(f'{called} has no job "{name}".', hint=did_you_mean(name, seen))

    def tell(self, interaction: Interaction, text: str, blocks: Sequence[Block] = (), *, replace: bool = False) -> None:
        """Say something to this person alone, wherever they are; with *replace* in the place of what was pressed."""
        replace = replace and interaction.is_private
        try:
            try:
                self._tell(interaction, text, list(blocks) or [section(text)], replace=replace)
            except Never as never:
                # Most likely the layout: words alone are better than silence.
                log.warning("a private answer was refused", user=interaction.user, error=str(never))
                self._tell(interaction, text, [section(text)], replace=replace)
        except NotDone as error:
            log.warning("a private answer did not arrive", user=interaction.user, error=str(error))

    @contextmanager
    def click(self, ack: Ack, body: Body) -> Iterator[Interaction]:
        """Answer a click, then do in the block what it asks for, as `refusals` does."""
        ack()
        interaction = read_interaction(body)
        with self.refusals(interaction):
            yield interaction

    @contextmanager
    def refusals(self, interaction: Interaction) -> Iterator[None]:
        """Do what follows an answer; tell the person in private when the block is refused, or broke."""
        self.rush.let_pass()
        try:
            yield
        except Refused as refused:
            self.tell(interaction, refusal_text(refused), refusal_blocks(refused))
        except Exception:  # noqa: BLE001 - the listener's boundary: the person gets a token, the log the trace
            self.tell(interaction, report())

    @contextmanager
    def opened(
        self, interaction: Interaction, title: str, line: str = "One moment…"
    ) -> Iterator[Callable[..., str | None]]:
        """Open a modal at once, before anything slow; yields what fills it. A refusal turns the modal into the answer.

        Raises TooLate when Slack does not open it any more, NotYet when it does not do so now.
        """
        view_id = self._open(interaction, skeleton(title, line))
        with self.filling(title, view_id=view_id) as fill:
            yield fill

    @contextmanager
    def filling(self, title: str, **which: str) -> Iterator[Callable[..., str | None]]:
        """Yields what fills a modal that is open (*which*: view_id or external_id), unless the person closed it.

        With a `hash` it fills only a modal that is still in that state. It returns the hash of the new one; None when
        it was not filled.
        """
        waits_s = _PUSHED_AFTER_S if "external_id" in which else ()

        def fill(view: dict[str, Any], *, hash: str = "") -> str | None:  # noqa: A002 - Slack's own name
            state = {"hash": hash} if hash else {}
            for wait_s in (*waits_s, None):
                try:
                    filled = call(self.slack.views_update, view=view, **which, **state)
                    return str((filled.get("view") or {}).get("hash") or "")
                except Never as never:
                    if never.error not in {"not_found", "hash_conflict"}:
                        raise
                if wait_s is not None:
                    time.sleep(wait_s)
            return None

        try:
            yield fill
        except Refused as refused:
            fill(refusal_modal(title, refused))
        except Exception:  # noqa: BLE001 - the listener's boundary: the person gets a token, the log the trace
            fill(apology_modal(title, report()))

    def _open(self, interaction: Interaction, view: dict[str, Any]) -> str:
        try:
            if interaction.view and interaction.in_modal:
                call(self.slack.views_update, view_id=interaction.view.id, view=view)
                return interaction.view.id
            opened = call(self.hasty.views_open, trigger_id=interaction.trigger_id, view=view)
        except Later as later:
            raise NotYet(later.seconds) from later
        except Never as never:
            if never.error in _TOO_LATE:
                raise TooLate from never
            raise
        return str(opened["view"]["id"])

    def _tell(self, interaction: Interaction, text: str, blocks: list[Block], *, replace: bool) -> None:
        if interaction.response_url and may_answer_at(interaction.response_url, api_url=self.slack.base_url):
            responder = make_responder(interaction.response_url, tls=self.tls)
            sent = call(responder.send, text=text, blocks=blocks, response_type="ephemeral", replace_original=replace)
            if sent.status_code >= HTTPStatus.BAD_REQUEST:
                # The SDK raises nothing here, other than for methods.
                raise Never(sent.body)
        elif interaction.view and interaction.in_modal:
            view = modal(interaction.view.title or "Stackhand", blocks)
            call(self.slack.views_update, view_id=interaction.view.id, view=view)
        elif interaction.trigger_id:
            call(self.hasty.views_open, trigger_id=interaction.trigger_id, view=modal("Stackhand", blocks))
        else:
            said = {"channel": interaction.channel, "text": text, "blocks": blocks}
            thread = {"thread_ts": interaction.thread_ts} if interaction.thread_ts else {}
            if interaction.is_direct:
                call(self.slack.chat_postMessage, **said, **thread)
            else:
                call(self.slack.chat_postEphemeral, user=interaction.user, **said, **thread)


def report() -> str:
    """Log the exception that is being handled; returns what the person is told."""
    token = secrets.token_hex(4)
    log.exception("a listener broke", token=token)
    return NOT_WRITTEN if isinstance(sys.exc_info()[1], OperationalError) else apology(token)
