"""`python -m benchmarks.rollback`: from the moment a critical alert fires until its deployment is being taken back.

A real Alertmanager and the steps of the shipped stack, without a deployment before them and without servers after them.
"""

import time
from pathlib import Path

from benchmarks.figures import Aim, Spread, load
from benchmarks.processes import folder, wait_until
from bot.app import App
from bot.control.start import StartJob
from bot.model.person import Person
from bot.model.run import RunStatus
from bot.settings import Settings
from tests.fakes.alertmanager import Alerts, alertmanager

#: It has not begun to do anything.
_NOT_YET = (RunStatus.QUEUED, RunStatus.WAITING)
_TURNS = 10
_MOST_S = 2.0
_STACK = """\
stack: bench
title: Benchmark
jobs:
  deploy:
    steps:
      - title: Bring it out, test it and watch it
        do:
          - title: Watch the alerts
            uses: monitoring.watch_alerts
            with: {{url: "{url}", minutes: 5}}
        ensure:
          - {{title: Take the version back, run: take-back, when: "{{{{ run.status != 'succeeded' }}}}"}}
  take-back:
    callable: only
    steps:
      - {{title: Give visitors the version from before, uses: command.run, with: {{argv: ["true"]}}}}
"""


def main() -> None:
    """Measure, and print."""
    with folder() as home, alertmanager(home / "alertmanager") as alerts:
        app = _app(home, alerts)
        try:
            took_s = [_turn(app, alerts, turn) for turn in range(_TURNS)]
        finally:
            app.close()
    print(f"From alert to rollback, s: p50, p95, p99 {Spread.of(took_s)}")
    print(Aim(what="a critical alert until the rollback has begun", measured=max(took_s), most=_MOST_S, unit="s"))
    print(load())


def _app(home: Path, alerts: Alerts) -> App:
    stack = home / "stacks" / "bench"
    stack.mkdir(parents=True)
    (stack / "stack.yml").write_text(_STACK.format(url=alerts.url))
    app = App.open(Settings(data=home / "data", stacks=home / "stacks"))
    app.start(slack=False)
    return app


def _turn(app: App, alerts: Alerts, turn: int) -> float:
    """How long one alert takes, in seconds."""
    person = Person(id="cli:bench", name="Benchmark")
    ask = StartJob(person=person, stack="bench", job="deploy", inputs={}, key=f"bench:{turn}", origin="cli")
    number = app.control.runs.start(ask).number
    # From its first look on it has progress to show.
    wait_until(lambda: any(step.progress for step in app.control.runs.steps(number)))
    began = time.perf_counter()
    alerts.fire(f"Bench{turn}")
    wait_until(lambda: _is_being_taken_back(app, number), every_s=0.01)
    took_s = time.perf_counter() - began
    alerts.resolve(f"Bench{turn}")
    wait_until(lambda: app.control.runs.get(number).status.is_over)
    return took_s


def _is_being_taken_back(app: App, number: int) -> bool:
    return any(run.parent == number and run.status not in _NOT_YET for run in app.control.runs.recent())


if __name__ == "__main__":
    main()
