"""`digest`: the last week in words, and as a picture."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.base.errors import Refused
from bot.cli.opened import opened_to_look
from bot.cli.screen import out, say
from bot.cli.typed import Data, Stacks
from bot.control.digest import week_of
from bot.control.digest_picture import draw, title_of, words_of


def digest(
    *,
    picture: Annotated[
        Path | None, typer.Option("--out", help="Write the picture to this PNG file.", show_default=False)
    ] = None,
    data: Data = None,
    stacks: Stacks = None,
) -> None:
    """Say what ran in the last seven days, and how it went."""
    with opened_to_look(data, stacks) as app, app.store.read() as tx:
        zone = ZoneInfo(app.settings.digest_zone)
        midnight = app.clock.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        end = midnight + timedelta(days=1)
        week = week_of(tx, end - timedelta(days=7), end, zone)
    say(out(), title_of(week), "bold")
    for line in words_of(week):
        say(out(), line)
    if picture is None:
        return
    drawn = draw(week)
    if drawn is None:
        raise Refused("The picture was not drawn.", hint="What went wrong stands above.")
    try:
        picture.write_bytes(drawn)
    except OSError as error:
        raise Refused(f"{picture} cannot be written: {error.strerror}.") from error
    say(out(), f"{picture} has the picture.", "dim")
