"""Following a run to its end, and advancing it here when no bot is up that would."""

import signal
import time
from collections.abc import Iterator

from bot.app import App
from bot.base.errors import NotNow, SetupProblem
from bot.cli.as_json import dumps, run_object
from bot.cli.live import Lines, Picture, Screen, Silence
from bot.cli.opened import ORIGIN, me
from bot.cli.run_words import EXIT_CODES, is_still
from bot.cli.screen import err, local_time, out, say
from bot.cli.signals import Signals, caught
from bot.model.run import RunView
from bot.model.timer import TimerKind, TimerState
from bot.slack.live import job_title

_LOOK_S = 0.2
#: How often to see whether a bot is (still) up: it may die while its run is followed.
_HELP_S = 2.0
_LOG_LINES = 8
#: What a shell says of a program that Ctrl-C ended.
LEFT = 130


def take_part(app: App) -> None:
    """See to it that runs are advanced, by a bot that is up or from here; before that no run can be started."""
    try:
        app.take_part()
    except SetupProblem:
        # Another process may have been a moment faster to become the one that advances runs.
        if not app.is_up():
            raise
        app.take_part()


def follow(app: App, number: int, *, as_json: bool) -> int:
    """Show run *number* until nothing more happens without a person; the exit code that tells how it came out.

    The first Ctrl-C cancels the run, the next one leaves it. Call `take_part` before.
    """
    screen = _screen(as_json=as_json)
    with caught() as signals:
        view = _Following(app, number, screen, signals).to_the_end()
    screen.end(view, _log(app, number))
    if as_json:
        print(dumps(run_object(view)))  # noqa: T201
    else:
        _say_what_comes(app, view)
    return EXIT_CODES.get(view.run.status, LEFT)


class _Following:
    def __init__(self, app: App, number: int, screen: Screen, signals: Signals) -> None:
        self._app = app
        self._number = number
        self._screen = screen
        self._signals = signals
        self._looked_at = time.monotonic()
        self._cancelled = False

    def to_the_end(self) -> RunView:
        """The run as it stands when nothing more happens, or when the person leaves."""
        while True:
            view = self._app.control.runs.view(self._number)
            self._screen.show(view, _log(self._app, self._number))
            if is_still(view.run):
                return view
            self._help()
            came = self._signals.wait(_LOOK_S)
            if came is signal.SIGTERM or (came and self._cancelled):
                return view
            if came:
                self._cancel()

    def _help(self) -> None:
        """Advance runs here, should the process that did be gone."""
        if time.monotonic() - self._looked_at > _HELP_S:
            take_part(self._app)
            self._looked_at = time.monotonic()

    def _cancel(self) -> None:
        self._cancelled = True
        say(err(), "Cancelling: waiting for what was started to end. Ctrl-C once more leaves it to that.")
        try:
            self._app.control.runs.cancel(self._number, by=me(), origin=ORIGIN)
        except NotNow:
            # It ended by itself at this very moment; the next look shows how.
            return


def _say_what_comes(app: App, view: RunView) -> None:
    run = view.run
    if not is_still(run):
        say(err(), f"Left {run.name}: it is {run.status}. To see how it goes on: stackhand show {run.number}")
        return
    for timer in app.control.timers.of_run(run.number):
        if timer.kind is TimerKind.START and timer.state is TimerState.WAITING:
            console = out()
            title = job_title(timer, app.catalog)
            say(console, f'"{title}" starts at {local_time(console, timer.at)}, if a bot is up then: stackhand up')


def _screen(*, as_json: bool) -> Screen:
    if as_json:
        return Silence()
    console = out()
    return Picture(console) if console.is_terminal else Lines(console)


def _log(app: App, number: int) -> Iterator[str]:
    yield from app.control.runs.log(number).tail(_LOG_LINES)
