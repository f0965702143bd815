"""Draws an open form anew, so that the answer to an earlier change does not take the place of a newer one's."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.slack.interaction import Interaction, ViewSeen
from bot.slack.views.job_form import shape

#: Forms that are open at once, and some.
_MOST = 2000


class FormOrder:
    """The newest change of each form that this process has seen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: OrderedDict[str, str] = OrderedDict()

    def came(self, view_id: str, at: str) -> None:
        """Somebody changed the form at *at*, as Slack writes moments."""
        with self._lock:
            self._newest[view_id] = max(at, self._newest.pop(view_id, ""))
            while len(self._newest) > _MOST:
                self._newest.popitem(last=False)

    def is_newest(self, view_id: str, at: str) -> bool:
        """Has nothing been changed in the form since?"""
        with self._lock:
            return at >= self._newest.get(view_id, "")


class FormDrawing:
    """Draws an open form anew after a change, unless somebody has changed it since.

    Two quick changes are answered side by side, and the first may be answered last. Slack's `hash` tells: a form that
    was drawn meanwhile is drawn once more only by its newest change. What a change did not know of is asked for again
    when the form is sent.
    """

    def __init__(
        self,
        fill: Callable[..., str | None],
        order: FormOrder,
        change: Interaction,
        view: ViewSeen,
        *,
        is_other: bool,
    ) -> None:
        """*is_other*: it is to be drawn even where it would look the same."""
        self._fill = fill
        self._order = order
        self._change = change
        self._view = view
        self._hash = view.hash
        self._blocks: Sequence[Mapping[str, Any]] = () if is_other else view.blocks

    def show(self, made: dict[str, Any]) -> None:
        """Show the form, unless it still is the same."""
        if shape(made["blocks"]) == shape(self._blocks):
            return
        shown = self._fill(made, hash=self._hash)
        if shown is None and self._order.is_newest(self._view.id, self._change.action_ts):
            shown = self._fill(made)
        self._hash, self._blocks = shown or self._hash, made["blocks"]
