"""`/stack locks`, `lock`, `unlock`, and the buttons below a lock and below a run that waits for one."""

from bot.base.errors import Refused
from bot.control.holds.locks import USUAL
from bot.model.lock import given_back
from bot.model.person import Person
from bot.slack.desk import ORIGIN, Desk
from bot.slack.ids import REASON, LockRef, OutOfDate
from bot.slack.interaction import Ack, Body, Interaction, read_interaction
from bot.slack.listeners.pages import refusals_shown, view_of
from bot.slack.mrkdwn import escape
from bot.slack.views import locks as shown
from bot.slack.views.parts import section
from bot.slack.words import Words


class LockListeners:
    """The listeners around locks; who may and who is first is decided behind the front door."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def list(self, interaction: Interaction, words: Words) -> None:
        """What is locked and paused, for this person to see."""
        del words
        person = self._desk.person(interaction)
        locks = self._desk.door.locks.all(person)
        mine = [lock.name for lock in locks if self._may_take(person, lock.name)]
        pauses = self._desk.door.pauses.all(person)
        blocks = shown.locks_blocks(locks, pauses, person, mine)
        self._desk.tell(interaction, shown.locks_text(locks, pauses), blocks)

    def lock(self, interaction: Interaction, words: Words) -> None:
        """Keep something for oneself, or wait in line for it."""
        person, locks = self._desk.person(interaction), self._desk.door.locks
        name = self._named(person, words, "/stack lock ENV for 2h because ...")
        lock = locks.reserve(name, by=person, length=words.length or USUAL, why=words.because, origin=ORIGIN)
        self._desk.wake()
        blocks = shown.lock_blocks(lock, person, may_override=self._may_take(person, name))
        place = lock.place_of(person_id=person.id)
        line = "It is yours. Your own runs go on there; those of others wait."
        if place is not None:
            line = f"You are number {place + 1} in line, and are told when it is your turn."
        self._desk.tell(interaction, f"{escape(name)}: {line}", [section(line), *blocks])

    def unlock(self, interaction: Interaction, words: Words) -> None:
        """Give it back, or the place in line."""
        person = self._desk.person(interaction)
        self._release(interaction, person, self._named(person, words, "/stack unlock ENV"))

    def clicked(self, ack: Ack, body: Body) -> None:
        """Release, Hand over, Wait no more, Take over."""
        with self._desk.click(ack, body) as interaction:
            ref, person = LockRef.decode(interaction.value), self._desk.person(interaction)
            match ref.do:
                case shown.RELEASE | shown.LEAVE:
                    self._release(interaction, person, ref.lock)
                case shown.HAND_OVER:
                    after = self._desk.door.locks.hand_over(ref.lock, ref.to, by=person, origin=ORIGIN)
                    self._done(interaction, shown.went_to(after, ref.to))
                case shown.TAKE_OVER:
                    with self._desk.opened(interaction, "Take over") as fill:
                        lock = self._desk.door.locks.may_take_over(ref.lock, by=person, origin=ORIGIN)
                        fill(shown.take_over_modal(lock, ref))
                case _:
                    raise OutOfDate

    def submitted(self, ack: Ack, body: Body) -> None:
        """The page that asked why."""
        interaction = read_interaction(body)
        view = view_of(interaction)
        with refusals_shown(ack, view):
            ref, person = LockRef.decode(view.private_metadata), self._desk.person(interaction)
            run = _number(ref.to) if ref.to else None
            why = view.typed(REASON)
            self._desk.door.locks.take_over(ref.lock, by=person, origin=ORIGIN, why=why, run=run, seen=ref.seen)
            self._desk.wake()
            ack(response_action="clear")

    def _release(self, interaction: Interaction, person: Person, name: str) -> None:
        kept = self._desk.door.locks.release(name, by=person, origin=ORIGIN)
        self._done(interaction, given_back(name, kept))

    def _named(self, person: Person, words: Words, usage: str) -> str:
        if not words.what:
            raise Refused(f"Say what: {usage}", hint="/stack locks lists what is locked.")
        said = "/".join(word for word in words.what if word.lower() not in {"on", "in"})
        return self._desk.door.locks.find(said, by=person)

    def _may_take(self, person: Person, name: str) -> bool:
        return self._desk.door.locks.may(person, "override", name)

    def _done(self, interaction: Interaction, line: str) -> None:
        self._desk.wake()
        self._desk.tell(interaction, escape(line), [section(escape(line))])


def _number(written: str) -> int:
    if not written.isascii() or not written.isdigit() or len(written) > 15:
        raise OutOfDate
    return int(written)
