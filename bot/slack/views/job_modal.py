"""The page that shows what a job would do before it does it."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.model.approval import StepPreview
from bot.model.freeze import Frozen
from bot.model.run import Run
from bot.model.stack import Environment, Job
from bot.model.target import place
from bot.slack.door import Offer
from bot.slack.ids import JOB_CONFIRM, REASON, VALUE, ConfirmRef
from bot.slack.limits import PLACEHOLDER, PRIVATE_METADATA, SECTION_TEXT, Block
from bot.slack.mrkdwn import one_line
from bot.slack.views.answers import answer_words
from bot.slack.views.name_modal import name_input
from bot.slack.views.parts import divider, modal, section, skeleton, words
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
) -> dict[str, Any]:
    """Exactly what would happen, where, and with which answers."""
    job = offer.job
    blocks = [section(f"*{one_line(place(job.title, environment.name if environment else None))}*")]
    if inputs:
        blocks += [section(text) for text in _answers(job, inputs)]
    blocks.append(divider())
    blocks += preview_blocks(previews)
    if frozen:
        blocks += [divider(), section(f"❄ *{one_line(frozen.in_words)}*"), _why_now()]
    if environment and environment.protected:
        blocks += [divider(), name_input(environment.name)]
    return modal(
        job.title,
        blocks,
        submit=job.title,
        close="Back",
        callback_id=JOB_CONFIRM,
        external_id=external_id,
        private_metadata=ref.encode(PRIVATE_METADATA),
    )


def _answers(job: Job, inputs: Mapping[str, Any]) -> list[str]:
    """The answers, one a line, in as few texts as Slack takes."""
    texts = [""]
    for field in job.form:
        value = inputs.get(field.name)
        if value not in (None, "", []):
            line = f"{one_line(field.label)}: *{answer_words(value, field, most=_ANSWER_LENGTH)}*"
            if len(texts[-1]) + len(line) >= SECTION_TEXT:
                texts.append("")
            texts[-1] = f"{texts[-1]}\n{line}".lstrip()
    return texts if texts[0] else ["No answers given."]


def _why_now() -> Block:
    return {
        "type": "input",
        "block_id": REASON,
        "label": words("Why does it have to be now? Everybody reads it", PLACEHOLDER),
        "element": {"type": "plain_text_input", "action_id": VALUE, "max_length": _ANSWER_LENGTH},
    }
