"""The answers of a form on their way: what fills it, and its fields as they are asked with what was answered so far."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.base.errors import NotFound, WrongInputs
from bot.control.forms.forms import Asked, walk_form
from bot.model.form import FieldType, FormValue
from bot.model.person import Person
from bot.slack.desk import Desk
from bot.slack.door import Offer
from bot.slack.form_state import given_answers, place_of_error, whole, with_empty_rows
from bot.slack.ids import JobRef
from bot.slack.interaction import ViewSeen


class FormAnswers:
    """What stands in forms, and what stood in them before."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def before(self, offer: Offer, ref: JobRef, person: Person) -> dict[str, Any]:
        """What fills the form: the answers of an earlier run, then a preset, then what was typed in a command."""
        answers: dict[str, Any] = {}
        if ref.again:
            run = self._desk.door.runs.get(ref.again)
            self._desk.demand_sight(person, run.target)
            answers |= {field.name: run.inputs[field.name] for field in offer.job.form if field.name in run.inputs}
        return {**answers, **offer.job.presets.get(ref.preset, {}), **ref.answers}

    def sent(self, offer: Offer, ref: JobRef, person: Person, view: ViewSeen) -> dict[str, Any]:
        """What stands in a form that was sent; its files are known from now on, and one of before is kept.

        Raises WrongInputs for a file that somebody else gave to Slack.
        """
        answers = given_answers(offer.job.form, view.state, ref)
        fields = [field.name for field in offer.job.form if field.type is FieldType.FILE and field.name in answers]
        before = self.before(offer, ref, person) if fields and ref.again else {}
        for name in fields:
            given = answers[name]
            if isinstance(given, list):
                answers[name] = [self._known(name, one, person) for one in given]
            elif given:
                answers[name] = self._known(name, given, person)
            answers[name] = answers[name] or before.get(name)
        return answers

    def standing(self, offer: Offer, ref: JobRef, person: Person, view: ViewSeen) -> dict[str, Any]:
        """What stands in a form that is still open; where no file was chosen, the one of before does."""
        given = given_answers(offer.job.form, view.state, ref)
        empty = [field.name for field in offer.job.form if field.type is FieldType.FILE and not given.get(field.name)]
        chosen = {name: answer for name, answer in given.items() if name not in empty}
        return {**self.before(offer, ref, person), **chosen}

    def _known(self, name: str, given: Mapping[str, Any], person: Person) -> Mapping[str, FormValue]:
        if given.get("user") != person.id:
            raise WrongInputs({name: "Choose a file that you have uploaded yourself."})
        size = given.get("size") or 0
        return self._desk.door.files.keep(given["id"], name=given.get("name") or "", size=size, by=person)

    def walk(
        self,
        offer: Offer,
        ref: JobRef,
        person: Person,
        answers: Mapping[str, Any],
        *,
        patience_s: float | None = None,
    ) -> list[Asked]:
        """The form's fields with *answers*; those that were not asked for are passed over."""
        form = offer.job.form
        try:
            environment = self._desk.door.jobs.environment(offer, ref.environment)
        except NotFound:
            environment = None  # nobody has chosen one yet
        around = self._desk.door.forms.around(offer.stack, offer.job, environment, person, patience_s=patience_s)
        known = {field.name for field in form}
        given = with_empty_rows({name: value for name, value in answers.items() if name in known}, form, ref)
        asked = list(walk_form(form, given, around))
        # A whole value may be what the list of a later field needs.
        while (found := whole(given, asked)) != given:
            given, asked = found, list(walk_form(form, found, around))
        return asked


def all_inputs(asked: Sequence[Asked], ref: JobRef) -> Iterator[tuple[str, Asked]]:
    """All inputs with their places: `reason`, `hosts.0.port`."""
    for one in asked:
        yield one.field.name, one
        for index, row in enumerate(one.rows):
            for inner in row:
                yield place_of_error(f"{one.field.name}.{index}.{inner.field.name}", ref), inner
