"""Which steps of a job have no way back."""

from contextlib import suppress

from actions import library
from bot.model.plan import AnyStep, Each, Uses, walk
from bot.model.stack import Job


def is_final(step: AnyStep) -> bool:
    """Does what *step* itself changes stay, since nothing reverses it?"""
    if isinstance(step, Each):
        return is_final(step.step)
    with suppress(library.UnknownAction):
        return isinstance(step, Uses) and library.find(step.uses).is_final(step.with_)
    return False


def final_steps(job: Job) -> list[str]:
    """The titles of those steps of *job*, in order."""
    return [step.title for step in walk(job.steps) if is_final(step)]
