"""What the rows owe to Slack that is no message: a pin, and the end of a workflow's step."""

from slack_sdk import WebClient

from bot.base.errors import NotFound
from bot.base.text import cut
from bot.model.message import Message, MessageKind
from bot.model.run import Run, RunStatus
from bot.slack.client import Never, call, permalink
from bot.slack.door import Door
from bot.slack.posting import Address

#: They are done by a call of their own, and stand nowhere.
ERRANDS = frozenset({MessageKind.PIN, MessageKind.STEP})

_ERROR_LENGTH = 500
#: Slack knows already: an answer of an earlier try was lost, or the workflow was ended by somebody else.
_DONE = {"already_pinned", "execution_not_in_running_state", "function_execution_not_found"}


class Errands:
    """Does them, each as often as it is asked for; twice is the same as once."""

    def __init__(self, *, client: WebClient, door: Door) -> None:
        self._client = client
        self._door = door

    def do(self, message: Message, parent: Address | None) -> int:
        """Do it; returns up to which revision it is done. Raises NotFound, NotDone."""
        try:
            if message.kind is MessageKind.PIN:
                return self._pin(message, parent)
            return self._end_step(message, parent)
        except Never as never:
            if never.error not in _DONE:
                raise
            return message.wanted

    def untold(self, message: Message, error: str) -> None:
        """Do what follows when Slack refuses a message for good: what is followed has to be told somewhere."""
        if message.ts is None:
            self._door.follows.refused(message, why=error)

    def _pin(self, message: Message, parent: Address | None) -> int:
        if parent is None:
            raise NotFound(f"The message of {message.key} is gone.")
        call(self._client.pins_add, channel=parent.channel, timestamp=parent.ts)
        return message.wanted

    def _end_step(self, message: Message, parent: Address | None) -> int:
        if message.run is None:
            raise NotFound(f"{message.key} names no run.")
        run = self._door.runs.get(message.run)
        if run.status.is_over:
            execution = str(message.body.get("execution", ""))
            link = permalink(self._client, parent.channel, parent.ts) if parent else ""
            if run.status is RunStatus.SUCCEEDED:
                outputs = {"status": str(run.status), "link": link}
                call(self._client.functions_completeSuccess, function_execution_id=execution, outputs=outputs)
            else:
                # The steps behind it count on its success, so a workflow does not go on after anything else.
                call(self._client.functions_completeError, function_execution_id=execution, error=_how(run, link))
        return max(message.wanted, run.revision)


def _how(run: Run, link: str) -> str:
    said = f"{run.name} ({run.what}) {run.status}. {run.reason}".strip()
    return f"{cut(said, _ERROR_LENGTH)} {link}".strip()
