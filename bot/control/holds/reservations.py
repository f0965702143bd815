"""A person's lock has an end, and says so before it comes."""

from datetime import datetime, timedelta

from bot.base.text import format_duration
from bot.model.lock import Lock, reservation_key
from bot.model.message import MessageKind
from bot.model.person import is_slack_id
from bot.model.timer import TimerKind
from bot.store.store import Transaction

#: How long before its end the person is told; of a short one, a quarter of it.
_WARN_BEFORE = timedelta(minutes=10)


def begin_reservation(tx: Transaction, lock: Lock, *, now: datetime) -> None:
    """It was a person's turn: the time that they asked for begins, and they hear of it."""
    end_later(tx, lock, now=now)
    length = format_duration((lock.until or now) - now)
    tell(tx, lock, f"{lock.name} is yours now, for {length}: {lock.why}", key=f"{lock.since.timestamp():.6f}")


def end_later(tx: Transaction, lock: Lock, *, now: datetime) -> None:
    """Set the moment at which a person's lock ends by itself, and the reminder before it."""
    until = lock.until or now
    tx.timers.set(
        key=reservation_key(lock.name),
        kind=TimerKind.RESERVATION,
        at=until,
        warn_at=until - min(_WARN_BEFORE, (until - now) / 4),
        subject=lock.name,
        channel=address(lock.person_id),
    )


def tell(tx: Transaction, lock: Lock, text: str, *, key: str) -> None:
    """Tell who holds *lock* alone, where that is a person of the workspace. *key* tells this word from others."""
    if channel := address(lock.person_id):
        tx.messages.owe(
            key=f"lock:{lock.name}:{lock.person_id}:{key}",
            kind=MessageKind.FIXED,
            channel=channel,
            body={"text": text},
        )


def address(person_id: str | None) -> str | None:
    """Where a person hears the bot alone; None for who is not in Slack."""
    return person_id if person_id and is_slack_id(person_id) else None
