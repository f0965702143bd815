"""Who holds what, who waits for it, and the page that asks why somebody takes it over."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.model.lock import Lock
from bot.model.pause import Pause
from bot.model.person import Person
from bot.model.timer import EXTEND_MINUTES
from bot.slack.ids import LOCK, LOCK_FORM, REASON, TIMER, LockRef, TimerRef, nth
from bot.slack.limits import PRIVATE_METADATA, Block, fit_message
from bot.slack.mrkdwn import DAY_TIME, at_time, escape, one_line
from bot.slack.views.parts import button, context, modal, row, section, text_input
from bot.slack.views.pauses import banner
from bot.slack.views.timer_message import EXTEND

RELEASE, HAND_OVER, TAKE_OVER, LEAVE = "release", "hand", "take", "leave"
_WAITING_SHOWN = 5
_REASON_LENGTH = 300


def locks_text(locks: Sequence[Lock], pauses: Sequence[Pause]) -> str:
    """The list in one line."""
    lines = [*(f"{lock.name}: {lock.owner}" for lock in locks), *(pause.in_words for pause in pauses)]
    return escape("; ".join(lines)) or "Nothing is locked."


def locks_blocks(
    locks: Sequence[Lock], pauses: Sequence[Pause], person: Person, may_override: Sequence[str]
) -> list[Block]:
    """Every lock that one may see, with what *person* may do about it, below what is paused."""
    blocks = [block for lock in locks for block in lock_blocks(lock, person, may_override=lock.name in may_override)]
    if not locks:
        blocks = [section("Nothing is locked. `/stack lock ENV for 2h because ...` keeps an environment for you.")]
    return fit_message([*banner(pauses), *blocks])


def lock_blocks(lock: Lock, person: Person, *, may_override: bool) -> list[Block]:
    """One lock."""
    mine = lock.person_id == person.id
    blocks = [section(lock_line(lock, "is yours" if mine else ""))]
    if lock.queue:
        places = [f"{place}. {one_line(claim.name)}" for place, claim in enumerate(lock.queue[:_WAITING_SHOWN], 1)]
        more = len(lock.queue) - _WAITING_SHOWN
        blocks.append(context("Waiting: " + " · ".join([*places, *([f"{more} more"] if more > 0 else [])])))
    buttons = _own_buttons(lock) if mine else _others_buttons(lock, person, may_override=may_override)
    return [*blocks, row(buttons)] if buttons else blocks


def lock_line(lock: Lock, holds: str = "") -> str:
    """One lock in one line; *holds* says who has it in other words than their name."""
    until = f" {at_time(lock.until, f'until {DAY_TIME}')}" if lock.until else ""
    why = f": {one_line(lock.why)}" if lock.person_id and lock.why else ""
    since = f" · {at_time(lock.since, f'since {DAY_TIME}')}"
    works = f" · #{lock.run} works there" if lock.person_id and lock.run else ""
    return f"🔒 *{one_line(lock.name)}* {holds or f'is held by *{one_line(lock.owner)}*'}{until}{why}{since}{works}"


def went_to(lock: Lock, who: str) -> str:
    """What follows when a lock is handed over to *who* waited for it, in one line."""
    waiting = next((one for one in lock.queue if one.who == who), None)
    return f"{lock.name} {f'goes to {waiting.name} after' if waiting else 'went to'} {lock.owner}."


def take_over_modal(lock: Lock, ref: LockRef) -> dict[str, Any]:
    """What taking it over would mean, and why."""
    who = f"run #{ref.to}" if ref.to else "you"
    lines = []
    if lock.person_id is not None:
        lines.append(f"*{one_line(lock.holder)}* holds {one_line(lock.name)}: {one_line(lock.why)}")
        lines.append("They lose it now, and are told.")
    if lock.run is not None:
        run = f"Their run #{lock.run}" if lock.person_id else one_line(lock.owner)
        lines.append(f"*{run}* is cancelled, since two must not work there at once.")
    why = text_input(REASON, "Why? Everybody reads it", most=_REASON_LENGTH)
    return modal(
        "Take over",
        [section("\n".join([*lines, f"Then it is the turn of {who}."])), why],
        submit="Take over",
        close="Leave it",
        callback_id=LOCK_FORM,
        private_metadata=replace(ref, seen=lock.hands).encode(PRIVATE_METADATA),
    )


def _own_buttons(lock: Lock) -> list[dict[str, Any]]:
    buttons = [button("Release", action=nth(LOCK, RELEASE), value=LockRef(lock=lock.name, do=RELEASE).encode())]
    if lock.timer is not None:
        value = TimerRef(timer=lock.timer, do=EXTEND).encode()
        buttons.insert(0, button(f"Extend {EXTEND_MINUTES} min", action=nth(TIMER, EXTEND), value=value))
    for claim in lock.queue[:_WAITING_SHOWN]:
        value = LockRef(lock=lock.name, do=HAND_OVER, to=claim.who).encode()
        buttons.append(button(f"Hand over to {claim.name}", action=nth(LOCK, f"{HAND_OVER}-{claim.id}"), value=value))
    return buttons


def _others_buttons(lock: Lock, person: Person, *, may_override: bool) -> list[dict[str, Any]]:
    buttons = []
    if lock.place_of(person_id=person.id) is not None:
        value = LockRef(lock=lock.name, do=LEAVE).encode()
        buttons.append(button("Wait no more", action=nth(LOCK, LEAVE), value=value))
    if may_override:
        value = LockRef(lock=lock.name, do=TAKE_OVER).encode()
        buttons.append(button("Take over", action=nth(LOCK, TAKE_OVER), value=value))
    return buttons
