"""What the front door needs of the job engine: a queue entry inside its own transaction."""

from typing import Protocol

from bot.store.store import Transaction


class Engine(Protocol):
    """Decides which worker advances a run, and when. The implementation is `runner/engine.py`."""

    def submit(self, tx: Transaction, number: int, part: int) -> None:
        """Have run *number* advanced by one worker, once *tx* is written. The same part again changes nothing."""
