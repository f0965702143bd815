"""What is left to do of a step that failed on some of its hosts."""

from typing import Any

from actions.api import Action, Outputs
from bot.model.run import StepRecord


def rest_of(action: Action[Any], record: StepRecord, stored: Outputs | None) -> Action[Any]:
    """*action* for a further try after the one that *record* tells of: without the hosts that are done.

    *stored* is what that try put out when it began. A step that failed although every host is done is done again as a
    whole.
    """
    done = record.done_hosts
    names = [host.name for host in done] if len(done) < len(record.hosts) else []
    return action.rest(stored, names)
