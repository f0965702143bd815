"""A form that was sent: errors under its fields, the page that shows what would happen, and the start."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.base.errors import NotFound, WrongInputs
from bot.control.forms.choices import NotYet
from bot.control.forms.forms import Asked, read_inputs
from bot.control.start import StartJob
from bot.model.form import FormValue
from bot.model.person import Person
from bot.model.stack import Environment
from bot.slack.desk import ORIGIN, Desk
from bot.slack.door import Offer
from bot.slack.form_state import chosen_environment, place_of_error
from bot.slack.ids import CONFIRM_NAME, ENVIRONMENT, REASON, ConfirmRef, JobRef, TooLong, field_of, pack
from bot.slack.interaction import Ack, Body, Interaction, ViewSeen, read_interaction
from bot.slack.limits import PRIVATE_METADATA
from bot.slack.listeners.before_start import asks_again, form_page, frozen_in
from bot.slack.listeners.form_answers import FormAnswers
from bot.slack.listeners.pages import AT_ONCE_S, PATIENCE_S, refusals_shown, view_of, wrong_name
from bot.slack.views.confirm_modal import checking_modal, confirm_modal, looking_modal, started_modal
from bot.slack.views.job_form import job_modal

_LOOK_AGAIN = "Your answers changed what is asked. Look again, then send it."


class FormSending:
    """The listeners behind a form's own button, and the one of the page that comes after it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._answers = FormAnswers(desk)

    def submitted(self, ack: Ack, body: Body) -> None:
        """The form: errors under the fields, the page that asks once more, or the start."""
        interaction = read_interaction(body)
        view = view_of(interaction)
        with refusals_shown(ack, view):
            self._submitted(ack, interaction, view)

    def confirmed(self, ack: Ack, body: Body) -> None:
        """The page that showed what would happen: now it happens."""
        interaction = read_interaction(body)
        view = view_of(interaction)
        with refusals_shown(ack, view):
            ref = ConfirmRef.decode(view.private_metadata)
            if CONFIRM_NAME in view.state and (error := wrong_name(view, ref.environment or "")):
                ack(response_action="errors", errors={CONFIRM_NAME: error})
            else:
                person = self._desk.person(interaction)
                inputs = self._desk.door.drafts.find(ref.draft, by=person) if ref.draft else ref.inputs
                ask = ask_of(person, ref, inputs, key=_key(view))
                self._start(ack, view, replace(ask, override=view.typed(REASON)))

    def complete(
        self, offer: Offer, ref: JobRef, person: Person
    ) -> tuple[Environment | None, dict[str, FormValue], ConfirmRef] | None:
        """What *ref* says, when the form would have nothing more to ask; None: it would."""
        try:
            environment = self._desk.door.jobs.environment(offer, ref.environment)
            around = self._desk.door.forms.around(offer.stack, offer.job, environment, person)
            inputs = read_inputs(offer.job.form, ref.answers, around)
            return environment, inputs, self.carried(offer, ref, environment, inputs, person, asks_again=True)
        except (NotFound, WrongInputs):
            return None

    def _submitted(self, ack: Ack, interaction: Interaction, view: ViewSeen) -> None:
        ref = replace(JobRef.decode(view.private_metadata), environment=chosen_environment(view.state))
        person = self._desk.person(interaction)
        offer = self._desk.door.jobs.offer(person, ref.stack, ref.job, origin=ORIGIN)
        try:
            environment = self._environment(offer, ref)
            answers = self._answers.sent(offer, ref, person, view)
            asked = self._answers.walk(offer, ref, person, answers, patience_s=PATIENCE_S)
            if again := self._must_look_again(offer, ref, person, asked, answers, view):
                ack(response_action="update", view=again)
                return
            inputs = _inputs(asked)
            is_asked_again = asks_again(self._desk, offer, environment)
            carried = self.carried(offer, ref, environment, inputs, person, asks_again=is_asked_again)
        except WrongInputs as wrong:
            ack(response_action="errors", errors=_under_fields(wrong, ref, view))
            return
        ask = ask_of(person, carried, inputs, key=_key(view))
        if is_asked_again:
            external_id = f"confirm.{secrets.token_hex(8)}"
            ack(response_action="push", view=checking_modal(offer.job, external_id))
            self._desk.pool.submit(self._show_previews, offer, environment, carried, ask, external_id)
        else:
            self._start(ack, view, ask)

    def _environment(self, offer: Offer, ref: JobRef) -> Environment | None:
        """The chosen one. Raises WrongInputs, with "environment" as the name."""
        try:
            return self._desk.door.jobs.environment(offer, ref.environment)
        except NotFound as gone:
            if not offer.environments:
                raise
            raise WrongInputs({ENVIRONMENT: str(gone)}) from gone

    def _must_look_again(
        self,
        offer: Offer,
        ref: JobRef,
        person: Person,
        asked: Sequence[Asked],
        answers: Mapping[str, Any],
        view: ViewSeen,
    ) -> dict[str, Any] | None:
        """The form as it is now, when it asks for other things than the one that was sent; None: it does not."""
        # Without what is paused or frozen there, which asks for nothing and takes a look into the rows.
        blocks = job_modal(offer, ref, asked)["blocks"]
        asks = {block["block_id"] for block in blocks if block["type"] == "input" and field_of(block["block_id"])}
        if asks == {block for block in view.state if field_of(block)}:
            troubles = [f"{one.field.label}: {one.trouble}" for one in asked if one.trouble and one.error]
            return form_page(self._desk, offer, ref, asked, note=" ".join(troubles)) if troubles else None
        before = {**self._answers.before(offer, ref, person), **answers}
        return form_page(
            self._desk,
            offer,
            ref,
            self._answers.walk(offer, ref, person, before, patience_s=AT_ONCE_S),
            note=_LOOK_AGAIN,
        )

    def _show_previews(
        self, offer: Offer, environment: Environment | None, ref: ConfirmRef, ask: StartJob, external_id: str
    ) -> None:
        """Takes seconds, so it runs after the answer, in the desk's own pool."""
        with self._desk.filling(offer.job.title, external_id=external_id) as fill:
            previews = self._desk.previewer.preview(ask)
            cold = frozen_in(self._desk, offer, environment)
            fill(confirm_modal(offer, environment, ref, ask.inputs, previews, external_id=external_id, frozen=cold))

    def carried(
        self,
        offer: Offer,
        ref: JobRef,
        environment: Environment | None,
        inputs: dict[str, FormValue],
        person: Person,
        *,
        asks_again: bool,
    ) -> ConfirmRef:
        """What the second page has to know; answers that are too long for Slack to carry are kept here meanwhile."""
        carried = ConfirmRef(
            stack=ref.stack,
            job=ref.job,
            environment=environment.name if environment else None,
            # The run's message goes where it was asked, else to the stack's channel, else to the person.
            channel=ref.channel or (None if offer.stack.channel else person.id),
            packed=pack(inputs) if asks_again else "",
            again=ref.again,
        )
        try:
            carried.encode(PRIVATE_METADATA)
        except TooLong:
            return replace(carried, packed="", draft=self._desk.door.drafts.keep(inputs, by=person))
        return carried

    def _start(self, ack: Ack, view: ViewSeen, ask: StartJob) -> None:
        """Start it. A list that has to be read once more may be slow: then the page says so, and it starts later."""
        try:
            self._desk.door.runs.start(replace(ask, patience_s=AT_ONCE_S))
        except NotYet:
            external_id = f"start.{secrets.token_hex(8)}"
            ack(response_action="update", view=looking_modal(view.title, external_id))
            self._desk.pool.submit(self._start_later, view.title, ask, external_id)
            return
        self._desk.wake()
        ack(response_action="clear")

    def _start_later(self, title: str, ask: StartJob, external_id: str) -> None:
        """Takes seconds, so it runs after the answer, in the desk's own pool."""
        with self._desk.filling(title, external_id=external_id) as fill:
            run = self._desk.door.runs.start(ask)
            self._desk.wake()
            fill(started_modal(title, run))


