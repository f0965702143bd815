"""What the steps of a plan do: one after the other, side by side, again, later, not at all, and back."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.control.start import Request, StartJob
from bot.model.run import RunStatus, StepStatus
from bot.model.timer import Timer, TimerKind, TimerState
from tests.runner.lab import GRACE, lines, say, statuses, wait_for

FAILED = "{{ failure.step }}"
OUTPUT = "{{ first.outputs.code }}"
ANSWER = "{{ form.words }}"


def test_a_failed_step_ends_the_run_and_its_hooks_run(start: Any, told: Path) -> None:
    view = start(
        f"    steps: [{say('one')}, {say('bad')}, {say('three')}]\n"
        f"    on_failure: [{say('cleanup', FAILED)}]\n    ensure: [{say('always')}]"
    )

    assert view.run.status is RunStatus.FAILED
    assert view.run.reason.endswith("./say ended with code 1.")
    assert lines(told)[:2] == ["one", "bad"]
    assert lines(told)[2].startswith("cleanup ")
    assert lines(told)[3:] == ["always"]
    assert statuses(view) == {
        "1": "succeeded",
        "2": "failed",
        "3": "skipped",
        "on_failure.1": "succeeded",
        "ensure.1": "succeeded",
    }


def test_a_success_runs_ensure_and_no_failure_hook(start: Any, told: Path) -> None:
    view = start(f"    steps: [{say('one')}]\n    on_failure: [{say('cleanup')}]\n    ensure: [{say('always')}]")

    assert view.run.status is RunStatus.SUCCEEDED
    assert lines(told) == ["one", "always"]
    assert statuses(view)["on_failure.1"] == "skipped"


def test_a_step_is_tried_again(start: Any, app: App, told: Path) -> None:
    view = start(f"    steps: [{say('bad', retry='{times: 2, delay: 0s}')}]")

    assert view.run.status is RunStatus.FAILED
    assert lines(told) == ["bad"] * 3
    assert view.steps[0].attempt == 3
    kinds = [event.kind for event in app.control.runs.events(view.run.number)]
    assert kinds.count("step.failed") == 3


HOSTS = """\
[all]
a
b
c
[all:vars]
ansible_connection=local
ansible_python_interpreter={{ ansible_playbook_python }}
"""
#: Fails once on b.
PLAYBOOK = """\
- hosts: all
  gather_facts: false
  tasks:
    - name: Say so
      ansible.builtin.command: >-
        sh -c 'echo {{ inventory_hostname }} >>{{ told }}; test {{ inventory_hostname }} != b || rmdir {{ told }}.b ||
        { mkdir {{ told }}.b; false; }'
