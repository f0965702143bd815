"""What everything else relies on, on each database: killed workers, locks, cancelling, redeployment, rollback."""

import shutil
import signal
import time
from pathlib import Path

import pytest

from bot.model.run import Decision, Run, RunStatus, StepStatus
from tests.runner.lab import GRACE, ROOT, Lab, kill_programs, lines, wait_for


def slow_job(name: str, script: str) -> str:
    """A job of three steps, the second of which is slow."""
    return f"""
  {name}:
    title: {name}
    steps:
      - uses: command.run
        with: {{argv: [{script}, first]}}
      - uses: command.run
        with: {{argv: [{script}, second]}}
      - uses: command.run
        with: {{argv: [{script}, third]}}
"""


def killed_in_the_second_step(lab: Lab, program: str) -> tuple[Path, str, Run]:
    """A run whose worker is dead: the file that tells which steps began, what each of them runs, and the run."""
    told = lab.folder / "told"
    script = lab.script("say", f'echo "$1" >>{told}; {program}')
    lab.jobs(slow_job("slow", script))
    worker = lab.start_worker()
    run = lab.start("slow")
    wait_for(lambda: lines(told) == ["first", "second"])
    worker.kill()
    worker.wait()
    return told, script, run


def test_a_run_survives_the_death_of_its_worker(the_lab: Lab) -> None:
    told, _, run = killed_in_the_second_step(the_lab, '[ "$1" != second ] || sleep 3; echo "$1 is done"')

    the_lab.start_worker()

    view = the_lab.wait(run.number)
    assert view.run.status is RunStatus.SUCCEEDED, view
    assert lines(told) == ["first", "second", "third"], "no program was started a second time"
    log = "".join(the_lab.app.control.runs.log(run.number).chunks())
    assert [log.count(f"{word} is done") for word in ("first", "second", "third")] == [1, 1, 1]


def test_a_program_that_has_ended_is_not_started_again_though_its_end_was_not_written_down(the_lab: Lab) -> None:
    told, ready = the_lab.folder / "told", the_lab.folder / "ready"
    wait = f'[ "$1" != second ] || until test -e {ready}; do sleep 0.05; done'
    script = the_lab.script("say", f'echo "$1" >>{told}; {wait}; echo "$1 is done"')
    the_lab.jobs(slow_job("slow", script))
    worker = the_lab.start_worker()
    run = the_lab.start("slow")
    log = the_lab.app.control.runs.log
    wait_for(lambda: lines(told) == ["first", "second"])

    with the_lab.app.store.begin() as tx:
        # Nobody else can write about this run until the block ends.
        tx.runs.lock_row(run.number)
        ready.touch()
        wait_for(lambda: "second is done" in "".join(log(run.number).chunks()))
        time.sleep(1)
        worker.kill()
        worker.wait()
    the_lab.start_worker()

    view = the_lab.wait(run.number)
    assert view.run.status is RunStatus.SUCCEEDED, view
    assert lines(told) == ["first", "second", "third"]
    said = "".join(log(run.number).chunks())
    assert [said.count(f"{word} is done") for word in ("first", "second", "third")] == [1, 1, 1]
    assert not [path for path in (the_lab.data / "runs" / str(run.number)).iterdir() if path.is_dir()]


def test_a_try_that_failed_leaves_no_private_files_in_the_pause_after_it(the_lab: Lab) -> None:
    retry = "retry: {times: 1, delay: 1h}"
    the_lab.jobs(f"  fail: {{steps: [{{uses: command.run, with: {{argv: ['false']}}, {retry}}}]}}\n")
    the_lab.start_worker()
    run = the_lab.start("fail")

    wait_for(lambda: the_lab.step(run.number, "1").attempt == 2)
    folder = the_lab.data / "runs" / str(run.number)
    wait_for(lambda: not any(path.is_dir() for path in folder.iterdir()))


def test_a_step_whose_program_died_with_the_machine_is_not_repeated(the_lab: Lab) -> None:
    told, script, run = killed_in_the_second_step(the_lab, '[ "$1" != second ] || exec sleep 60')

    kill_programs(the_lab.data)
    the_lab.start_worker()

    view = the_lab.wait(run.number)
    assert view.run.status is RunStatus.INTERRUPTED
    assert lines(told) == ["first", "second"]
    assert the_lab.step(run.number, "2").status is StepStatus.INTERRUPTED

    Path(script).write_text(f'#!/bin/sh\necho "$1 again" >>{told}\n')
    the_lab.app.control.runs.resolve(run.number, Decision.RETRY, by=GRACE, origin="cli")
    assert the_lab.wait(run.number).run.status is RunStatus.SUCCEEDED
    assert lines(told) == ["first", "second", "second again", "third again"]


