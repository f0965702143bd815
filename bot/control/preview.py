"""What a job would do, before it does it."""

from collections.abc import Sequence
from typing import Protocol

from bot.control.start import StartJob
from bot.model.approval import StepPreview
from bot.model.run import Run


class Previewer(Protocol):
    """Asks the actions of a job what they would do. Takes seconds: never call it before an ack."""

    def preview(self, start: StartJob) -> Sequence[StepPreview]:
        """The previews of all steps, in order. Raises what `Runs.start` would raise; starts nothing."""


class RunPreviewer(Protocol):
    """Asks the steps of a run that wait behind an approval what they would do now. Takes seconds."""

    def behind(self, run: Run, step: str) -> Sequence[StepPreview]:
        """The previews of what is still to be done once approval *step* is given, in order."""
