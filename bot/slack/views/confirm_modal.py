"""The page that shows what a job would do before it does it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.model.approval import StepPreview
from bot.model.freeze import Frozen
from bot.model.run import Run
from bot.model.stack import Environment, Job
from bot.model.target import place
from bot.slack.door import Offer
from bot.slack.ids import JOB_CONFIRM, REASON, ConfirmRef
from bot.slack.limits import PRIVATE_METADATA
from bot.slack.mrkdwn import one_line
from bot.slack.views.answers import answer_words
from bot.slack.views.name_modal import name_input
from bot.slack.views.parts import divider, modal, section, sections, skeleton, start_label, text_input
from bot.slack.views.previews import preview_blocks

_ANSWER_LENGTH = 500


def needs_confirmation(job: Job, environment: Environment | None) -> bool:
    """Does a second page come before it starts?"""
    return job.danger or (environment is not None and environment.protected)


def checking_modal(job: Job, external_id: str) -> dict[str, Any]:
    """The second page, until the previews are there."""
    return {**skeleton(job.title, "Checking what would happen…"), "external_id": external_id}


def looking_modal(title: str, external_id: str) -> dict[str, Any]:
    """The page that was sent, while a slow list of choices is read once more."""
    line = "Checking once more that your answers can still be chosen… Nothing has begun yet."
    return {**skeleton(title, line), "external_id": external_id}


def started_modal(title: str, run: Run) -> dict[str, Any]:
    """The same page, once the run is there."""
    return modal(title, [section(f"{one_line(run.name)} is started.")], clear_on_close=True)


def confirm_modal(
    offer: Offer,
    environment: Environment | None,
    ref: ConfirmRef,
    inputs: Mapping[str, Any],
    previews: Sequence[StepPreview],
    *,
    external_id: str,
    frozen: Frozen | None = None,
    close: str = "Back",
) -> dict[str, Any]:
    """Exactly what would happen, where, and with which answers; *close* is what its other button says."""
    job = offer.job
    blocks = [section(f"*{one_line(place(job.title, environment.name if environment else None))}*")]
    if inputs:
        blocks += sections(_answers(job, inputs)) or [section("No answers given.")]
    blocks.append(divider())
    blocks += preview_blocks(previews)
    if frozen:
        why_now = text_input(REASON, "Why does it have to be now? Everybody reads it", most=_ANSWER_LENGTH)
        blocks += [divider(), section(f"❄ *{one_line(frozen.in_words)}*"), why_now]
    if environment and environment.protected:
        blocks += [divider(), name_input(environment.name)]
    return modal(
        job.title,
        blocks,
        submit=start_label(job.title),
        close=close,
        callback_id=JOB_CONFIRM,
        external_id=external_id,
        private_metadata=ref.encode(PRIVATE_METADATA),
    )


def _answers(job: Job, inputs: Mapping[str, Any]) -> Iterator[str]:
    for field in job.form:
        if said := answer_words(inputs.get(field.name), field, most=_ANSWER_LENGTH):
            yield f"{one_line(field.label)}: *{said}*"
