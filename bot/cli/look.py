"""`runs`, `show`, `audit`: what happened."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from bot.base.errors import Refused
from bot.base.text import format_duration, parse_moment, plural
from bot.cli import as_json as json
from bot.cli.live import picture, step_lines
from bot.cli.opened import opened_to_look
from bot.cli.run_words import STYLES, ending, headline, is_still
from bot.cli.screen import err, local_time, out, say, table
from bot.cli.typed import AsJson, Data, RunNumber, Stacks, number
from bot.model.audit import AuditFilter
from bot.model.file import file_words, files_of
from bot.model.run import Run, RunStatus, RunView

Limit = Annotated[
    int,
    typer.Option("--limit", "-n", metavar="N", help="How many at most.", parser=number(1, 1_000_000, of="--limit")),
]


def runs(
    *,
    limit: Limit = 20,
    status: Annotated[
        list[RunStatus] | None, typer.Option("--status", help="Only those that stand so.", show_default=False)
    ] = None,
    stack: Annotated[str | None, typer.Option("--stack", help="Only those of one stack.", show_default=False)] = None,
    as_json: AsJson = False,
    data: Data = None,
    stacks: Stacks = None,
) -> None:
    """List the newest runs."""
    with opened_to_look(data, stacks) as app:
        found = app.control.runs.recent(limit=limit, statuses=status or (), stack=stack)
    if as_json:
        print(json.dumps([json.run_line(run) for run in found]))  # noqa: T201
    elif not found:
        say(
            out(),
            'Nothing ran yet. "stackhand jobs" lists what may be started.'
            if not (status or stack)
            else "No run is like that.",
        )
    else:
        console = out()
        rows = [_row(console, run) for run in found]
        table(console, ["run", "job", "where", "status", "by", "started", "took"], rows)


def show(number: RunNumber, *, as_json: AsJson = False, data: Data = None, stacks: Stacks = None) -> None:
    """Show a run with its steps."""
    with opened_to_look(data, stacks) as app:
        view = app.control.runs.view(number)
        events = app.control.runs.events(number)
        now = app.clock.now()
    if as_json:
        print(json.dumps(json.run_object(view)))  # noqa: T201
        return
    console = out()
    if console.is_terminal:
        console.print(picture(view, [], now, once=is_still(view.run)), soft_wrap=False)
    else:
        for line in _plain(view, now):
            say(console, line)
    for name, value in view.run.inputs.items():
        say(console, f"{name}={file_words(files_of(value)) or value}")
    for event in events:
        words = " ".join(word for word in (event.kind, event.step, event.text, event.by and f"({event.by})") if word)
        say(console, f"{local_time(console, event.at)}  {words}", "dim")
    if is_still(view.run):
        for line in ending(view):
            say(console, line)


def audit(
    *,
    limit: Limit = 50,
    since: Annotated[
        str | None, typer.Option("--since", help="Only newer ones: 7d, or 2026-11-24.", show_default=False)
    ] = None,
    person: Annotated[str, typer.Option("--person", help="Only of this person: a part of the name.")] = "",
    target: Annotated[str, typer.Option("--target", help="Only of this: a glob like shop/*/production.")] = "",
    verify: Annotated[bool, typer.Option("--verify", help="Only say whether the records are whole.")] = False,
    as_json: AsJson = False,
    data: Data = None,
    stacks: Stacks = None,
) -> int:
    """List who asked what, and the answer; says so when somebody tampered with the records.

    The exit code is 1 when a record does not fit the one before it.
    """
    only = AuditFilter(since=_since(since), person=person, target=target)
    with opened_to_look(data, stacks) as app, app.store.read() as tx:
        records = [] if verify else tx.audit.recent(limit=limit, only=only)
        broken, count = tx.audit.first_broken(), tx.audit.count()
    if verify and as_json:
        print(json.dumps({"records": count, "first_broken": broken}))  # noqa: T201
    elif verify and broken is None:
        say(out(), f"All {plural(count, 'record')} fit." if count != 1 else "The one record fits.")
    elif verify:
        pass
    elif as_json:
        print(json.dumps([json.audit_object(record) for record in records]))  # noqa: T201
    else:
        console = out()
        rows = [
            [local_time(console, it.at), it.person, it.origin, it.verb, it.target, it.answer, it.detail]
            for it in reversed(records)
        ]
        table(console, ["when", "who", "from", "asked", "of", "answer", "detail"], rows)
    if broken is None:
        return 0
    say(err(), f"Record {broken} does not fit the one before it: somebody changed the audit behind our back.", "red")
    return 1


def _since(written: str | None) -> datetime | None:
    try:
        return parse_moment(written, datetime.now(UTC)) if written else None
    except ValueError as error:
        raise Refused(str(error)) from error


def _plain(view: RunView, now: datetime) -> Iterator[str]:
    yield f"{headline(view.run)}: {view.run.status}"
    if view.waits_for:
        yield view.waits_for
    for step in view.visible_steps:
        yield from step_lines(step, now, view.next_tries.get(step.id))


def _row(console: Console, run: Run) -> list[str | Text]:
    return [
        run.name,
        run.title,
        run.environment or "",
        Text(str(run.status), STYLES[run.status]),
        run.started_by,
        local_time(console, run.created_at),
        format_duration(run.took) if run.took is not None else "",
    ]
