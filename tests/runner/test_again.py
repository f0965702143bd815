"""A run that failed is tried again from the step that failed: what was done is taken over, and nothing else."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from bot.app import App
from bot.base.errors import NotNow
from bot.control.start import Request
from bot.model.run import RunStatus, RunView, StepStatus
from tests.runner.lab import ADA, GRACE, lines, say, statuses, wait_for

CODE = "{{ one.outputs.code }}"


def again(app: App, view: RunView, key: str = "again") -> RunView:
    runs = app.control.runs
    run = runs.retry_from(view.run.number, Request(by=GRACE, origin="cli", key=f"{key} {view.run.number}"))
    wait_for(lambda: runs.get(run.number).status.is_over)
    return runs.view(run.number)


def once_bad(told: Path, *words: str) -> str:
    """A step that fails the first time."""
    mark = told.with_name("was-bad")
    script = f"./say {' '.join(words)}; mkdir {mark} 2>/dev/null && exit 1 || true"
    return f"{{uses: command.run, with: {{argv: [sh, -c, '{script}']}}}}"


def test_what_was_done_is_taken_over_with_its_outputs(start: Any, app: App, told: Path) -> None:
    failed = start(
        f"    steps: [{say('one', name='one')}, {once_bad(told, 'two', CODE)}, {say('three', CODE)}]\n"
        f"    on_failure: [{say('sorry')}]\n    ensure: [{say('always')}]"
    )
    assert failed.retry_from
    assert failed.retry_from.step == "2"

    view = again(app, failed)

    assert view.run.status is RunStatus.SUCCEEDED
    assert lines(told) == ["one", "two 0", "sorry", "always", "two 0", "three 0", "always"]
    assert view.run.retry_of == failed.run.number
    assert view.run.cause == f"from step 2 of {failed.run.name}"
    taken = view.steps[0]
    assert (taken.status, taken.taken_from) == (StepStatus.SUCCEEDED, failed.run.number)


def test_a_group_is_taken_up_in_its_middle(start: Any, app: App, told: Path) -> None:
    hooked = f"{{do: [{say('a')}], on_success: [{say('hook')}], ensure: [{say('ensure')}]}}"
    failed = start(f"    steps: [{{do: [{hooked}, {once_bad(told, 'b')}, {say('c')}]}}]")

    view = again(app, failed)

    assert view.run.status is RunStatus.SUCCEEDED
    assert lines(told) == ["a", "hook", "ensure", "b", "b", "c"]


@pytest.mark.parametrize("of", ["step", "job"])
def test_what_the_job_of_a_hook_may_have_taken_back_is_done_again(jobs: Any, app: App, told: Path, of: str) -> None:
    hook = "ensure: [{run: back, when: run.status != 'succeeded'}]"
    group = f"{{do: [{say('out')}, {once_bad(told, 'test')}]{f', {hook}' if of == 'step' else ''}}}"
    before = f"{{do: [{say('before')}], on_success: [{{run: back}}]}}"
    job = f"  job:\n    steps: [{before}, {group}]\n    {hook if of == 'job' else ''}\n"
    failed = jobs(f"jobs:\n{job}  back: {{steps: [{say('back')}]}}\n")("job")
    assert lines(told) == ["before", "back", "out", "test", "back"]

    if of == "job":
        assert failed.retry_from is None
        return
    view = again(app, failed)

    assert view.run.status is RunStatus.SUCCEEDED
    assert lines(told)[5:] == ["out", "test"]


def test_the_items_that_are_done_are_not_done_again(start: Any, app: App, told: Path) -> None:
    script = f"./say {{{{ item }}}}; [ {{{{ item }}}} = b ] && mkdir {told}.bad 2>/dev/null && exit 1; true"
    each = f'{{uses: command.run, with: {{argv: [sh, -c, "{script}"]}}, each: [a, b, c]}}'
    failed = start(f"    steps: [{each}]")

    view = again(app, failed)

    assert view.run.status is RunStatus.SUCCEEDED
    assert lines(told) == ["a", "b", "b", "c"]
    assert [step.taken_from for step in view.steps if step.id.startswith("1.")] == [failed.run.number, None, None]


def test_a_skipped_step_is_taken_over_too(start: Any, app: App, told: Path) -> None:
    failed = start(f"    steps: [{say('a')}, {say('b', when='1 == 2')}, {once_bad(told, 'c')}]")

    view = again(app, failed)

    assert statuses(view) == {"1": "succeeded", "2": "skipped", "3": "succeeded"}
    assert lines(told) == ["a", "c", "c"]


def test_the_same_click_again_starts_nothing_more(start: Any, app: App, told: Path) -> None:
    failed = start(f"    steps: [{say('a')}, {once_bad(told, 'b')}]")

    assert again(app, failed, "click").run.number == again(app, failed, "click").run.number
    assert lines(told) == ["a", "b", "b"]


def test_it_is_not_offered_where_nothing_was_done(start: Any) -> None:
    assert start(f"    steps: [{say('bad')}, {say('b')}]").retry_from is None


def test_of_two_people_who_take_it_up_at_once_one_does(start: Any, app: App, told: Path) -> None:
    failed, both = start(f"    steps: [{say('a')}, {once_bad(told, 'b')}]"), Barrier(2, timeout=60)

    def press(key: str) -> RunView | str:
        both.wait()
        try:
            return again(app, failed, key)
        except NotNow as refused:
            return str(refused)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(press, ("one", "other")))

    [refused] = [answer for answer in answers if isinstance(answer, str)]
    [view] = [answer for answer in answers if isinstance(answer, RunView)]
    assert refused.startswith(f"{failed.run.name} ")
    assert f"taken up by {view.run.name}" in refused
    assert lines(told) == ["a", "b", "b"]
    assert app.control.runs.view(failed.run.number).retry_from is None, "its message offers it no more"


def test_of_two_people_who_undo_it_at_once_one_does(start: Any, app: App, told: Path) -> None:
    undo = f"[sh, -c, 'until test -e {told}.go; do sleep 0.05; done; ./say undone']"
    done = start(f"    steps: [{{uses: command.run, with: {{argv: [./say, a], undo_argv: {undo}}}}}]")
    runs, number = app.control.runs, done.run.number

    first = runs.undo(number, Request(by=GRACE, origin="cli", key=f"one {number}"))
    with pytest.raises(NotNow, match=f"is being undone by {first.name}"):
        runs.undo(number, Request(by=ADA, origin="cli", key=f"other {number}"))
    Path(f"{told}.go").touch()
    wait_for(lambda: runs.get(first.number).status.is_over)

    with pytest.raises(NotNow, match="is undone already"):
        runs.undo(number, Request(by=ADA, origin="cli", key=f"third {number}"))
    assert lines(told) == ["a", "undone"]


def test_it_is_refused_when_the_steps_have_changed(start: Any, jobs: Any, app: App) -> None:
    failed = start(f"    steps: [{say('a')}, {say('bad')}]")
    jobs(f"jobs: {{job: {{steps: [{say('other')}, {say('bad')}]}}}}")

    with pytest.raises(NotNow, match=r"The steps of Job have changed since .*Run it again from the start\."):
        again(app, failed)


def test_it_is_refused_when_a_done_step_was_undone_since(start: Any, app: App) -> None:
    undoable = "{title: Put up, uses: command.run, with: {argv: [./say, a], undo_argv: [./say, undo]}}"
    failed = start(f"    steps: [{undoable}, {say('bad')}]\n    on_failure: [{{undo: run}}]")

    with pytest.raises(NotNow, match="Put up has been undone since"):
        again(app, failed)
