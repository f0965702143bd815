"""Steps of workflows that the app does: https://docs.slack.dev/workflows/workflow-steps."""

from bot.sandbox.clock import Ids
from bot.sandbox.wire import Json, Refusal

_KEPT = 200


class Functions:
    """What was asked of the app by workflows, and what came of it."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._executions: dict[str, Json] = {}

    def begin(self, callback_id: str, inputs: Json, *, by: str) -> Json:
        """A workflow has come to the app's step."""
        execution: Json = {
            "id": self._ids.new("Fx"),
            "workflow": self._ids.new("Wx"),
            "callback_id": callback_id,
            "inputs": inputs,
            "user": by,
            "status": "running",
        }
        self.put(execution)
        return execution

    def end(self, id: str, **how: object) -> Json:
        """The app said how it came out. Raises Refusal."""
        execution = self._executions.get(id)
        if execution is None:
            raise Refusal("function_execution_not_found")
        if execution["status"] != "running":
            raise Refusal("execution_not_in_running_state")
        self.put({**execution, **how})
        return self._executions[id]

    def tokens(self) -> list[str]:
        """With these the app may call, as long as the step they came with is under way."""
        return [token_of(one) for one in self._executions.values() if one["status"] == "running"]

    def all(self) -> list[Json]:
        """All of them, the oldest first; what is shown is a copy of the moment."""
        return list(self._executions.values())

    def put(self, execution: Json) -> None:
        """Add one, or change it."""
        self._executions[str(execution["id"])] = execution
        while len(self._executions) > _KEPT:
            del self._executions[next(iter(self._executions))]

    def put_back(self, executions: list[Json]) -> None:
        """Those of before a restart, and no others."""
        self._executions = {str(one["id"]): one for one in executions}


def token_of(execution: Json) -> str:
    """The token that an app is given for one step alone."""
    return f"xwfp-sandbox-{execution['id']}"
