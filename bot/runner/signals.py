"""What may stop a step from outside: a cancelled run, a time-out, a worker that has to leave."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from actions.api import ActionFailed, Cancelled
from bot.base.text import format_duration

#: How soon a waiting step notices that its run was cancelled. A read of one row each time.
_LOOK_EVERY_S = 0.5


class HandedOver(BaseException):
    """This worker leaves; another one, or this one after its restart, goes on with the run where it stands.

    A BaseException: it passes through the engine, which then keeps the part as unfinished work.
    """


@dataclass(kw_only=True)
class Signals:
    """Asked by every waiting call of a step; raises when the step has to stop."""

    #: Who cancelled the run, read from its row; None: nobody.
    cancelled_by: Callable[[], str | None]
    #: Set when this worker leaves.
    leaving: threading.Event
    #: False: the step must not be left in the middle, since nobody could take it up again.
    may_be_left: bool = True
    #: `time.monotonic()` at which the step has taken too long; None: never.
    deadline: float | None = None
    #: The time-out, for the sentence about it.
    timeout_s: float = 0.0
    _looked_at: float = field(default=float("-inf"), init=False)

    def check(self) -> None:
        """Raise Cancelled, HandedOver, or ActionFailed for a time-out; else return at once."""
        now = time.monotonic()
        if self.leaving.is_set() and self.may_be_left:
            raise HandedOver
        if self.deadline is not None and now > self.deadline:
            length = format_duration(timedelta(seconds=self.timeout_s))
            raise ActionFailed(f"It took longer than {length}.", hint="Raise `timeout`, or find out what hangs.")
        if now - self._looked_at > _LOOK_EVERY_S:
            self._looked_at = now
            if self.cancelled_by() is not None:
                raise Cancelled

    def within(self, seconds: float, *, left_s: float | None = None) -> "Signals":
        """The same signals, with a nearer deadline if it is nearer; *left_s* when some of the time is used up."""
        deadline = time.monotonic() + (seconds if left_s is None else left_s)
        if self.deadline is not None and self.deadline < deadline:
            return self
        return replace(self, deadline=deadline, timeout_s=seconds)

    def wait(self, seconds: float) -> None:
        """Sleep so long, checking all the while."""
        until = time.monotonic() + seconds
        self.check()
        while (left := until - time.monotonic()) > 0:
            self.leaving.wait(min(left, 0.1)) if self.may_be_left else time.sleep(min(left, 0.1))
            self.check()
