"""The form of a job, and the page that shows what it would do before it does it."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.base.text import cut, plural
from bot.control.preview import StepPreview
from bot.model.form import FormValue
from bot.model.stack import Environment, Job
from bot.slack.door import Offer
from bot.slack.ids import CONFIRM_NAME, ENVIRONMENT, JOB_CONFIRM, JOB_FORM, VALUE, ConfirmRef, JobRef, field_of
from bot.slack.limits import OPTIONS, PLACEHOLDER, PRIVATE_METADATA, SECTION_TEXT, Block
from bot.slack.mrkdwn import code_block, escape, one_line
from bot.slack.views.fields import field_input, option, read_answer
from bot.slack.views.parts import context, divider, modal, place, section, skeleton, words
from bot.slack.views.run_message import in_words

_PREVIEW_LENGTH = 1500
_PREVIEW_LINES = 12
_LINE_LENGTH = 100
_ANSWER_LENGTH = 500

State = Mapping[str, Mapping[str, Mapping[str, Any]]]


def job_modal(offer: Offer, ref: JobRef) -> dict[str, Any]:
    """The form, filled with defaults and with what *ref* knows already."""
    job = offer.job
    blocks: list[Block] = []
    if job.description:
        blocks.append(section(escape(job.description)))
    if offer.environments:
        blocks.append(_environment(offer.environments, ref.environment))
    blocks += [field_input(field, ref.answers.get(field.name, field.default)) for field in job.form]
    if not blocks:
        blocks.append(section(f"*{one_line(job.title)}* asks for nothing. Start it?"))
    blocks.append(context(_what_comes(offer)))
    return modal(
        job.title,
        blocks,
        submit="Continue" if job.danger else job.title,
        close="Cancel",
        callback_id=JOB_FORM,
        private_metadata=JobRef(stack=ref.stack, job=ref.job, channel=ref.channel).encode(PRIVATE_METADATA),
    )


def chosen_environment(state: State) -> str | None:
    """The environment that was picked in the form; None when it did not ask."""
    picked = state.get(ENVIRONMENT, {}).get(VALUE, {}).get("selected_option")
    return str(picked["value"]) if picked else None


def given_answers(job: Job, state: State) -> dict[str, FormValue]:
    """What stands in the form's inputs, by field name."""
    by_name = {field_of(block): inputs.get(VALUE) for block, inputs in state.items() if field_of(block)}
    return {field.name: read_answer(field, by_name[field.name]) for field in job.form if field.name in by_name}


def needs_confirmation(job: Job, environment: Environment | None) -> bool:
    """Does a second page come before it starts?"""
    return job.danger or (environment is not None and environment.protected)


def checking_modal(job: Job, external_id: str) -> dict[str, Any]:
    """The second page, until the previews are there."""
    return {**skeleton(job.title, "Checking what would happen…"), "external_id": external_id}


def confirm_modal(
    offer: Offer,
    environment: Environment | None,
    ref: ConfirmRef,
    previews: Sequence[StepPreview],
    *,
    external_id: str,
) -> dict[str, Any]:
    """Exactly what would happen, where, and with which answers."""
    job = offer.job
    blocks = [section(f"*{one_line(place(job.title, environment.name if environment else None))}*")]
    if ref.inputs:
        blocks.append(section(_answers(job, ref.inputs)))
    blocks.append(divider())
    for preview in previews:
        blocks += _preview(preview)
    if problems := [preview for preview in previews if preview.problem]:
        blocks.append(divider())
        blocks.append(section(f"⚠ *{plural(len(problems), 'step')} would fail as things stand.*"))
    if environment and environment.protected:
        blocks += [divider(), _type_the_name(environment)]
    return modal(
        job.title,
        blocks,
        submit=job.title,
        close="Back",
        callback_id=JOB_CONFIRM,
        external_id=external_id,
        private_metadata=ref.encode(PRIVATE_METADATA),
    )


def _environment(environments: Sequence[Environment], chosen: str | None) -> Block:
    options = [option(environment.name, environment.name) for environment in environments[:OPTIONS]]
    picked = next((one for one in options if one["value"] == chosen), options[0] if len(options) == 1 else None)
    element: dict[str, Any] = {
        "type": "static_select",
        "action_id": VALUE,
        "options": options,
        "placeholder": words("Choose where", PLACEHOLDER),
    }
    if picked:
        element["initial_option"] = picked
    return {"type": "input", "block_id": ENVIRONMENT, "label": words("Environment", PLACEHOLDER), "element": element}


def _what_comes(offer: Offer) -> str:
    steps = plural(len(offer.job.steps), "step")
    if offer.job.danger:
        return f"{steps}. The next page shows what each of them would do; nothing happens before you confirm."
    if any(environment.protected for environment in offer.environments):
        return f"{steps}. In a protected environment the next page asks you to confirm."
    return f"{steps}. It starts at once."


def _answers(job: Job, inputs: Mapping[str, Any]) -> str:
    lines = []
    for field in job.form:
        value = inputs.get(field.name)
        if value not in (None, "", []):
            said = one_line(cut(in_words(value, field), _ANSWER_LENGTH))
            lines.append(f"{one_line(field.label)}: *{said}*")
    return "\n".join(lines) or "No answers given."


def _preview(preview: StepPreview) -> list[Block]:
    title = f"*{escape(preview.id)}. {one_line(preview.title)}*"
    if preview.problem:
        return [section(f"{title}\n⚠ Would fail: {escape(cut(preview.problem, _PREVIEW_LENGTH))}")]
    if preview.known_after:
        return [section(f"{title}\nKnown after {escape(preview.known_after)}.")]
    if not preview.text.strip():
        return [section(f"{title}\nThis step cannot say what it would do.")]
    return [section(f"{title}\n{code_block(_first_lines(preview.text), min(_PREVIEW_LENGTH, SECTION_TEXT))}")]


def _first_lines(text: str) -> str:
    """Enough to see what it is about; `stackhand plan` shows all of it."""
    lines = [cut(line, _LINE_LENGTH) for line in text.strip("\n").split("\n")]
    more = len(lines) - _PREVIEW_LINES
    return "\n".join(lines if more <= 1 else [*lines[:_PREVIEW_LINES], f"… {more} more lines"])


def _type_the_name(environment: Environment) -> Block:
    return {
        "type": "input",
        "block_id": CONFIRM_NAME,
        "label": words(f"{environment.name} is protected. Type its name to confirm", PLACEHOLDER),
        "element": {"type": "plain_text_input", "action_id": VALUE},
    }
