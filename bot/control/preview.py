"""What a job would do, before it does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.control.start import StartJob


@dataclass(frozen=True, kw_only=True)
class StepPreview:
    """What one step would do."""

    id: str
    title: str
    uses: str | None
    #: Lines of plain text, found by reading only; empty when it cannot be known or was not asked.
    text: str = ""
    #: Why the step would fail, when that can be seen already.
    problem: str = ""
    #: "step 1" when the step depends on what step 1 will return.
    known_after: str = ""


class Previewer(Protocol):
    """Asks the actions of a job what they would do. Takes seconds: never call it before an ack."""

    def preview(self, start: StartJob) -> Sequence[StepPreview]:
        """The previews of all steps, in order. Raises what `Runs.start` would raise; starts nothing."""
