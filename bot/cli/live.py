"""A run on the screen while it runs: a view that is drawn anew on a terminal, lines that are added elsewhere."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from bot.cli import screen
from bot.cli.run_words import STYLES, ending, headline, hosts_line, step_line
from bot.model.run import NextTry, Progress, RunView, StepRecord, StepStatus
from bot.model.signs import STEP_SIGNS


class Screen(Protocol):
    """Shows a run, again and again."""

    def show(self, view: RunView, log: Iterable[str]) -> None:
        """Show how it stands now; *log* are the newest lines of its log."""

    def end(self, view: RunView, log: Iterable[str]) -> None:
        """Show how it came out."""


class Silence:
    """Shows nothing; for JSON."""

    def show(self, view: RunView, log: Iterable[str]) -> None:
        """Nothing."""

    def end(self, view: RunView, log: Iterable[str]) -> None:
        """Nothing."""


class Lines:
    """Adds a line for whatever changed: for files, pipes and continuous integration."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._before: RunView | None = None

    def show(self, view: RunView, log: Iterable[str]) -> None:
        """Say what is new since the last time."""
        del log
        for line in news(self._before, view, _now()):
            screen.say(self._console, line)
        self._before = view

    def end(self, view: RunView, log: Iterable[str]) -> None:
        """Say how it came out; after a failure also the last lines of the log."""
        if view.run.status.is_failure:
            for line in log:
                screen.say(self._console, f"   | {line}")
        for line in ending(view):
            screen.say(self._console, line)


class Picture:
    """Draws the run in place on a terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live: Live | None = None

    def show(self, view: RunView, log: Iterable[str]) -> None:
        """Draw it as it stands."""
        if self._live is None:
            self._live = Live(console=self._console, refresh_per_second=8, transient=True)
            self._live.start()
        self._live.update(picture(view, list(log), _now()))

    def end(self, view: RunView, log: Iterable[str]) -> None:
        """Leave its last state on the screen."""
        if self._live is not None:
            self._live.stop()
        said = list(log) if view.run.status.is_failure else []
        self._console.print(picture(view, said, _now(), once=True), soft_wrap=False)
        for index, line in enumerate(ending(view)):
            screen.say(self._console, line, STYLES[view.run.status] if index == 0 else "")


def news(before: RunView | None, after: RunView, now: datetime) -> Iterator[str]:
    """What changed between two looks at a run, a line each."""
    old_steps = {step.id: step for step in before.steps} if before else {}
    if before is None:
        yield headline(after.run)
    if after.waits_for and (before is None or before.waits_for != after.waits_for):
        yield f"waits: {after.waits_for}"
    for step in after.visible_steps:
        old = old_steps.get(step.id)
        if step.status is not StepStatus.PENDING and (old is None or _differs(old, step)):
            yield from step_lines(step, now, after.next_tries.get(step.id))


def step_lines(step: StepRecord, now: datetime, next_try: NextTry | None = None) -> Iterator[str]:
    """A step in plain lines: how it stands, its hosts, why."""
    yield f"{STEP_SIGNS[step.status]} {step_line(step, now, next_try)}"
    if step.status.is_over and step.hosts:
        yield f"   {hosts_line(step.hosts)}"
    if step.reason:
        yield f"   {step.reason}"


def picture(view: RunView, log: list[str], now: datetime, *, once: bool = False) -> RenderableType:
    """The whole run, as it is drawn. With *once* no step repeats why the run failed: that is said below it."""
    run = view.run
    head = Text.assemble((screen.visible(headline(run)), "bold"), "  ", (str(run.status), STYLES[run.status]))
    rows: list[RenderableType] = [head]
    if view.waits_for:
        rows.append(Text(screen.visible(view.waits_for), "yellow"))
    said = run.reason if once else ""
    rows += [
        Padding(_step(step, now, said, view.next_tries.get(step.id)), (0, 0, 0, 2 * step.id.count(".")))
        for step in view.visible_steps
    ]
    if log:
        rows += [
            Text(),
            *(Text(screen.visible(f"  │ {line}"), "dim", no_wrap=True, overflow="ellipsis") for line in log),
        ]
    return Group(*rows)


def _differs(old: StepRecord, new: StepRecord) -> bool:
    return (old.status, old.attempt) != (new.status, new.attempt)


def _step(step: StepRecord, now: datetime, said: str, next_try: NextTry | None) -> RenderableType:
    style = STYLES[step.status]
    line = Text(screen.visible(step_line(step, now, next_try)), "" if style != "dim" else "dim")
    rows: list[RenderableType] = [Text.assemble((f"{STEP_SIGNS[step.status]} ", style), line)]
    if step.progress and step.status is StepStatus.RUNNING:
        rows.append(Padding(_progress(step.progress), (0, 0, 0, 5)))
    rows += [
        Padding(Text(screen.visible(text), note), (0, 0, 0, 5))
        for text, note in ((hosts_line(step.hosts), ""), *_why(step, style, said))
        if text
    ]
    return Group(*rows)


def _why(step: StepRecord, style: str, said: str) -> Iterator[tuple[str, str]]:
    if not (step.reason and said.endswith(step.reason)):
        yield step.reason, style
        yield step.hint, "dim"


def _progress(progress: Progress) -> RenderableType:
    what = Text(screen.visible(progress.what), "dim")
    row = Table.grid(padding=(0, 2, 0, 0))
    if progress.total:
        row.add_row(
            ProgressBar(total=progress.total, completed=progress.done, width=24),
            Text(f"{progress.done}/{progress.total}"),
            what,
        )
    else:
        row.add_row(Text(str(progress.done)), what)
    return row


def _now() -> datetime:
    return datetime.now(UTC)
