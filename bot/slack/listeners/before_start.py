"""Before a form starts anything: what is paused or frozen there, and what the second page asks for."""

from collections.abc import Sequence
from typing import Any

from bot.control.forms.forms import Asked
from bot.model.freeze import Frozen
from bot.model.pause import Pause
from bot.model.stack import Environment
from bot.model.target import target_of
from bot.slack.desk import Desk
from bot.slack.door import Offer
from bot.slack.ids import JobRef
from bot.slack.views.confirm_modal import needs_confirmation
from bot.slack.views.job_form import job_modal
from bot.slack.views.pauses import banner, frost
from bot.slack.views.run_list import standing_blocks


def frozen_in(desk: Desk, offer: Offer, environment: Environment | None) -> Frozen | None:
    """The freeze that concerns the job there; None: there is none."""
    return desk.door.freezes.of(offer.stack.name, offer.job, environment.name if environment else None)


def asks_again(desk: Desk, offer: Offer, environment: Environment | None) -> bool:
    """Does a second page come before it starts?"""
    return needs_confirmation(offer.job, environment) or frozen_in(desk, offer, environment) is not None


def form_page(desk: Desk, offer: Offer, ref: JobRef, asked: Sequence[Asked], *, note: str = "") -> dict[str, Any]:
    """The form, below what holds, is paused or is frozen where it would act."""
    places = offer.environments or (None,)
    names = [place.name if place else None for place in places]
    states = standing_blocks(desk.door.toggles.standing(offer.stack, offer.job), names)
    found = [(place.name if place else offer.job.title, frozen_in(desk, offer, place)) for place in places]
    cold = [(name, frozen) for name, frozen in found if frozen]
    return job_modal(offer, ref, asked, note=note, above=[*states, *banner(_pauses(desk, offer, names)), *frost(cold)])


def _pauses(desk: Desk, offer: Offer, places: Sequence[str | None]) -> list[Pause]:
    """What is paused of the places where the job would act, each pause once."""
    targets = [target_of(offer.stack.name, offer.job.name, place) for place in places]
    return list({pause.target: pause for target in targets for pause in desk.door.pauses.of(target)}.values())
