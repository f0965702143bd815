"""The contract every action imports, and all an action may import of ours."""

from actions.api.action import Action, Crash, Outputs
from actions.api.context import Context, Exit, HostState
from actions.api.errors import ActionFailed, Cancelled
from actions.api.fields import Field, Secret, StackPath

__all__ = [
    "Action",
    "ActionFailed",
    "Cancelled",
    "Context",
    "Crash",
    "Exit",
    "Field",
    "HostState",
    "Outputs",
    "Secret",
    "StackPath",
]
