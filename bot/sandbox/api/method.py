"""What a method of the Web API is, and what several of them need."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.sandbox.rates import Tier
from bot.sandbox.rules import error
from bot.sandbox.seed import BOT_USER, Channel
from bot.sandbox.wire import Json, Refusal
from bot.sandbox.world import World

_PAGE = 100
_MOST_PER_PAGE = 1000


@dataclass(frozen=True, kw_only=True)
class Method:
    """One method. *do* gets the arguments, and raises Refusal."""

    do: Callable[[World, Json], Json]
    tier: Tier
    #: One of these is enough; none means that no scope is needed.
    scopes: tuple[str, ...] = ()
    #: Whose token it takes.
    caller: Literal["bot", "app", "anyone"] = "bot"


def required(asked: Json, name: str) -> str:
    """An argument that has to be there. Raises Refusal."""
    value = asked.get(name)
    if value in (None, ""):
        raise Refusal("invalid_arguments", messages=[error(f"missing required field: {name}", "")])
    return str(value)


def is_yes(value: object) -> bool:
    """Is this argument true? In a form it arrives as a word."""
    return str(value).lower() in {"true", "1"}


def channel_of(world: World, ref: object, *, opens_direct: bool = False) -> Channel:
    """The channel of this id or name. Raises Refusal; a person's id may mean the direct messages with them."""
    name = str(ref or "")
    found = world.workspace.channel(name)
    if found is None and opens_direct and name in world.workspace.people:
        return world.workspace.direct(name)
    if found is None or (found.is_private and BOT_USER not in found.members):
        raise Refusal("channel_not_found")
    return found


def page(name: str, items: Sequence[Json], asked: Json) -> Json:
    """The part of *items* that was asked for, and the cursor to the next. Raises Refusal."""
    try:
        limit = max(1, min(int(asked.get("limit") or _PAGE), _MOST_PER_PAGE))
        start = int(base64.b64decode(asked.get("cursor") or "").decode() or 0)
    except ValueError as wrong:
        raise Refusal("invalid_cursor" if asked.get("cursor") else "invalid_limit") from wrong
    end = start + limit
    cursor = base64.b64encode(str(end).encode()).decode() if end < len(items) else ""
    return {name: list(items[start:end]), "response_metadata": {"next_cursor": cursor}}