def _inputs(asked: Sequence[Asked]) -> dict[str, FormValue]:
    """The answers. Raises WrongInputs; what is not shown was not asked, whatever stands in it."""
    errors: dict[str, str] = {}
    for one in asked:
        if one.is_shown and one.error:
            errors[one.field.name] = one.error
        errors |= {f"{one.field.name}.{place}": text for place, text in one.inner.items()}
    if errors:
        raise WrongInputs(errors)
    return {one.field.name: one.value for one in asked}


def _key(view: ViewSeen) -> str:
    """The same for a double click and for an event that is sent again, so both find one run."""
    return f"view:{view.root_id}"


def ask_of(person: Person, ref: ConfirmRef, inputs: Mapping[str, FormValue], *, key: str) -> StartJob:
    """The request to start what the second page shows, by its *key*."""
    return StartJob(
        person=person,
        stack=ref.stack,
        job=ref.job,
        environment=ref.environment,
        inputs=inputs,
        key=key,
        origin=ORIGIN,
        channel=ref.channel,
        again=ref.again,
    )


def _under_fields(wrong: WrongInputs, ref: JobRef, view: ViewSeen) -> dict[str, str]:
    """Errors by block. Raises *wrong* itself when the form does not show any of its fields."""
    shown = {field_of(block) or block: block for block in view.state}
    places = {place_of_error(name, ref): text for name, text in wrong.errors.items()}
    errors = {shown[place]: text for place, text in places.items() if place in shown}
    for name, text in wrong.errors.items():
        # A group itself has no input: what is wrong with it stands below its first one.
        first = next((block for place, block in shown.items() if place.startswith(f"{name}.")), None)
        if name not in shown and first:
            errors.setdefault(first, text)
    if not errors:
        raise wrong
    return errors
