"""The form of a job as a modal: its fields as they are asked with the answers so far."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.base.text import join_words, plural
from bot.catalog.way_back import final_steps
from bot.control.forms.forms import Asked, depends_on
from bot.model.file import files_of
from bot.model.form import FieldType
from bot.model.stack import Environment
from bot.slack.door import Offer
from bot.slack.form_state import block_of, rows_of
from bot.slack.ids import ADD_ROW, DROP_ROW, ENVIRONMENT, JOB_FORM, PRESET, TAKE_OUT, VALUE, JobRef, TooLong
from bot.slack.limits import BLOCKS_PER_VIEW, PLACEHOLDER, PRIVATE_METADATA, VIEW_TITLE, Block
from bot.slack.mrkdwn import escape, one_line
from bot.slack.views.answers import answer_words
from bot.slack.views.fields import field_input, in_groups, option
from bot.slack.views.parts import button, context, divider, modal, row, section, start_label, words

_NOTE_LENGTH = 600


def job_modal(
    offer: Offer, ref: JobRef, asked: Sequence[Asked], *, note: str = "", above: Sequence[Block] = ()
) -> dict[str, Any]:
    """The form; *asked* says which fields it has now and what they hold, *note* and *above* stand above all."""
    job = offer.job
    blocks: list[Block] = [*above, *([section(f"⚠ {escape(note)}")] if note else [])]
    # Slack cuts the title of a modal off.
    title = f"*{one_line(job.title)}*" if len(job.title) > VIEW_TITLE else ""
    if about := "\n".join(part for part in (title, escape(job.description)) if part):
        blocks.append(section(about))
    live = {name for field in job.form for name in depends_on(field)}
    if job.presets:
        blocks.append(_presets(list(job.presets), ref.preset))
    if offer.environments:
        blocks.append(_environment(offer.environments, ref.environment, is_live="" in live))
    blocks += [block for one in asked if one.is_shown for block in _field(one, ref, live)]
    if not (offer.environments or job.form):
        blocks.append(section(f"*{one_line(job.title)}* asks for nothing. Start it?"))
    blocks = _without_more_rows(blocks)
    blocks.append(context(_what_comes(offer)))
    return modal(
        job.title,
        blocks,
        submit="Continue" if job.danger else start_label(job.title),
        close="Cancel",
        callback_id=JOB_FORM,
        private_metadata=_carried(ref),
    )


def shape(blocks: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a form asks and says, without what stands in its inputs: is it still the same form?"""
    return [
        str(block.get("block_id")) if block["type"] == "input" else str((block.get("text") or {}).get("text", ""))
        for block in blocks
        if block["type"] in {"input", "section"}
    ]


def _carried(ref: JobRef) -> str:
    try:
        return ref.encode(PRIVATE_METADATA)
    except TooLong:
        # What was typed in a command stands in the inputs by now.
        return JobRef(stack=ref.stack, job=ref.job, channel=ref.channel, turn=ref.turn, rows=ref.rows).encode(
            PRIVATE_METADATA
        )


def _field(asked: Asked, ref: JobRef, live: set[str], before: str = "") -> Iterator[Block]:
    field = asked.field
    if field.read_only:
        yield section(f"*{one_line(field.label)}*\n{answer_words(asked.value, field) or '–'}")
        if field.help:
            yield context(escape(field.help))
    elif asked.trouble:
        sign = "⏳" if asked.is_coming else "⚠"
        yield section(f"*{one_line(field.label)}*\n{sign} {escape(asked.trouble[:_NOTE_LENGTH])}")
    elif field.type is FieldType.GROUP:
        yield from _group(asked, ref)
    else:
        if not field.required and files_of(asked.given):
            drop = button("Take out", action=TAKE_OUT, value=field.name)
            yield section(f"*{one_line(field.label)}*: {answer_words(asked.given, field)}", accessory=drop)
        block = block_of(asked, ref, before=before)
        yield field_input(field, asked.given, block_id=block, is_live=field.name in live)


def _group(asked: Asked, ref: JobRef) -> Iterator[Block]:
    group, names = asked.field, rows_of(ref, asked.field.name)
    live = {name for field in group.fields for name in depends_on(field)}
    yield divider()
    yield section(f"*{one_line(group.label)}*" + (f"\n{escape(group.help)}" if group.help else ""))
    for index, (name, fields) in enumerate(zip(names, asked.rows, strict=False), start=1):
        drop = button("Remove", action=DROP_ROW, value=f"{group.name}.{name}")
        least = group.min if group.min is not None else int(group.required)
        yield section(f"{index}.", accessory=drop if len(names) > least else None)
        for one in fields:
            if one.is_shown:
                yield from _field(one, ref, live, before=f"{group.name}.{name}.")
    if group.max is None or len(names) < group.max:
        yield row([button(f"Add to {group.label}", action=ADD_ROW, value=group.name)])
    yield divider()


def _without_more_rows(blocks: list[Block]) -> list[Block]:
    """Slack shows 100 blocks: near them no further row is offered."""
    if len(blocks) < BLOCKS_PER_VIEW - 12:
        return blocks
    full = context("More rows do not fit into one form of Slack.")
    return [full if _adds_a_row(block) else block for block in blocks]


def _adds_a_row(block: Block) -> bool:
    return block["type"] == "actions" and bool(block["elements"][0]["action_id"] == ADD_ROW)


def _presets(names: Sequence[str], chosen: str) -> Block:
    picking = _picking(PRESET, "Preset", "Fill the form from…", names, chosen)
    return {**picking, "optional": True, "dispatch_action": True}


def _environment(environments: Sequence[Environment], chosen: str | None, *, is_live: bool) -> Block:
    names = [environment.name for environment in environments]
    picking = _picking(ENVIRONMENT, "Environment", "Choose where", names, names[0] if len(names) == 1 else chosen)
    return {**picking, "dispatch_action": True} if is_live else picking


def _picking(block_id: str, label: str, hint: str, names: Sequence[str], chosen: str | None) -> Block:
    """One of *names* to choose; *chosen* is there already, if it is among them."""
    element: dict[str, Any] = {
        "type": "static_select",
        "action_id": VALUE,
        **in_groups([option(name, name) for name in names]),
        "placeholder": words(hint, PLACEHOLDER),
    }
    if chosen and chosen in names:
        element["initial_option"] = option(chosen, chosen)
    return {"type": "input", "block_id": block_id, "label": words(label, PLACEHOLDER), "element": element}


def _what_comes(offer: Offer) -> str:
    steps = plural(len(offer.job.steps), "step")
    if offer.job.danger:
        return f"{steps}. The next page shows what each of them would do; nothing happens before you confirm."
    if any(environment.protected for environment in offer.environments):
        return f"{steps}. In a protected environment the next page asks you to confirm."
    if offer.job.gate:
        return f"{steps}. {offer.job.gate.title} comes before it starts.{_way_back(offer)}"
    return f"{steps}. It starts at once.{_way_back(offer)}"


def _way_back(offer: Offer) -> str:
    """What takes it back, or that nothing does; empty where Undo does."""
    job, final = offer.job, final_steps(offer.job)
    if job.inverse:
        return f" {one_line(offer.stack.jobs[job.inverse].title)} takes it back."
    if not final:
        return ""
    which = join_words([f"“{one_line(title)}”" for title in final]) if len(job.steps) > 1 else "It"
    return f" {which} cannot be undone."
