"""Saying yes or no: the buttons below an approval, the page that asks why, and `/stack approvals`."""

import secrets

from bot.base.errors import WrongInputs
from bot.model.approval import ApprovalView
from bot.model.form import FormValue
from bot.model.person import Person
from bot.slack.desk import ORIGIN, Desk
from bot.slack.ids import REASON, ApprovalRef, OutOfDate, field_block, field_of
from bot.slack.interaction import Ack, Body, Interaction, ViewSeen, read_interaction
from bot.slack.listeners.pages import refusals_shown, view_of
from bot.slack.live import approval_scene
from bot.slack.views import approval_message as shown
from bot.slack.views.fields import read_answer
from bot.slack.views.parts import skeleton
from bot.slack.words import Words

_TITLES = {shown.APPROVE: "Approve", shown.DENY: "Deny"}


class Approvals:
    """The listeners around approvals; who may and who was first is decided behind the front door."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def clicked(self, ack: Ack, body: Body) -> None:
        """Approve, Deny, Whole preview, Wait longer, Look."""
        with self._desk.click(ack, body) as interaction:
            ref = ApprovalRef.decode(interaction.value)
            match ref.do:
                case shown.APPROVE | shown.DENY:
                    self._answer(interaction, ref)
                case shown.EXTEND:
                    self._extend(interaction, ref)
                case shown.PREVIEW:
                    self._preview(interaction, ref)
                case shown.LOOK:
                    self._look(interaction, ref)
                case _:
                    raise OutOfDate

    def submitted(self, ack: Ack, body: Body) -> None:
        """The page: errors under its fields, or the answer. A yes takes seconds: the page says so."""
        interaction = read_interaction(body)
        view = view_of(interaction)
        with refusals_shown(ack, view):
            self._submitted(ack, interaction, view)

    def waiting(self, interaction: Interaction, words: Words) -> None:
        """What waits for this person, and which of their runs wait for others."""
        del words
        desk = self._desk
        person = desk.person(interaction)
        mine = desk.door.approvals.waiting_for(person)
        others = [view for view in desk.door.approvals.waiting() if view.run.started_by_id == person.id]
        desk.tell(interaction, shown.waiting_text(mine), shown.waiting_blocks(mine, others))

    def _answer(self, interaction: Interaction, ref: ApprovalRef) -> None:
        approvals = self._desk.door.approvals
        if shown.has_page(approvals.get(ref.approval), ref.do):
            with self._desk.opened(interaction, _TITLES[ref.do]) as fill:
                person = self._desk.person(interaction)
                fill(shown.answer_modal(approvals.may_speak(ref.approval, by=person, origin=ORIGIN), ref.do))
            return
        after = approvals.approve(ref.approval, by=self._desk.person(interaction), origin=ORIGIN)
        self._done(interaction, f"Your yes to {after.run.name} counts.")

    def _extend(self, interaction: Interaction, ref: ApprovalRef) -> None:
        person = self._desk.person(interaction)
        after = self._desk.door.approvals.extend(ref.approval, by=person, origin=ORIGIN)
        self._done(interaction, f"{after.run.name} waits longer now.")

    def _preview(self, interaction: Interaction, ref: ApprovalRef) -> None:
        with self._desk.opened(interaction, "What would happen") as fill:
            fill(shown.preview_modal(self._seen(interaction, ref)))

    def _look(self, interaction: Interaction, ref: ApprovalRef) -> None:
        view = self._seen(interaction, ref)
        blocks = shown.approval_blocks(approval_scene(view, self._desk.stacks))
        self._desk.tell(interaction, shown.approval_text(view), blocks)

    def _seen(self, interaction: Interaction, ref: ApprovalRef) -> ApprovalView:
        """The approval, for those who may decide about it and for those who may see its run."""
        approvals, person = self._desk.door.approvals, self._desk.person(interaction)
        view = approvals.get(ref.approval)
        if all(one.approval.id != ref.approval for one in approvals.waiting_for(person)):
            self._desk.demand_sight(person, view.run.target)
        return view

    def _done(self, interaction: Interaction, line: str) -> None:
        self._desk.wake()
        if interaction.in_copy:
            self._desk.tell(interaction, line)

    def _submitted(self, ack: Ack, interaction: Interaction, page: ViewSeen) -> None:
        ref, approvals = ApprovalRef.decode(page.private_metadata), self._desk.door.approvals
        person = self._desk.person(interaction)
        view = approvals.may_speak(ref.approval, by=person, origin=ORIGIN)
        reason, answers, is_yes = page.typed(REASON), _answers(view, page), ref.do == shown.APPROVE
        try:
            approvals.read_answers(view, is_yes=is_yes, reason=reason, answers=answers)
        except WrongInputs as wrong:
            errors = {REASON if name == "reason" else field_block(name): text for name, text in wrong.errors.items()}
            ack(response_action="errors", errors=errors)
            return
        if not is_yes:
            approvals.deny(ref.approval, by=person, origin=ORIGIN, reason=reason)
            self._desk.wake()
            ack(response_action="clear")
            return
        external_id = f"approve.{secrets.token_hex(8)}"
        checking = skeleton("Approve", "Checking that it is still the same that would happen…")
        ack(response_action="update", view={**checking, "external_id": external_id})
        self._desk.pool.submit(self._approve, ref.approval, person, reason, answers, external_id)

    def _approve(self, id: int, person: Person, reason: str, answers: dict[str, FormValue], external_id: str) -> None:
        """Takes seconds, so it runs after the answer, in the desk's own pool."""
        with self._desk.filling("Approve", external_id=external_id) as fill:
            approve = self._desk.door.approvals.approve
            after = approve(id, by=person, origin=ORIGIN, reason=reason, answers=answers)
            self._desk.wake()
            fill(shown.said_modal(after))
        # Also when the yes did not count: it may have been asked again.
        self._desk.wake()


def _answers(view: ApprovalView, page: ViewSeen) -> dict[str, FormValue]:
    asked = {one.name: one for one in view.step.form}
    shown_fields = [name for block in page.state if (name := field_of(block)) in asked and name]
    return {name: read_answer(asked[name], page.given(field_block(name))) for name in shown_fields}
