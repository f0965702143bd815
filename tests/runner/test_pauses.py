"""The pause between two tries of a step: a long one holds no worker, and ends at its moment."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.app import App
from bot.control.moments import wait_key
from bot.model.run import RunStatus, RunView
from tests.runner.lab import GRACE, lines, say, statuses, wait_for

HOUR = "retry: {times: 2, delay: 1h}"
IN_PAUSE = (RunStatus.WAITING,)


def shell(script: str, more: str = "") -> str:
    """A step that a shell does."""
    return f"{{uses: command.run, with: {{argv: [sh, -c, '{script}']}}{', ' if more else ''}{more}}}"


def end_pause(app: App, view: RunView, step: str) -> None:
    """Let the moment of its next try come now."""
    with app.store.begin() as tx:
        timer = tx.timers.waiting(wait_key(view.run.number, step))
        assert timer
        tx.timers.change(timer.id, at=app.clock.now())
    app.control.timers.fire_due()


def over(app: App, view: RunView) -> RunView:
    """The run once it is over."""
    wait_for(lambda: app.control.runs.get(view.run.number).status.is_over)
    return app.control.runs.view(view.run.number)


def test_a_long_pause_between_two_tries_holds_no_worker(start: Any, app: App, told: Path) -> None:
    """A step that was to be tried again in an hour kept its worker from everybody for that hour."""
    view = start(f"    steps: [{say('bad', retry='{times: 2, delay: 1h}')}]", until=IN_PAUSE)

    # The engine writes the end of a part a moment after the run has said that it waits.
    wait_for(lambda: app.engine.lost(view.run.number, view.run.part))
    assert (view.steps[0].attempt, view.steps[0].reason) == (2, "./say ended with code 1.")
    assert view.next_tries["1"].of == 3
    assert (view.next_tries["1"].at - app.clock.now()).total_seconds() > 3500
    end_pause(app, view, "1")
    wait_for(lambda: len(lines(told)) == 2)
    wait_for(lambda: app.control.runs.get(view.run.number).status is RunStatus.WAITING)
    end_pause(app, view, "1")
    assert over(app, view).run.status is RunStatus.FAILED
    assert lines(told) == ["bad"] * 3


def test_a_run_can_be_cancelled_in_a_long_pause(start: Any, app: App, told: Path) -> None:
    steps = f"    steps: [{say('bad', retry='{times: 2, delay: 1h}')}]\n    ensure: [{say('ensure')}]"
    view = start(steps, until=IN_PAUSE)

    app.control.runs.cancel(view.run.number, by=GRACE, origin="cli")

    assert over(app, view).run.status is RunStatus.ABORTED
    assert lines(told) == ["bad", "ensure"]


def test_a_job_whose_time_is_over_when_a_pause_ends_fails_and_says_so(start: Any, app: App, told: Path) -> None:
    """The machine was off for some hours, for example."""
    view = start(f"    timeout: 3h\n    steps: [{say('bad', retry='{times: 2, delay: 1h}')}]", until=IN_PAUSE)

    with app.store.begin() as tx:
        tx.runs.change(view.run.number, begun_at=app.clock.now() - timedelta(hours=4))
    end_pause(app, view, "1")

    assert over(app, view).run.reason.endswith("It took longer than 3h.")
    assert lines(told) == ["bad"]


def test_a_hook_that_is_to_be_tried_again_is_not_cancelled_in_its_pause(start: Any, app: App, told: Path) -> None:
    hook = shell("test -e again || { touch again; exit 1; }", HOUR)
    view = start(f"    steps: [{say('bad')}]\n    ensure: [{hook}, {say('last')}]", until=IN_PAUSE)

    app.control.runs.cancel(view.run.number, by=GRACE, origin="cli")
    end_pause(app, view, "ensure.1")

    assert over(app, view).run.status is RunStatus.FAILED
    assert lines(told) == ["bad", "last"]


def test_the_next_try_comes_on_time_while_another_step_is_at_work(start: Any, app: App) -> None:
    tries = shell("test -e tried && touch go || { touch tried; exit 1; }", HOUR)
    works = shell("until test -e go; do sleep 0.05; done")
    view = start(f"    steps: [{{in_parallel: [{tries}, {works}]}}]", until=(RunStatus.RUNNING,))
    wait_for(lambda: bool(app.control.runs.view(view.run.number).next_tries))

    end_pause(app, view, "1.1")

    assert over(app, view).run.status is RunStatus.SUCCEEDED


def test_a_failure_beside_it_ends_a_long_pause(start: Any, app: App) -> None:
    tries = shell("touch tried; exit 1", HOUR)
    fails = shell("until test -e tried; do sleep 0.05; done; sleep 1; exit 1")
    view = start(f"    steps: [{{in_parallel: [{tries}, {fails}], fail_fast: true}}]")

    assert view.run.status is RunStatus.FAILED
    assert statuses(view) == {"1": "failed", "1.1": "aborted", "1.2": "failed"}


def test_of_several_items_each_has_its_own_pause_and_says_of_how_many_tries(start: Any, app: App) -> None:
    tries = shell("touch {{ item }}; exit 1", HOUR).removesuffix("}") + ", each: [a, b], limit: 2}"
    view = start(f"    steps: [{tries}]", until=IN_PAUSE)

    assert {id: one.of for id, one in view.next_tries.items()} == {"1.1": 3, "1.2": 3}
    app.control.runs.cancel(view.run.number, by=GRACE, origin="cli")
    assert over(app, view).run.status is RunStatus.ABORTED
