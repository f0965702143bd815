"""The window in which a step watches something: people move its end, and a crash does not."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.base.errors import NotNow
from bot.model.run import RunStatus
from bot.model.timer import Timer, TimerKind, TimerState
from tests.fakes.serving import Handler, serving
from tests.runner.lab import ADA, GRACE, Lab, lab, wait_for

ALERT = (
    b'[{"fingerprint": "f1", "labels": {"alertname": "Down", "severity": "critical"}, '
    b'"startsAt": "2026-03-01T12:00:00Z", "status": {"silencedBy": [], "inhibitedBy": []}}]'
)
#: Nobody waits so long in a test.
LONG = 60


class Alertmanager(Handler):
    """As quiet as it is told to be."""

    fires = False
    #: Of when somebody looked last.
    looked = threading.Event()

    def do_GET(self) -> None:
        type(self).looked.set()
        self.reply(200, ALERT if type(self).fires else b"[]", {"Content-Type": "application/json"})


@pytest.fixture
def alerts() -> Iterator[tuple[type[Alertmanager], str]]:
    class Own(Alertmanager):
        looked = threading.Event()

    with serving(Own) as server:
        yield Own, f"http://127.0.0.1:{server.server_port}"


def steps(url: str, *, minutes: float = LONG, more: str = "") -> str:
    """Of a job that watches the alerts, as YAML."""
    values = f"{{url: '{url}', minutes: {minutes}, known: [], every_s: 0.1}}"
    return f"    steps: [{{title: Watch, uses: monitoring.watch_alerts, with: {values}{more}}}]"


def windows(app: App, number: int) -> list[Timer]:
    return [timer for timer in app.control.timers.of_run(number) if timer.kind is TimerKind.WINDOW]


@pytest.fixture
def watched(start: Any, app: App) -> Any:
    """Starts a run that watches; the run's number, once its window is open."""

    def watch(job: str) -> int:
        number: int = start(job, until=(RunStatus.RUNNING,)).run.number
        wait_for(lambda: bool(windows(app, number)))
        return number

    return watch


def ended(app: App, number: int) -> tuple[RunStatus, str]:
    """How the run came out, once it has, and what is said of its step."""
    wait_for(lambda: app.control.runs.get(number).status.is_over)
    view = app.control.runs.view(number)
    return view.run.status, view.steps[0].reason


def in_about(timer: Timer, length: timedelta) -> bool:
    return abs(timer.at - datetime.now(timer.at.tzinfo) - length) < timedelta(minutes=2)


def test_people_make_it_longer_or_end_it_and_the_step_says_who(watched: Any, app: App, alerts: Any) -> None:
    number = watched(steps(alerts[1]))
    [window] = windows(app, number)
    assert in_about(window, timedelta(minutes=LONG))

    longer = app.control.timers.extend(window.id, by=ADA, origin="cli")
    assert in_about(longer, timedelta(minutes=LONG + 30))
    with pytest.raises(NotNow, match="an end, which can be moved and not taken away"):
        app.control.timers.cancel(window.id, by=ADA, origin="cli")
    app.control.timers.now(window.id, by=GRACE, origin="cli")

    assert ended(app, number) == (RunStatus.SUCCEEDED, "Grace ended it before its time.")


def test_it_ends_by_itself(start: Any, alerts: Any) -> None:
    view = start(steps(alerts[1], minutes=0.01))

    assert (view.run.status, view.steps[0].reason) == (RunStatus.SUCCEEDED, "")


def test_it_ends_with_its_run(watched: Any, app: App, alerts: Any) -> None:
    number = watched(steps(alerts[1]))

    app.control.runs.cancel(number, by=ADA, origin="cli")

    assert ended(app, number)[0] is RunStatus.ABORTED
    assert [timer.state for timer in windows(app, number)] == [TimerState.CANCELLED]


def test_a_further_try_watches_its_own_time(watched: Any, app: App, alerts: Any) -> None:
    number = watched(steps(alerts[1], more=", retry: {times: 1, delay: 0s}"))
    alerts[0].fires = True
    wait_for(lambda: windows(app, number)[0].state is TimerState.CANCELLED)
    alerts[0].fires = False
    wait_for(lambda: len(windows(app, number)) == 2)

    app.control.timers.now(windows(app, number)[1].id, by=ADA, origin="cli")

    assert ended(app, number)[0] is RunStatus.SUCCEEDED


def test_a_crash_neither_begins_it_anew_nor_forgets_to_look_at_its_end(tmp_path: Path, alerts: Any) -> None:
    manager, url = alerts
    with lab(tmp_path) as the_lab:
        the_lab.jobs(f"  watch:\n{steps(url)}\n")
        the_lab.start_worker()
        number = the_lab.start("watch").number
        wait_for(lambda: bool(windows(the_lab.app, number)))
        before = windows(the_lab.app, number)

        kill(the_lab)
        manager.looked.clear()
        the_lab.start_worker()
        assert manager.looked.wait(60)
        kill(the_lab)

        assert windows(the_lab.app, number) == before
        the_lab.app.control.timers.now(before[0].id, by=ADA, origin="cli")
        manager.fires = True
        the_lab.start_worker()
        assert "A critical alert fires: Down" in the_lab.wait(number).run.reason


def kill(lab: Lab) -> None:
    """The worker dies."""
    lab.workers[-1].kill()
    lab.workers[-1].wait()
