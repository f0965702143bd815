"""`stackhand log`, of runs that are on their way and of very long ones."""

import subprocess
import sys

STACK = """\
stack: talk
title: Talk
jobs:
  slowly:
    title: Talk slowly
    steps:
      - title: Talk
        uses: command.run
        with: {argv: [sh, -c, "echo first; while ! [ -e %(go)s ]; do sleep 0.1; done; echo last"]}
  much:
    title: Talk much
    steps:
      - title: Talk
        uses: command.run
        with: {argv: [%(python)s, -c, "for n in range(400_000): print('line', n, 'of a long log')"]}
  hush:
    title: Say nothing
    steps: [{uses: command.run, with: {argv: ["true"]}}]
"""


def test_follow_prints_what_is_said_until_the_run_ends(terminal):
    go = terminal.folder / "go"
    terminal.write_stack("talk", STACK % {"go": go, "python": sys.executable})
    running = terminal.start("run", "talk", "slowly")
    assert running.stdout.readline().startswith("talk #1")

    following = terminal.start("log", "1", "--follow")
    said = [following.stdout.readline() for _ in range(2)]
    go.touch()
    rest, complained = following.communicate(timeout=60)

    assert said == ["── 1 Talk ──\n", "first\n"]
    assert (rest, complained, following.returncode) == ("last\n", "", 0)
    assert running.wait(timeout=60) == 0


def test_follow_says_that_nobody_goes_on_with_the_run(terminal):
    """The log of a run whose terminal was killed ended in the middle, and nothing said why."""
    go = terminal.folder / "go"
    terminal.write_stack("talk", STACK % {"go": go, "python": sys.executable})
    running = terminal.start("run", "talk", "slowly")
    assert running.stdout.readline().startswith("talk #1")
    following = terminal.start("log", "1", "--follow")
    assert [following.stdout.readline() for _ in range(2)] == ["── 1 Talk ──\n", "first\n"]

    running.kill()

    assert following.stderr.readline() == "Nobody goes on with talk #1 now. To go on with it: stackhand up\n"
    following.kill()
    go.touch()


def test_a_long_log_is_whole(terminal):
    terminal.write_stack("talk", STACK % {"go": "none", "python": sys.executable})
    terminal.call("run", "talk", "much")

    lines = terminal.call("log", "1").stdout.splitlines()

    assert lines[1:] == [f"line {n} of a long log" for n in range(400_000)]


def test_whoever_has_seen_enough_of_it_ends_it_without_a_complaint(terminal):
    terminal.write_stack("talk", STACK % {"go": "none", "python": sys.executable})
    terminal.call("run", "talk", "much")
    printing = terminal.start("log", "1")

    head = subprocess.run(["head", "-2"], stdin=printing.stdout, capture_output=True, text=True, check=True)
    printing.stdout.close()

    assert head.stdout == "── 1 Talk ──\nline 0 of a long log\n"
    assert printing.wait(timeout=30) == 0
    assert printing.stderr.read() == ""


def test_a_run_that_said_nothing_is_told_so(terminal):
    terminal.write_stack("talk", STACK % {"go": "none", "python": sys.executable})
    terminal.call("run", "talk", "hush")

    done = terminal.call("log", "1")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "talk #1 said nothing.\n")
