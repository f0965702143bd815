"""An open form: how it is opened and filled, changes in place, and is searched. What comes after: `form_sending`."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.model.form import FieldType
from bot.model.person import Person
from bot.slack.desk import ORIGIN, Desk
from bot.slack.door import Offer
from bot.slack.form_drawing import FormDrawing, FormOrder
from bot.slack.form_state import (
    chosen_environment,
    chosen_preset,
    given_answers,
    one_row_less,
    one_row_more,
    with_rows,
)
from bot.slack.ids import ADD_ROW, CONFIRM_PAGE, DROP_ROW, JOB_FORM, TAKE_OUT, JobRef, RunRef, field_of
from bot.slack.interaction import Ack, Body, Interaction, ViewSeen, read_interaction
from bot.slack.listeners.before_start import form_page, frozen_in
from bot.slack.listeners.form_answers import FormAnswers, all_inputs
from bot.slack.listeners.form_sending import FormSending, ask_of
from bot.slack.listeners.pages import AT_ONCE_S, PATIENCE_S
from bot.slack.views.confirm_modal import confirm_modal
from bot.slack.views.fields import matching


class Forms:
    """The listeners around a job's form."""

    def __init__(self, desk: Desk, sending: FormSending) -> None:
        self._desk = desk
        self._sending = sending
        self._answers = FormAnswers(desk)
        self._order = FormOrder()

    def clicked(self, ack: Ack, body: Body) -> None:
        """A job's button, wherever it stands."""
        with self._desk.click(ack, body) as interaction:
            ref = JobRef.decode(interaction.value)
            self.open(interaction, replace(ref, channel=ref.channel or interaction.asked_in))

    def again(self, ack: Ack, body: Body) -> None:
        """Run again: the form, filled with the answers of a run."""
        desk = self._desk
        with desk.click(ack, body) as interaction:
            run = desk.door.runs.get(RunRef.decode(interaction.value).run)
            ref = JobRef(
                stack=run.stack,
                job=run.job,
                environment=run.environment,
                channel=interaction.asked_in or run.channel,
                again=run.number,
            )
            self.open(interaction, ref)

    def open(self, interaction: Interaction, ref: JobRef) -> None:
        """Open the form of a job; without the right the modal says who may. Raises NotFound, TooLate.

        Where everything is said already (`JobRef.page`), what would happen is shown at once.
        """
        desk = self._desk
        _, job = desk.stacks.job(ref.stack, ref.job)
        with desk.opened(interaction, job.title) as fill:
            person = desk.person(interaction)
            offer = desk.door.jobs.offer(person, ref.stack, ref.job, origin=ORIGIN)
            complete = self._sending.complete(offer, ref, person) if ref.page == CONFIRM_PAGE else None
            if complete is None:
                answers = self._answers.before(offer, ref, person)
                ref = with_rows(ref, job.form, answers)
                fill(form_page(self._desk, offer, ref, self._answers.walk(offer, ref, person, answers)))
                return
            environment, inputs, carried = complete
            previews = desk.previewer.preview(ask_of(person, carried, inputs, key=f"preview:{interaction.trigger_id}"))
            external_id, cold = f"confirm.{secrets.token_hex(8)}", frozen_in(self._desk, offer, environment)
            named = {"external_id": external_id, "close": "Cancel"}  # no form lies behind this page
            fill(confirm_modal(offer, environment, carried, inputs, previews, frozen=cold, **named))

    def changed(self, ack: Ack, body: Body) -> None:
        """An answer on which others depend, a preset, or a row more or less: the form changes in place."""
        ack()
        interaction = read_interaction(body)
        view = interaction.view
        if view is None or view.callback_id != JOB_FORM:
            return
        self._order.came(view.id, interaction.action_ts)
        with self._desk.refusals(interaction):
            person = self._desk.person(interaction)
            before = JobRef.decode(view.private_metadata)
            offer = self._desk.door.jobs.offer(person, before.stack, before.job, origin=ORIGIN)
            ref, answers = self._changed(offer, before, person, interaction, view)
            is_other = (ref.turn, ref.rows, ref.answers) != (before.turn, before.rows, before.answers)
            with self._desk.filling(offer.job.title, view_id=view.id) as fill:
                self._draw_anew(
                    offer, ref, person, answers, FormDrawing(fill, self._order, interaction, view, is_other=is_other)
                )

    def searched(self, ack: Ack, body: Body) -> None:
        """Somebody types into a long list: answered from what is remembered of it."""
        interaction = read_interaction(body)
        view, name = interaction.view, field_of(str(body.get("block_id") or ""))
        if view is None or name is None:
            ack(options=[])
            return
        ref = replace(JobRef.decode(view.private_metadata), environment=chosen_environment(view.state))
        person = self._desk.person(interaction)
        offer = self._desk.door.jobs.offer(person, ref.stack, ref.job, origin=ORIGIN)
        answers = given_answers(offer.job.form, view.state, ref)
        asked = self._answers.walk(offer, ref, person, answers, patience_s=PATIENCE_S)
        found = next((one for one in all_inputs(asked, ref) if one[0] == name), None)
        ack(options=matching(found[1].field.choices, str(body.get("value") or "")) if found else [])

    def _changed(
        self, offer: Offer, ref: JobRef, person: Person, interaction: Interaction, view: ViewSeen
    ) -> tuple[JobRef, dict[str, Any]]:
        """The form after what was pressed or chosen in it, and the answers that it holds now."""
        form = offer.job.form
        ref = replace(ref, environment=chosen_environment(view.state))
        preset = chosen_preset(view.state)
        if preset and preset != ref.preset:
            given = {**self._answers.standing(offer, ref, person, view), **offer.job.presets.get(preset, {})}
            turned = replace(ref, preset=preset, turn=str(int(ref.turn or "0") + 1))
            return with_rows(turned, form, given), given
        group, _, row = (interaction.value or "").partition(".")
        if interaction.action == ADD_ROW and group in ref.rows:
            ref = one_row_more(ref, group)
        elif interaction.action == DROP_ROW and group in ref.rows:
            ref = one_row_less(ref, group, row)
        elif interaction.action == TAKE_OUT and group in {field.name for field in form if field.type is FieldType.FILE}:
            ref = replace(ref, answers={**ref.answers, group: ""})
        return ref, self._answers.standing(offer, ref, person, view)

    def _draw_anew(
        self, offer: Offer, ref: JobRef, person: Person, answers: Mapping[str, Any], drawing: FormDrawing
    ) -> None:
        """Show the form as it is now; slow lists come in later."""
        asked = self._answers.walk(offer, ref, person, answers, patience_s=AT_ONCE_S)
        drawing.show(form_page(self._desk, offer, ref, asked))
        if any(one.is_coming for _, one in all_inputs(asked, ref)):
            drawing.show(form_page(self._desk, offer, ref, self._answers.walk(offer, ref, person, answers)))
