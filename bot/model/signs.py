"""The signs for how runs and steps stand, the same in Slack and in the terminal.

Every font has them, and Slack does not turn them into pictures: the words beside them carry the meaning.
"""

from collections.abc import Mapping
from types import MappingProxyType

from bot.model.run import RunStatus, StepStatus

RUN_SIGNS: Mapping[RunStatus, str] = MappingProxyType(
    {
        RunStatus.QUEUED: "○",
        RunStatus.WAITING: "◌",
        RunStatus.RUNNING: "●",
        RunStatus.SUCCEEDED: "✓",
        RunStatus.FAILED: "✗",
        RunStatus.ERRORED: "✗",
        RunStatus.ABORTED: "■",
        RunStatus.INTERRUPTED: "⚠",
    }
)
STEP_SIGNS: Mapping[StepStatus, str] = MappingProxyType(
    {
        StepStatus.PENDING: "○",
        StepStatus.RUNNING: "●",
        StepStatus.WAITING: "◌",
        StepStatus.SUCCEEDED: "✓",
        StepStatus.FAILED: "✗",
        StepStatus.ERRORED: "✗",
        StepStatus.ABORTED: "■",
        StepStatus.SKIPPED: "–",
        StepStatus.INTERRUPTED: "⚠",
    }
)
