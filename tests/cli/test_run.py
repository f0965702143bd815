"""`stackhand run` and what is said to runs, when no bot is up: the terminal advances them itself."""

import json
import signal
import time


def wait_for_line(process, word):
    """Read what *process* prints until a line has *word*."""
    for line in process.stdout:
        if word in line:
            return
    raise AssertionError(process.stderr.read())


def test_a_run_that_succeeds_says_so_in_plain_lines(terminal):
    done = terminal.call("run", "demo", "greet", "-e", "there", "-i", "name=Ada")

    first, *steps, last = done.stdout.splitlines()
    assert first == "demo #1  Greet somebody, there"
    assert [step.partition(", ")[0] for step in steps] == ["● 1  Say it: running", "✓ 1  Say it: succeeded"][
        -len(steps) :
    ]
    assert last.startswith("demo #1 succeeded in ")
    assert (done.returncode, done.stderr) == (0, "")


def test_json_is_the_run_and_nothing_else(terminal):
    done = terminal.call("run", "demo", "greet", "-e", "here", "-i", "name=Ada", "-i", "times=2", "--json")

    run = json.loads(done.stdout)
    assert (run["status"], run["number"], run["environment"]) == ("succeeded", 1, "here")
    assert run["inputs"] == {"name": "Ada", "times": 2}
    assert [step["status"] for step in run["steps"]] == ["succeeded"]
    assert run["outputs"] == {"said": {"code": 0}}


def test_what_is_typed_stays_one_word_and_is_never_evaluated(terminal):
    hostile = "$(touch made) {{ env.greeting }}; `id` [red]"

    terminal.call("run", "demo", "greet", "-e", "here", "-i", f"name={hostile}")

    assert f"hello {hostile}\n" in terminal.call("log", "1").stdout


def test_a_run_that_fails_ends_with_1_and_shows_its_last_words(terminal):
    done = terminal.call("run", "demo", "refuse", "-e", "here")

    assert done.returncode == 1
    assert "   | no way" in done.stdout.splitlines()
    assert "sh ended with code 3." in done.stdout


def test_a_job_of_danger_does_not_start_when_nobody_can_be_asked(terminal):
    done = terminal.call("run", "demo", "blow", "-e", "here")

    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert terminal.json("runs") == []


def test_what_was_done_is_undone_once(terminal):
    terminal.call("run", "demo", "blow", "-e", "here", "--yes")

    undone = terminal.call("undo", "1")
    again = terminal.call("undo", "1")

    assert undone.returncode == 0
    assert "moob" in terminal.call("log", "2").stdout
    assert (again.returncode, "is undone already" in again.stderr) == (2, True)


def test_a_retry_has_the_same_answers(terminal):
    terminal.call("run", "demo", "greet", "-e", "here", "-i", "name=Ada")

    run = json.loads(terminal.call("retry", "1", "--json").stdout)

    assert (run["number"], run["inputs"]["name"], run["status"]) == (2, "Ada", "succeeded")


def test_ctrl_c_cancels_and_ends_with_4_when_the_program_is_gone(terminal):
    process = terminal.start("run", "demo", "sleep", "-e", "here")
    wait_for_line(process, "running")

    process.send_signal(signal.SIGINT)
    said, complained = process.communicate(timeout=60)

    assert process.returncode == 4
    assert "Cancelling" in complained
    assert "demo #1 aborted" in said


def test_a_killed_terminal_leaves_a_run_that_another_one_cancels(terminal):
    process = terminal.start("run", "demo", "sleep", "-e", "here")
    wait_for_line(process, "running")
    process.kill()
    process.wait(timeout=10)

    began = time.monotonic()
    done = terminal.call("cancel", "1", "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["status"] == "aborted"
    assert time.monotonic() - began < 50


def test_sigterm_leaves_the_run_to_go_on(terminal):
    process = terminal.start("run", "demo", "sleep", "-e", "here")
    wait_for_line(process, "running")

    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)

    assert terminal.json("show", "1")["status"] == "running"
    assert terminal.call("cancel", "1").returncode == 0
