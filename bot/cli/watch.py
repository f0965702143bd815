"""`watch`: what is looked at outside, and what would follow."""

import sys
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

import typer

from bot.app import App
from bot.base.errors import NotFound, Refused
from bot.base.text import did_you_mean, format_duration, join_words, zone_of
from bot.catalog.expressions import ExpressionProblem
from bot.cli.follow import follow, take_part
from bot.cli.opened import me, opened
from bot.cli.run_words import EXIT_CODES
from bot.cli.screen import local_time, out, say, table
from bot.cli.typed import Data, Stacks
from bot.model.announce import Announce
from bot.model.run import RunStatus
from bot.model.stack import Stack
from bot.model.watch import Resource, watcher_id
from bot.slack.mrkdwn import readable
from bot.slack.views.scheduled_message import scheduled_text, scheduled_words

#: By what became of a start.
_NOT_STARTED: Mapping[str, str] = MappingProxyType(
    {
        "waiting": "starts later, if a bot is up then: stackhand up",
        "same": "was not started: it is the same as what it started last.",
        "replaced": "was not started: something newer takes its place.",
        "refused": "was not started.",
    }
)


class Ask(StrEnum):
    """What to do."""

    LIST = "list"
    TEST = "test"
    SIMULATE = "simulate"
    PREVIEW = "preview"


What = Annotated[Ask, typer.Argument(metavar="list|test|simulate|preview", help="What to do.", show_default=False)]
Name = Annotated[
    str | None,
    typer.Argument(
        metavar="STACK/RESOURCE", help="For test and simulate; STACK/ANNOUNCEMENT for preview.", show_default=False
    ),
]
Number = Annotated[str | None, typer.Argument(metavar="VERSION", help="For simulate.", show_default=False)]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before a simulation.", show_default=False)]


def watch(
    what: What, name: Name = None, number: Number = None, *, yes: Yes = False, data: Data = None, stacks: Stacks = None
) -> int:
    """List what is looked at; test one resource; simulate that a version appeared; preview what the clock announces."""
    with opened(data, stacks) as app:
        if what is Ask.LIST:
            return _list(app)
        if what is Ask.PREVIEW:
            return _preview(app, name)
        stack, resource = _find(app, name)
        if what is Ask.TEST:
            return _test(app, stack, resource)
        if number is None:
            raise Refused("Which version?", hint="stackhand watch simulate STACK/RESOURCE VERSION")
        return _simulate(app, stack, resource, number, yes=yes)


def _list(app: App) -> int:
    known = {watcher.id: watcher for watcher in app.control.watch.watchers()}
    console, rows = out(), []
    for id, (stack, resource) in _resources(app).items():
        there, watcher = app.control.watch.versions(stack.name, resource.name), known.get(id)
        checked_at = watcher.checked_at if watcher else None
        checked = local_time(console, checked_at) if checked_at else "never"
        stands = (watcher.error or "well") if watcher and checked_at else "-"
        if not app.catalog.looks_at(resource):
            stands = "not looked at here"
        rows.append([id, there[0].number if there else "-", str(len(there)), checked, stands])
    if rows:
        table(console, ["resource", "newest", "versions", "checked", "stands"], rows)
    else:
        say(out(), 'No stack has "resources".')
    return 0


def _test(app: App, stack: Stack, resource: Resource) -> int:
    if not app.catalog.looks_at(resource):
        raise Refused(
            f"{watcher_id(stack.name, resource.name)} is not looked at here: its `when` is not true.",
            hint=f"It says: {resource.when}",
        )
    known = {version.number: version for version in app.control.watch.history(stack.name, resource.name)}
    result = app.looker.look(stack, resource, known)
    if result.error:
        say(out(), f"{result.error} {result.hint}".strip(), "red")
        return 1
    every = format_duration(timedelta(seconds=resource.every_s))
    deployed = f" Deployed is {result.deployed or 'nothing that is known'}." if resource.deployed else ""
    say(out(), f"{resource.use.check}, every {every}.{deployed}")
    table(
        out(),
        ["version", "state", "counts"],
        [[one.number, one.state or "-", one.verdict or "yes"] for one in result.versions],
    )
    return 0


def _preview(app: App, name: str | None) -> int:
    known = {f"{one.stack.name}/{one.announcement.name}": one for one in app.control.scheduled.coming(me())}
    if name is None or name not in known:
        what = f'The clock announces no "{name}".' if name else "Which announcement?"
        raise NotFound(what, hint=did_you_mean(name or "", list(known)))
    coming = known[name]
    view = app.control.scheduled.view(coming.stack.name, coming.announcement.name, coming.at)
    at, times, channel = coming.at.astimezone(), coming.announcement.times.in_words, coming.announcement.channel
    say(out(), f"{times}: next {at:%Y-%m-%d %H:%M} {zone_of(at)} in {channel}", "bold")
    try:
        if not app.control.scheduled.is_told(view):
            say(out(), "With what is known now nobody would be told: its `when` is not true.")
    except ExpressionProblem as problem:
        say(out(), f"{problem}", "red")
        return 1
    for line in ["", scheduled_text(view), *scheduled_words(view).splitlines()]:
        say(out(), readable(line))
    return 0


def _simulate(app: App, stack: Stack, resource: Resource, number: str, *, yes: bool) -> int:
    jobs = app.control.watch.would_start(stack, resource)
    if why_not := app.control.watch.why_not(stack, resource, number):
        say(out(), f"By its filter {number} would not count, and nothing would follow: {why_not}. If it did:")
    if resource.announce:
        say(out(), f"{resource.name} {number} would be told in {_where(resource.announce)}.")
    say(out(), f"{resource.name} {number} would start: {join_words([job.title for job in jobs]) or 'nothing'}.")
    if not jobs:
        return 0
    if not yes and not (sys.stdin.isatty() and typer.confirm("Start it now?", err=True)):
        say(out(), "Nothing was started. To start it, say --yes.")
        return EXIT_CODES[RunStatus.ABORTED]
    take_part(app)
    led_to = app.control.watch.simulate(stack, resource, number, by=me())
    codes = [follow(app, one.run.number, as_json=False) for one in led_to if one.run]
    for one in led_to:
        if one.run is None:
            say(out(), f"{one.job.title} {_NOT_STARTED[one.outcome]} {one.problem}".strip())
    return max(codes, default=0)


def _where(announce: Announce) -> str:
    return (
        f"{announce.channel}, with all that is new in a {announce.digest.noun}" if announce.digest else announce.channel
    )


def _find(app: App, name: str | None) -> tuple[Stack, Resource]:
    known = _resources(app)
    if name is None:
        raise Refused("Which resource?", hint="stackhand watch list names them.")
    if name not in known:
        raise NotFound(f'There is no resource "{name}".', hint=did_you_mean(name, list(known)))
    return known[name]


def _resources(app: App) -> dict[str, tuple[Stack, Resource]]:
    """All that is declared, by `stack/resource`."""
    return {
        watcher_id(stack.name, name): (stack, resource)
        for stack in app.catalog.stacks.values()
        for name, resource in stack.resources.items()
    }
