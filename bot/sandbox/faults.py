"""What goes wrong on request: an error, a wait, a lost answer, a dropped socket."""

from dataclasses import dataclass
from typing import Literal, get_args

from bot.sandbox.clock import Ids
from bot.sandbox.wire import Json, Wrong, no_such

#: error: the answer is that word · ratelimited: 429 · delay: later · reset_before: nothing is done, no answer comes ·
#: reset_after: it is done, no answer comes · drop: the socket is cut · no_ack_accept: an acknowledgement is overheard
Doing = Literal["error", "ratelimited", "delay", "reset_after", "reset_before", "drop", "no_ack_accept"]

_ASKED = ("on", "do", "error", "retry_after", "delay_s", "times")


@dataclass(kw_only=True)
class Fault:
    """One thing that goes wrong, *times* times."""

    id: str
    #: A method ("chat.update"), "socket" (what is sent over it), or "events" (the app's acknowledgements).
    on: str
    do: Doing
    error: str = "internal_error"
    retry_after: int = 1
    delay_s: float = 1.0
    times: int = 1

    def shown(self) -> Json:
        """As the control routes show it."""
        return dict(vars(self))


class Faults:
    """The faults that wait for their moment, oldest first."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._waiting: dict[str, Fault] = {}

    def add(self, asked: Json) -> Fault:
        """Order a fault. Raises Wrong."""
        if asked.get("do") not in get_args(Doing):
            raise Wrong(f'"do" is one of {", ".join(get_args(Doing))}, not {asked.get("do")!r}.')
        if not isinstance(asked.get("on"), str):
            raise Wrong('"on" names a method, "socket" or "events".')
        for name in ("retry_after", "delay_s", "times"):
            if not isinstance(asked.get(name, 1), int | float):
                raise Wrong(f'"{name}" is a number, not {asked[name]!r}.')
        known = {name: asked[name] for name in _ASKED if name in asked}
        fault = Fault(id=self._ids.new("fault"), **known)
        self._waiting[fault.id] = fault
        return fault

    def take(self, on: str, *doing: Doing) -> Fault | None:
        """The fault whose moment has come at *on*; only of those kinds, if any are given."""
        fault = next((one for one in self._waiting.values() if one.on == on and (not doing or one.do in doing)), None)
        if fault:
            fault.times -= 1
            if fault.times <= 0:
                del self._waiting[fault.id]
        return fault

    def waiting(self) -> list[Fault]:
        """Those that have not happened yet, or will again."""
        return list(self._waiting.values())

    def remove(self, id: str | None) -> None:
        """Take one back, or all of them. Raises Wrong."""
        if id is None:
            self._waiting.clear()
        elif self._waiting.pop(id, None) is None:
            raise no_such("fault", id)
