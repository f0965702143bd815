"""The contract every action and check imports, and all they may import of ours."""

from actions.api.action import Action, Crash, Outputs
from actions.api.check import Check, CheckContext, Version
from actions.api.context import Context, Exit, HostState
from actions.api.errors import ActionFailed, Cancelled
from actions.api.fields import Field, Secret, StackPath
from actions.api.numbers import numbers_in

__all__ = [
    "Action",
    "ActionFailed",
    "Cancelled",
    "Check",
    "CheckContext",
    "Context",
    "Crash",
    "Exit",
    "Field",
    "HostState",
    "Outputs",
    "Secret",
    "StackPath",
    "Version",
    "numbers_in",
]
