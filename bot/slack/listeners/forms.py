"""From a click to a started run: the form, the page that shows what would happen, and the start."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from bot.base.errors import NotFound, Refused, WrongInputs
from bot.control.start import StartJob
from bot.model.form import FormValue
from bot.model.person import Person
from bot.model.stack import Environment
from bot.slack.desk import ORIGIN, Desk
from bot.slack.door import Offer
from bot.slack.ids import CONFIRM_NAME, ENVIRONMENT, VALUE, ConfirmRef, JobRef, OutOfDate, TooLong, field_block, pack
from bot.slack.interaction import Interaction, ViewSeen, read_interaction
from bot.slack.limits import PRIVATE_METADATA
from bot.slack.views.job_modal import (
    checking_modal,
    chosen_environment,
    confirm_modal,
    given_answers,
    job_modal,
    needs_confirmation,
)
from bot.slack.views.menu import menu_modal
from bot.slack.views.sorry import refusal_modal

Ack = Callable[..., Any]
Body = dict[str, Any]


class Forms:
    """The listeners around a job's form."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def clicked(self, ack: Ack, body: Body) -> None:
        """A job's button, wherever it stands."""
        ack()
        interaction = read_interaction(body)
        with self._desk.refusals(interaction):
            ref = JobRef.decode(interaction.value)
            channel = ref.channel or (interaction.channel if interaction.view is None else None)
            self.open(interaction, replace(ref, channel=channel))

    def shortcut(self, ack: Ack, body: Body) -> None:
        """The shortcut, from anywhere: first which job."""
        ack()
        interaction = read_interaction(body)
        desk = self._desk
        with desk.refusals(interaction), desk.opened(interaction, "Run a job") as fill:
            fill(menu_modal(desk.door.jobs.offers(desk.person(interaction))))

    def open(self, interaction: Interaction, ref: JobRef) -> None:
        """Open the form of a job; without the right the modal says who may. Raises NotFound, TooLate."""
        desk = self._desk
        _, job = desk.stacks.job(ref.stack, ref.job)
        with desk.opened(interaction, job.title) as fill:
            offer = desk.door.jobs.offer(desk.person(interaction), ref.stack, ref.job, origin=ORIGIN)
            fill(job_modal(offer, ref))

    def submitted(self, ack: Ack, body: Body) -> None:
        """The form: errors under the fields, the page that asks once more, or the start."""
        interaction = read_interaction(body)
        view = _view(interaction)
        with _refusals_shown(ack, view):
            self._submitted(ack, interaction, view)

    def confirmed(self, ack: Ack, body: Body) -> None:
        """The page that showed what would happen: now it happens."""
        interaction = read_interaction(body)
        view = _view(interaction)
        with _refusals_shown(ack, view):
            ref = ConfirmRef.decode(view.private_metadata)
            if ref.environment and (error := _wrong_name(view, ref.environment)):
                ack(response_action="errors", errors={CONFIRM_NAME: error})
            else:
                self._start(ack, _ask(self._desk.person(interaction), ref, ref.inputs, view))

    def _submitted(self, ack: Ack, interaction: Interaction, view: ViewSeen) -> None:
        ref = JobRef.decode(view.private_metadata)
        person = self._desk.person(interaction)
        offer = self._desk.door.jobs.offer(person, ref.stack, ref.job, origin=ORIGIN)
        try:
            environment, inputs = self._read(offer, view)
            carried = _carried(offer, ref, environment, inputs, person)
        except WrongInputs as wrong:
            ack(response_action="errors", errors=_under_fields(wrong, offer))
            return
        ask = _ask(person, carried, inputs, view)
        if needs_confirmation(offer.job, environment):
            external_id = f"confirm.{secrets.token_hex(8)}"
            ack(response_action="push", view=checking_modal(offer.job, external_id))
            self._desk.pool.submit(self._show_previews, offer, environment, carried, ask, external_id)
        else:
            self._start(ack, ask)

    def _read(self, offer: Offer, view: ViewSeen) -> tuple[Environment | None, dict[str, FormValue]]:
        """What the form says, checked. Raises WrongInputs, whose names are those of fields or "environment"."""
        jobs = self._desk.door.jobs
        try:
            environment = jobs.environment(offer, chosen_environment(view.state))
        except NotFound as gone:
            if not offer.environments:
                raise
            raise WrongInputs({ENVIRONMENT: str(gone)}) from gone
        return environment, dict(jobs.read_inputs(offer, given_answers(offer.job, view.state)))

    def _show_previews(
        self, offer: Offer, environment: Environment | None, ref: ConfirmRef, ask: StartJob, external_id: str
    ) -> None:
        """Takes seconds, so it runs after the answer, in the desk's own pool."""
        with self._desk.filling(offer.job.title, external_id=external_id) as fill:
            previews = self._desk.previewer.preview(ask)
            fill(confirm_modal(offer, environment, ref, previews, external_id=external_id))

    def _start(self, ack: Ack, ask: StartJob) -> None:
        self._desk.door.runs.start(ask)
        self._desk.wake()
        ack(response_action="clear")


def _view(interaction: Interaction) -> ViewSeen:
    if interaction.view is None:
        raise OutOfDate
    return interaction.view


@contextmanager
def _refusals_shown(ack: Ack, view: ViewSeen) -> Iterator[None]:
    """A refusal turns the page into the answer."""
    try:
        yield
    except Refused as refused:
        ack(response_action="update", view=refusal_modal(view.title, refused))


def _carried(
    offer: Offer, ref: JobRef, environment: Environment | None, inputs: dict[str, FormValue], person: Person
) -> ConfirmRef:
    """What the second page has to know. Raises WrongInputs when the answers are too long for it."""
    carried = ConfirmRef(
        stack=ref.stack,
        job=ref.job,
        environment=environment.name if environment else None,
        # The run's message goes where it was asked, else to the stack's channel, else to the person.
        channel=ref.channel or (None if offer.stack.channel else person.id),
        packed=pack(inputs) if needs_confirmation(offer.job, environment) else "",
    )
    try:
        carried.encode(PRIVATE_METADATA)
    except TooLong:
        longest = max(inputs, key=lambda name: len(str(inputs[name])))
        raise WrongInputs({longest: "This is too long for Slack to carry to the next page. Shorten it."}) from None
    return carried


def _ask(person: Person, ref: ConfirmRef, inputs: Mapping[str, FormValue], view: ViewSeen) -> StartJob:
    return StartJob(
        person=person,
        stack=ref.stack,
        job=ref.job,
        environment=ref.environment,
        inputs=inputs,
        # The same for a double click and for an event that is sent again, so both find one run.
        key=f"view:{view.root_id}",
        origin=ORIGIN,
        channel=ref.channel,
    )


def _under_fields(wrong: WrongInputs, offer: Offer) -> dict[str, str]:
    """Errors by block. Raises *wrong* itself when the form does not show any of its fields."""
    shown = {field.name: field_block(field.name) for field in offer.job.form}
    if offer.environments:
        shown[ENVIRONMENT] = ENVIRONMENT
    errors = {shown[name]: text for name, text in wrong.errors.items() if name in shown}
    if not errors:
        raise wrong
    return errors


def _wrong_name(view: ViewSeen, environment: str) -> str:
    """The sentence under the field when the typed name is not the environment's; empty when it is, or was not asked."""
    if CONFIRM_NAME not in view.state:
        return ""
    typed = str(view.state[CONFIRM_NAME].get(VALUE, {}).get("value") or "").strip()
    return "" if typed == environment else f'Type "{environment}" to confirm.'
