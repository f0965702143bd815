"""Programs that outlive whoever started them: attaching, masking, ending the whole tree."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bot.runner import detached
from bot.runner.process import Ended, Failed, Lost, NotStarted, Program, Running, lines
from tests.runner.lab import wait_for

ROOT = Path(__file__).parents[2]


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    program = Program(tmp_path / "program")
    yield program
    program.end(grace_s=0.1)


def start(program: Program, *argv: str, secrets: tuple[str, ...] = (), env: dict[str, str] | None = None) -> Path:
    output = program.folder / "output"
    program.start(argv, cwd=program.folder.parent, env=env or {}, secrets=secrets, output=output)
    return output


def all_lines(program: Program, output: Path) -> list[str]:
    return list(lines(output, ended=lambda: not program.is_running(), stop=lambda: None))


def test_a_program_runs_and_its_end_is_known(program: Program) -> None:
    assert program.state() == NotStarted()

    output = start(program, "sh", "-c", "echo one; echo two >&2; printf three; exit 7")

    assert isinstance(program.state(), Running | Ended)
    assert all_lines(program, output) == ["one", "two", "three"]
    assert program.state() == Ended(code=7)


def test_a_program_runs_although_the_bot_was_killed_while_it_was_started(program: Program) -> None:
    program.folder.mkdir()
    output = program.folder / "output"
    spec = {"argv": ["echo", "done"], "cwd": "/", "env": {}, "secrets": [], "output": str(output)}
    nobody_reads, answer = os.pipe()
    os.close(nobody_reads)

    starter = [sys.executable, "-I", "-S", detached.__file__, str(program.folder)]
    subprocess.run(starter, input=json.dumps(spec).encode(), stdout=answer, check=False)
    os.close(answer)

    assert program.state() == Ended(code=0)
    assert output.read_text() == "done\n"


def test_a_program_that_does_not_exist_says_so(program: Program) -> None:
    start(program, "no-such-program")

    wait_for(lambda: not program.is_running())
    assert program.state() == Failed(reason="No such file or directory")


def test_a_program_ended_by_a_signal_has_its_negative_number(program: Program) -> None:
    start(program, "sh", "-c", "kill -9 $$")

    wait_for(lambda: not program.is_running())
    assert program.state() == Ended(code=-9)


def test_it_goes_on_when_its_starter_is_killed_and_anybody_can_attach(program: Program, tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from bot.runner.process import Program\n"
        f"p = Program(Path({str(program.folder)!r}))\n"
        "p.start(['sh', '-c', 'echo a; sleep 1; echo b; exit 3'], cwd=Path('/'), env={}, secrets=[], "
        "output=p.folder / 'output')\n"
        "print('started', flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert starter.stdout
    starter.stdout.readline()
    starter.kill()
    starter.wait()
    starter.stdout.close()

    assert program.is_running()
    assert all_lines(program, program.folder / "output") == ["a", "b"]
    assert program.state() == Ended(code=3)


def test_starting_the_same_one_twice_starts_nothing(program: Program, tmp_path: Path) -> None:
    told = tmp_path / "told"
    for _ in range(2):
        output = start(program, "sh", "-c", f"echo up >>{told}; sleep 0.3")
        all_lines(program, output)

    assert told.read_text() == "up\n"


def test_secrets_never_reach_the_disk_even_cut_in_two(program: Program) -> None:
    secret = "hunter2-is-long"
    script = (
        "printf 'begin hunter2-'; sleep 0.3; echo 'is-long end'; echo hunter2-is-longhunter2-is-long; printf hunter2"
    )

    output = start(program, "sh", "-c", script, secrets=(secret,))

    assert all_lines(program, output) == ["begin *** end", "******", "hunter2"]


def test_the_environment_is_small_and_clean(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-not-for-you")

    output = start(program, "env", env={"REGION": "eu"})

    names = {line.partition("=")[0] for line in all_lines(program, output)}
    assert "REGION" in names
    assert "SLACK_BOT_TOKEN" not in names


def test_ending_ends_the_whole_tree_also_what_left_its_session(program: Program, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = f"""
        trap '' TERM
        (setsid sh -c 'trap "" TERM; echo $$ >>{pids}; while :; do sleep 0.1; done' &)
        (sh -c 'echo $$ >>{pids}; sleep 60' &)
        echo $$ >>{pids}
        while :; do sleep 0.1; done
    """
    start(program, "sh", "-c", script)
    wait_for(lambda: pids.exists() and len(pids.read_text().split()) == 3)

    program.end(grace_s=0.5)

    left = [pid for pid in map(int, pids.read_text().split()) if psutil.pid_exists(pid) and not is_zombie(pid)]
    assert left == []
    assert program.state() == Ended(code=-signal.SIGKILL)


def test_a_program_that_is_interrupted_first_puts_things_in_order(program: Program, tmp_path: Path) -> None:
    told = tmp_path / "told"
    script = f"""
        trap 'echo cut off >>{told}' TERM
        trap 'sleep 0.5; echo in order >>{told}; exit 3' INT
        echo up >>{told}
        while :; do sleep 0.1; done
    """
    start(program, "sh", "-c", script)
    wait_for(told.exists)

    program.end(interrupt_s=20)

    assert told.read_text().split("\n") == ["up", "in order", ""]
    assert program.state() == Ended(code=3)


def test_a_program_is_interrupted_once_though_the_bot_that_did_it_was_killed(program: Program, tmp_path: Path) -> None:
    told = tmp_path / "told"
    script = f"""
        trap 'echo INT >>{told}' INT
        trap 'echo TERM >>{told}; exit' TERM
        touch {told}
        while :; do sleep 0.1; done
    """
    start(program, "sh", "-c", script)
    wait_for(told.exists)
    ends = "import sys, pathlib, bot.runner.process as it; it.Program(pathlib.Path(sys.argv[1])).end(interrupt_s=60)"
    bot = subprocess.Popen([sys.executable, "-c", ends, str(program.folder)], cwd=ROOT)
    wait_for(lambda: told.read_text() == "INT\n")
    bot.kill()
    bot.wait()

    program.end(interrupt_s=0.5)

    assert told.read_text() == "INT\nTERM\n"


def test_a_program_that_heeds_no_interrupt_is_ended_all_the_same(program: Program) -> None:
    start(program, "sh", "-c", "trap '' INT; sleep 60")

    program.end(interrupt_s=0.2)

    assert program.state() == Ended(code=-signal.SIGTERM)


def is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_program_whose_watcher_was_killed_is_lost(program: Program) -> None:
    start(program, "sleep", "60")
    state = program.state()
    assert isinstance(state, Running)
    children = psutil.Process(state.pid).children()
    # First: else it may still write down how its program ended.
    os.kill(state.pid, signal.SIGKILL)
    for child in children:
        child.kill()

    wait_for(lambda: program.state() == Lost())


def test_a_number_used_again_by_another_process_is_not_taken_for_ours(program: Program) -> None:
    program.folder.mkdir()
    (program.folder / "started").write_text(f'{{"pid": {os.getpid()}, "start": "1"}}')

    assert program.state() == Lost()


def test_a_long_line_comes_in_pieces_and_memory_stays_small(program: Program) -> None:
    output = start(program, sys.executable, "-c", "print('x' * 1_000_000); print('end')")
    began = psutil.Process().memory_info().rss

    found = all_lines(program, output)

    assert "".join(found[:-1]) == "x" * 1_000_000
    assert found[-1] == "end"
    assert max(map(len, found)) <= 128 * 1024
    assert psutil.Process().memory_info().rss - began < 50_000_000


def test_a_long_line_comes_in_pieces_of_whole_characters(program: Program) -> None:
    output = start(program, sys.executable, "-X", "utf8", "-c", "print('x' + 'ä' * 100_000)")

    assert "".join(all_lines(program, output)) == "x" + "ä" * 100_000


def test_a_child_that_keeps_the_pipe_open_does_not_hold_the_run(program: Program) -> None:
    began = time.monotonic()
    output = start(program, "sh", "-c", "(sleep 30 &) ; echo done")

    assert all_lines(program, output) == ["done"]
    assert time.monotonic() - began < 10
