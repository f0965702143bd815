"""A timer whose moment moved, came or was called off: what shows it has to show it anew."""

from bot.model.timer import Timer
from bot.store.store import Transaction


def message_key(timer: Timer) -> str:
    """The key of the message that says it is near."""
    return f"timer:{timer.id}"


def wait_key(number: int, step: str) -> str:
    """The timer's key of a step that waits: for time to pass, or for people."""
    return f"wait:{number}:{step}"


def window_key(number: int, step: str) -> str:
    """The timer's key of the window in which a step watches something."""
    return f"window:{number}:{step}"


def show_again(tx: Transaction, timer: Timer) -> None:
    """Draw the message of *timer*, if there is one, and of the run that set it."""
    tx.messages.show_again(message_key(timer))
    tx.runs.change(timer.run)


def call_off(tx: Transaction, key: str, *, by: str) -> None:
    """Cancel the waiting timer of *key*, if there is one: its buttons would lead nowhere now."""
    if (timer := tx.timers.cancel_key(key, by=by)) is not None:
        show_again(tx, timer)
