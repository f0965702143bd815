"""`locks`, `lock`, `unlock`, `pause`, `unpause`: what people keep for themselves, and what begins nowhere."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from bot.app import App
from bot.base.errors import Refused
from bot.base.text import parse_duration, plural
from bot.cli.as_json import dumps
from bot.cli.opened import ORIGIN, me, opened
from bot.cli.screen import local_time, out, say, table
from bot.cli.typed import AsJson, Data, Stacks
from bot.control.holds.locks import USUAL
from bot.model.lock import given_back

LockName = Annotated[str, typer.Argument(metavar="LOCK", help="A lock, STACK/ENV, or ENV.", show_default=False)]
Length = Annotated[str | None, typer.Option("--for", metavar="2h", help="For how long.", show_default=False)]
Because = Annotated[str, typer.Option("--because", metavar="REASON", help="Others read it while they wait.")]
What = Annotated[
    list[str] | None,
    typer.Argument(metavar="[STACK [JOB] [on ENV]]", help="Everything, if not given.", show_default=False),
]


def locks(*, as_json: AsJson = False, data: Data = None, stacks: Stacks = None) -> None:
    """List what is locked, by whom, until when, and who waits."""
    with opened(data, stacks) as app:
        held = app.control.locks.all(me())
    if as_json:
        print(dumps([asdict(lock) for lock in held]))  # noqa: T201
    elif not held:
        say(out(), "Nothing is locked.")
    else:
        console = out()
        rows = [
            [
                one.name,
                one.owner,
                one.why,
                local_time(console, one.until) if one.until else "",
                ", ".join(claim.name for claim in one.queue),
            ]
            for one in held
        ]
        table(console, ["lock", "held by", "why", "until", "waiting"], rows)


def lock(
    name: LockName,
    *,
    length: Length = None,
    because: Because = "",
    take_over: Annotated[bool, typer.Option("--take-over", help="Take it from whoever holds it.")] = False,
    data: Data = None,
    stacks: Stacks = None,
) -> None:
    """Keep something for yourself, or wait in line for it."""
    with opened(data, stacks) as app:
        _reach_queue(app)
        control, person = app.control.locks, me()
        found = control.find(name, by=person)
        wanted = _length(length) or USUAL
        take = control.take_over if take_over else control.reserve
        held = take(found, by=person, length=wanted, why=because, origin=ORIGIN)
    place = held.place_of(person_id=person.id)
    yours = f"{found} is yours."
    say(out(), yours if place is None else f"{held.owner} holds {found}; you are number {place + 1} in line.")


def unlock(name: LockName, *, data: Data = None, stacks: Stacks = None) -> None:
    """Give it back, or your place in line."""
    with opened(data, stacks) as app:
        _reach_queue(app)
        found = app.control.locks.find(name, by=me())
        kept = app.control.locks.release(found, by=me(), origin=ORIGIN)
    say(out(), given_back(found, kept))


def pause(
    what: What = None, *, length: Length = None, because: Because = "", data: Data = None, stacks: Stacks = None
) -> None:
    """Let nothing begin there; what runs goes on to its end."""
    with opened(data, stacks) as app:
        control = app.control.pauses
        made = control.pause(
            control.find(what or [], by=me()), by=me(), why=because, origin=ORIGIN, length=_length(length), channel=None
        )
    say(out(), f"{made.in_words}. What is queued waits.")


def unpause(what: What = None, *, data: Data = None, stacks: Stacks = None) -> None:
    """Let it begin again, in order."""
    with opened(data, stacks) as app:
        _reach_queue(app)
        control = app.control.pauses
        freed = control.unpause(control.find(what or [], by=me()), by=me(), origin=ORIGIN, channel=None)
    say(out(), f"The pause is over. {plural(len(freed), 'run')} may begin.")


def _reach_queue(app: App) -> None:
    """Let what waits go on from here. Where no bot was ever up nothing does, and there is no queue."""
    if app.engine.is_made:
        app.engine.open()


def _length(written: str | None) -> timedelta | None:
    try:
        return parse_duration(written) if written is not None else None
    except ValueError as wrong:
        raise Refused(str(wrong)) from None