def test_runs_that_want_one_lock_go_first_come_first_served(the_lab: Lab) -> None:
    told = the_lab.folder / "told"
    script = the_lab.script("say", f'echo "begin $1" >>{told}; sleep 0.2; echo "end $1" >>{told}')
    the_lab.jobs(
        f"""
  turn:
    lock: the-one
    form: {{who: {{type: text, label: Who}}}}
    steps:
      - uses: command.run
        with: {{argv: [{script}, "{{{{ form.who }}}}"]}}
"""
    )
    the_lab.start_worker()
    if the_lab.database_url:
        the_lab.start_worker()

    runs = [the_lab.start("turn", who=str(index)) for index in range(6)]
    for run in runs:
        assert the_lab.wait(run.number).run.status is RunStatus.SUCCEEDED

    assert lines(told) == [f"{what} {index}" for index in range(6) for what in ("begin", "end")]


def test_a_cancelled_run_keeps_its_lock_until_its_program_is_dead(the_lab: Lab) -> None:
    told = the_lab.folder / "told"
    stubborn = the_lab.script(
        "stubborn", f"trap 'sleep 1; echo dead >>{told}; exit 1' TERM; echo up >>{told}; while :; do sleep 0.1; done"
    )
    quick = the_lab.script("quick", f"echo next >>{told}")
    the_lab.jobs(
        f"""
  stubborn:
    lock: the-one
    steps: [{{uses: command.run, with: {{argv: [{stubborn}]}}}}]
  quick:
    lock: the-one
    steps: [{{uses: command.run, with: {{argv: [{quick}]}}}}]
"""
    )
    the_lab.start_worker()
    first = the_lab.start("stubborn")
    wait_for(lambda: lines(told) == ["up"])
    second = the_lab.start("quick", by=GRACE)
    waiting = the_lab.wait(second.number, RunStatus.WAITING)
    assert "Ada's Stubborn" in waiting.waits_for

    the_lab.app.control.runs.cancel(first.number, by=GRACE, origin="cli")

    assert the_lab.wait(second.number).run.status is RunStatus.SUCCEEDED
    assert lines(told) == ["up", "dead", "next"]
    ended = the_lab.view(first.number).run
    assert (ended.status, ended.reason) == (RunStatus.ABORTED, "Cancelled by Grace.")


def test_a_newer_program_goes_on_with_the_runs_of_an_older_one(the_lab: Lab, tmp_path: Path) -> None:
    told, script, run = killed_in_the_second_step(the_lab, '[ "$1" != second ] || sleep 2')

    newer = tmp_path / "newer"
    for package in ("bot", "actions"):
        shutil.copytree(ROOT / package, newer / package)
    with (newer / "bot" / "runner" / "worker.py").open("a") as file:
        file.write("\n\ndef something_new() -> None:\n    pass\n")
    # The stack has changed as well; a run keeps the plan it started with.
    the_lab.jobs(slow_job("other", script))
    the_lab.start_worker(code=newer)

    assert the_lab.wait(run.number).run.status is RunStatus.SUCCEEDED
    assert lines(told) == ["first", "second", "third"]


def test_what_is_rolled_back_is_not_in_the_queue(the_lab: Lab) -> None:
    told = the_lab.folder / "told"
    the_lab.jobs(slow_job("quick", the_lab.script("say", f'echo "$1" >>{told}')))
    the_lab.start_worker()
    control = the_lab.app.control.runs
    engine = the_lab.app.engine

    class PowerCutError(Exception):
        pass

    with pytest.raises(PowerCutError), the_lab.app.store.begin() as tx:
        engine.submit(tx, 1, 1)
        raise PowerCutError
    assert engine.lost(1, 1), "the engine has never heard of it"

    run = the_lab.start("quick")
    assert run.number == 1
    assert the_lab.wait(1).run.status is RunStatus.SUCCEEDED
    assert control.recent() == [the_lab.view(1).run]


def test_a_second_worker_takes_over_when_the_first_dies(tmp_path: Path, the_lab: Lab) -> None:
    """On SQLite the second one starts after the first; on PostgreSQL it is there already."""
    told = the_lab.folder / "told"
    script = the_lab.script("say", f'echo "$1" >>{told}; sleep 0.5')
    the_lab.jobs(slow_job("slow", script))
    first = the_lab.start_worker()
    run = the_lab.start("slow")
    wait_for(lambda: lines(told) == ["first"])
    if the_lab.database_url:
        the_lab.start_worker()

    first.send_signal(signal.SIGTERM)
    assert first.wait(timeout=30) == 0
    if not the_lab.database_url:
        the_lab.start_worker()

    assert the_lab.wait(run.number, timeout_s=90).run.status is RunStatus.SUCCEEDED
    assert lines(told) == ["first", "second", "third"]


def test_the_same_request_twice_is_one_run(the_lab: Lab) -> None:
    told = the_lab.folder / "told"
    the_lab.jobs(slow_job("quick", the_lab.script("say", f'echo "$1" >>{told}')))
    the_lab.start_worker()

    runs = {the_lab.start("quick", key="one click").number for _ in range(5)}

    assert len(runs) == 1
    the_lab.wait(runs.pop())
    assert lines(told) == ["first", "second", "third"]
