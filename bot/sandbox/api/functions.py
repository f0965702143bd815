"""functions.*: how a step that the app does for a workflow came out."""

from bot.sandbox.api.method import Method, required
from bot.sandbox.rates import Tier
from bot.sandbox.rules import error
from bot.sandbox.wire import Json, Refusal
from bot.sandbox.world import World


def succeed(world: World, asked: Json) -> Json:
    """functions.completeSuccess."""
    outputs = asked.get("outputs")
    if not isinstance(outputs, dict):
        raise Refusal("invalid_arguments", messages=[error("missing required field: outputs", "")])
    _end(world, asked, status="completed", outputs=outputs)
    return {}


def fail(world: World, asked: Json) -> Json:
    """functions.completeError."""
    _end(world, asked, status="failed", error=required(asked, "error"))
    return {}


def _end(world: World, asked: Json, **how: object) -> None:
    execution = world.workspace.functions.end(required(asked, "function_execution_id"), **how)
    world.feed.publish("function", {"execution": execution})


METHODS = {
    "functions.completeSuccess": Method(do=succeed, tier=Tier.THREE),
    "functions.completeError": Method(do=fail, tier=Tier.THREE),
}
