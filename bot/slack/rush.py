"""Answers go first: what a listener does after its answer waits while Slack still waits for others.

With 100 clicks at once the forms of the first would be made while the last are not answered yet; that doubled their
time. Nobody sees the moment that a form comes later.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: Not longer: a trigger lives for 3 s, and somebody's form may be on its way into the database.
_MOMENT_S = 0.2


class Rush:
    """Counts the envelopes that Slack waits for."""

    def __init__(self) -> None:
        self._unanswered = 0
        self._changed = threading.Condition()

    @property
    def is_over(self) -> bool:
        """Is everything answered?"""
        return self._unanswered == 0

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Slack waits for an answer until the end of the block."""
        with self._changed:
            self._unanswered += 1
        try:
            yield
        finally:
            with self._changed:
                self._unanswered -= 1
                if self.is_over:
                    self._changed.notify_all()

    def let_pass(self) -> None:
        """Return once everything is answered, or after a moment."""
        with self._changed:
            self._changed.wait_for(lambda: self.is_over, _MOMENT_S)
