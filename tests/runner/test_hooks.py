"""What follows a step or a job, however it came out, and what it knows of it."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.model.run import RunStatus
from tests.runner.lab import GRACE, lines, say, statuses, wait_for

STATUS = "{{ run.status }}"
STEP = "{{ failure.step }}"
REASON = "{{ failure.reason }}"
AFTER_SUCCESS = ["good", "on_success succeeded", "ensure succeeded"]
AFTER_FAILURE = ["bad", "on_failure failed Say", "ensure failed Say"]


def hooks(indent: str) -> str:
    names = ("on_failure", "on_success", "on_abort", "ensure")
    return "".join(f"{indent}{name}: [{say(name, STATUS, STEP)}]\n" for name in names)


@pytest.mark.parametrize(
    ("word", "told_of"),
    [("good", AFTER_SUCCESS), ("bad", AFTER_FAILURE)],
)
def test_the_hooks_that_fit_know_how_the_job_came_out(start: Any, told: Path, word: str, told_of: list[str]) -> None:
    start(f"    steps: [{say(word, title='Say')}]\n{hooks('    ')}")

    assert [line.rstrip() for line in lines(told)] == told_of


@pytest.mark.parametrize(
    ("word", "told_of"),
    [("good", AFTER_SUCCESS), ("bad", AFTER_FAILURE)],
)
def test_the_hooks_of_a_step_know_how_it_came_out(start: Any, told: Path, word: str, told_of: list[str]) -> None:
    start(f"    steps:\n    - do: [{say(word, title='Say')}]\n{hooks('      ')}")

    assert [line.rstrip() for line in lines(told)] == told_of


def test_a_hook_reads_why_it_failed(start: Any, told: Path) -> None:
    start(f"    steps: [{say('bad')}]\n    on_failure: [{say('because', REASON)}]")

    assert lines(told) == ["bad", "because ./say ended with code 1."]


def test_the_hooks_of_an_aborted_run_are_not_cancelled(start: Any, app: App, told: Path) -> None:
    """Also not one that waits, and so leaves its worker."""
    view = start(
        f"    steps: [{{wait: 1h}}, {say('never')}]\n"
        f"    on_abort: [{say('abort', STATUS)}, {{wait: 1s}}, {say('after')}]\n    ensure: [{say('ensure')}]",
        until=(RunStatus.WAITING,),
    )

    app.control.runs.cancel(view.run.number, by=GRACE, origin="cli")

    wait_for(lambda: app.control.runs.get(view.run.number).status.is_over)
    assert app.control.runs.get(view.run.number).status is RunStatus.ABORTED
    assert lines(told) == ["abort aborted", "after", "ensure"]


def test_a_step_that_was_not_needed_has_no_hooks(start: Any, told: Path) -> None:
    view = start(f"    steps:\n    - do: [{say('a')}]\n      when: 1 == 2\n{hooks('      ')}")

    assert view.run.status is RunStatus.SUCCEEDED
    assert lines(told) == []


def test_a_hook_that_fails_spoils_a_success(start: Any) -> None:
    view = start(f"    steps: [{say('a')}]\n    on_success: [{say('bad')}]")

    assert view.run.status is RunStatus.FAILED
    assert statuses(view) == {"1": "succeeded", "on_success.1": "failed"}


def test_a_step_is_tried_again_only_after_the_failure_that_is_meant(start: Any, told: Path) -> None:
    wanted = "{times: 3, delay: 0s, when: \"'code 1' in failure.reason and failure.attempt < 3\"}"
    other = "{times: 3, when: \"'timed out' in failure.reason\"}"

    start(f"    steps: [{{in_parallel: [{say('bad', 'first', retry=wanted)}, {say('bad', 'second', retry=other)}]}}]")

    assert sorted(lines(told)) == ["bad first"] * 3 + ["bad second"]


def test_a_retry_waits_longer_each_time(app: App, start: Any) -> None:
    view = start(f"    steps: [{say('bad', retry='{times: 2, delay: 1s, backoff: 2}')}]")

    retry = view.run.plan.steps[0].retry
    assert [retry.pause_s(attempt) for attempt in (1, 2, 3)] == [1, 2, 4]
    begun = [event.at for event in app.control.runs.events(view.run.number) if event.kind == "step.running"]
    pauses = [(later - earlier).total_seconds() for earlier, later in pairwise(begun)]
    assert pauses[0] >= 1
    assert pauses[1] >= 2


def test_the_time_of_a_step_is_that_of_one_try_and_a_pause_may_be_longer(start: Any) -> None:
    view = start(f"    steps: [{say('bad', retry='{times: 1, delay: 2s}', timeout='1s')}]")

    assert (view.run.status, view.steps[0].attempt) == (RunStatus.FAILED, 2)


def test_a_try_that_would_begin_after_the_time_of_the_job_is_not_waited_for(start: Any, told: Path) -> None:
    view = start(f"    timeout: 10m\n    steps: [{say('bad', retry='{times: 1, delay: 1h}')}]")

    assert view.run.status is RunStatus.FAILED
    assert view.run.reason.endswith("./say ended with code 1.")
    assert view.run.hint.endswith("Try 2 would begin when the job's time of 10m is over.")
    assert lines(told) == ["bad"]