"""


def test_a_further_try_reaches_only_the_hosts_that_are_not_done(
    start: Any, app: App, told: Path, tmp_path: Path
) -> None:
    (tmp_path / "p.yml").write_text(PLAYBOOK)
    (tmp_path / "hosts.ini").write_text(HOSTS)
    fields = {"playbook": f"{tmp_path}/p.yml", "inventory": f"{tmp_path}/hosts.ini", "vars": {"told": str(told)}}
    step = f"{{uses: ansible.run_playbook, with: {json.dumps(fields)}, retry: {{times: 1, delay: 0s}}}}"

    view = start(f"    steps: [{step}]")

    assert view.run.status is RunStatus.SUCCEEDED
    assert sorted(lines(told)) == ["a", "b", "b", "c"]
    assert {host.name: host.state for host in view.steps[0].hosts} == {"a": "changed", "b": "changed", "c": "changed"}
    assert list((view.steps[0].outputs or {})["hosts"]) == ["b"]


def test_a_step_that_is_not_wanted_is_skipped(start: Any, told: Path) -> None:
    view = start(
        "    form: {go: {type: boolean, label: Go, default: false}}\n"
        f"    steps: [{say('one', when='form.go')}, {say('two')}]"
    )

    assert view.run.status is RunStatus.SUCCEEDED
    assert lines(told) == ["two"]
    assert statuses(view) == {"1": "skipped", "2": "succeeded"}


def test_steps_side_by_side_all_end_before_the_run_fails(start: Any, told: Path) -> None:
    view = start(f"    steps: [{{in_parallel: [{say('bad')}, {say('b')}, {say('c')}]}}, {say('after')}]")

    assert view.run.status is RunStatus.FAILED
    assert sorted(lines(told)) == ["b", "bad", "c"]
    assert statuses(view) == {"1": "failed", "1.1": "failed", "1.2": "succeeded", "1.3": "succeeded", "2": "skipped"}


def test_a_group_with_its_own_failure_hook(start: Any, told: Path) -> None:
    view = start(f"    steps: [{{do: [{say('a')}, {say('bad')}], on_failure: [{say('hook')}]}}]")

    assert view.run.status is RunStatus.FAILED
    assert lines(told) == ["a", "bad", "hook"]


def test_outputs_are_seen_by_later_steps(start: Any, told: Path) -> None:
    view = start(f"    steps: [{say('one', name='first')}, {say('code', OUTPUT)}]")

    assert view.run.status is RunStatus.SUCCEEDED, view
    assert lines(told) == ["one", "code 0"]


def test_what_a_person_types_is_never_evaluated(start: Any, told: Path) -> None:
    typed = "{{ 7 * 7 }} $(id) {% raw %}"
    view = start(
        f"    form: {{words: {{type: text, label: Words}}}}\n    steps: [{say('got', ANSWER)}]",
        words=typed,
    )

    assert view.run.status is RunStatus.SUCCEEDED
    assert lines(told) == [f"got {typed}"]


def test_a_wait_holds_no_worker_and_goes_on_by_itself(start: Any, app: App, told: Path) -> None:
    view = start(f"    steps: [{say('one')}, {{wait: 2s}}, {say('two')}]", until=(RunStatus.WAITING,))

    assert lines(told) == ["one"]
    # The engine writes the end of a part a moment after the run has said that it waits.
    wait_for(lambda: app.engine.lost(view.run.number, view.run.part))
    number = view.run.number
    wait_for(lambda: app.control.runs.get(number).status is RunStatus.SUCCEEDED)
    assert lines(told) == ["one", "two"]


def test_a_moment_that_comes_while_another_step_is_at_work_is_not_missed(start: Any, app: App, told: Path) -> None:
    short = f"{{do: [{{wait: 1s}}, {say('short')}]}}"
    long = f"{{do: [{{wait: 1h}}, {say('long')}]}}"
    work = "{uses: command.run, with: {argv: [sleep, '3']}}"
    view = start(f"    steps: [{{in_parallel: [{short}, {long}, {work}]}}]", until=(RunStatus.WAITING,))

    wait_for(lambda: lines(told) == ["short"])
    app.control.runs.cancel(view.run.number, by=GRACE, origin="cli")
    wait_for(lambda: app.control.runs.get(view.run.number).status is RunStatus.ABORTED)
    assert lines(told) == ["short"]


def test_a_waiting_run_can_be_cancelled(start: Any, app: App, told: Path) -> None:
    view = start(f"    steps: [{{wait: 1h}}, {say('two')}]", until=(RunStatus.WAITING,))

    app.control.runs.cancel(view.run.number, by=GRACE, origin="cli")

    wait_for(lambda: app.control.runs.get(view.run.number).status is RunStatus.ABORTED)
    assert lines(told) == []


def test_a_step_that_takes_too_long_fails(start: Any) -> None:
    view = start("    steps: [{uses: command.run, with: {argv: [sleep, '60']}, timeout: 1s}]")

    assert view.run.status is RunStatus.FAILED
    assert "longer than 1.0s" in view.run.reason


def undoable(word: str) -> str:
    return f"{{uses: command.run, with: {{argv: [./say, {word}], undo_argv: [./say, undo-{word}]}}}}"


def test_a_failure_may_undo_what_began_newest_first(start: Any, told: Path) -> None:
    view = start(f"    steps: [{undoable('a')}, {undoable('b')}, {undoable('bad')}]\n    on_failure: [{{undo: run}}]")

    assert view.run.status is RunStatus.FAILED
    assert lines(told) == ["a", "b", "bad", "undo-bad", "undo-b", "undo-a"]
    assert [step.undone for step in view.steps if step.id in "123"] == [True, True, True]


def test_a_run_can_be_undone_later_and_once(start: Any, app: App, told: Path) -> None:
    view = start(f"    steps: [{undoable('a')}, {say('b')}, {undoable('c')}]")
    runs = app.control.runs

    undo = runs.undo(view.run.number, Request(by=GRACE, origin="cli", key="undo it"))

    wait_for(lambda: runs.get(undo.number).status.is_over)
    assert runs.get(undo.number).status is RunStatus.SUCCEEDED
    assert lines(told) == ["a", "b", "c", "undo-c", "undo-a"]
    assert runs.get(undo.number).undo_of == view.run.number
    with pytest.raises(Exception, match="is undone already"):
        runs.undo(view.run.number, Request(by=GRACE, origin="cli", key="undo it again"))


def test_success_sets_the_next_job_as_a_timer(start: Any, app: App, told: Path) -> None:
    view = start(f"    steps: [{say('one')}]\n    then: {{run: later, after: 1h, warn: 5m}}")
    [timer] = app.control.timers.of_run(view.run.number)

    assert (timer.kind, timer.job, timer.state) == (TimerKind.START, "later", TimerState.WAITING)
    assert timer.at - app.clock.now() > timedelta(minutes=59)
    app.control.timers.extend(timer.id, by=GRACE, origin="slack", minutes=-60)
    app.control.timers.fire_due()
    wait_for(lambda: lines(told) == ["one", "later"])
    newest = app.control.runs.recent(limit=1)[0]
    assert newest.started_by_id == "auto:timer"
    assert "Grace" in newest.cause


def test_who_does_not_wait_for_the_moment_is_who_started_it(start: Any, app: App, told: Path) -> None:
    """Everybody read "Maintenance is off (by Timer)" though Grace had pressed "Off now"."""
    view = start(f"    steps: [{say('one')}]\n    then: {{run: later, after: 1h, warn: 5m}}")
    [timer] = app.control.timers.of_run(view.run.number)

    app.control.timers.now(timer.id, by=GRACE, origin="slack")

    wait_for(lambda: lines(told) == ["one", "later"])
    newest = app.control.runs.recent(limit=1)[0]
    assert (newest.started_by, newest.origin) == (GRACE.name, "slack")
    assert newest.cause == f"before its time, after run #{view.run.number}"
    assert app.control.timers.get(timer.id).state is TimerState.FIRED


def test_a_warning_is_drawn_anew_when_somebody_was_faster_than_the_timer(start: Any, app: App) -> None:
    """Its buttons led nowhere: Maintenance was off already, and "Off now" still stood there."""
    view = start(f"    steps: [{say('one')}]\n    then: {{run: later, after: 1h, warn: 1h}}")
    [timer] = app.control.timers.of_run(view.run.number)
    wait_for(lambda: _wanted(app, timer) == 1)

    by_hand = StartJob(person=GRACE, stack=view.run.stack, job="later", inputs={}, key="by hand", origin="cli")
    app.control.runs.start(by_hand)

    wait_for(lambda: app.control.timers.get(timer.id).state is TimerState.CANCELLED)
    assert _wanted(app, timer) == 2
    assert app.control.timers.get(timer.id).changed_by == GRACE.name


def _wanted(app: App, timer: Timer) -> int:
    """How often the message of *timer* was asked for."""
    with app.store.read() as tx:
        message = tx.messages.get(f"timer:{timer.id}")
    return message.wanted if message else 0


def test_an_extended_moment_is_told_as_long_before_it_as_it_was_to_be(start: Any, app: App) -> None:
    view = start(f"    steps: [{say('one')}]\n    then: {{run: later, after: 1h, warn: 5m}}")
    [timer] = app.control.timers.of_run(view.run.number)

    later = app.control.timers.extend(timer.id, by=GRACE, origin="slack", minutes=30)

    assert later.at - timer.at == timedelta(minutes=30)
    assert later.warn_at
    assert later.at - later.warn_at == timedelta(minutes=5)
    app.control.timers.cancel(timer.id, by=GRACE, origin="slack")


def test_the_history_tells_it_all(start: Any, app: App) -> None:
    view = start(f"    steps: [{say('one')}]")

    kinds = [event.kind for event in app.control.runs.events(view.run.number)]
    assert kinds == ["run.asked", "run.begun", "step.running", "step.begun", "step.succeeded", "run.succeeded"]
    assert view.steps[0].status is StepStatus.SUCCEEDED


def test_a_secret_is_masked_in_log_and_reason(start: Any, app: App) -> None:
    view = start(
        "    steps: [{uses: command.run, with: {argv: [sh, -c, 'echo key=$KEY; echo $KEY >&2; exit 3'], "
        "secret_env: {KEY: 'env:DEPLOY_KEY'}}}]"
    )

    log = "".join(app.control.runs.log(view.run.number).chunks())
    assert "key=***" in log
    everything = log + repr(view) + repr(app.control.runs.events(view.run.number))
    assert "correct-horse" not in everything


def test_a_step_that_a_newer_program_cannot_take_up_fails_and_says_so(start: Any, app: App) -> None:
    view = start(f"    steps: [{{in_parallel: [{{wait: 1h}}, {say('a', title='Say')}]}}]", until=(RunStatus.WAITING,))
    number = view.run.number
    with app.store.begin() as tx:
        # As if the machine had died in the middle of it, with fields that the action has lost since.
        tx.steps.change(number, "1.2", status=StepStatus.RUNNING, fields={"gone": 1}, begun=True)
    [timer] = app.control.timers.of_run(number)

    app.control.timers.now(timer.id, by=GRACE, origin="cli")

    wait_for(lambda: app.control.runs.get(number).status.is_over)
    run = app.control.runs.get(number)
    assert run.status is RunStatus.FAILED
    assert run.reason == 'Say: "Say" began with an older version of command.run, which takes other fields today.'


def test_an_undo_that_a_newer_program_cannot_make_fails_and_says_so(start: Any, app: App, told: Path) -> None:
    view = start(f"    steps: [{undoable('a')}]")
    with app.store.begin() as tx:
        tx.steps.change(view.run.number, "1", outputs={"gone": 1})

    undo = app.control.runs.undo(view.run.number, Request(by=GRACE, origin="cli", key="undo what changed"))

    wait_for(lambda: app.control.runs.get(undo.number).status.is_over)
    assert "which has other outputs today." in app.control.runs.get(undo.number).reason
    assert lines(told) == ["a"]
