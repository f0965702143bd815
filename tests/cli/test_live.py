"""A run on the screen."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from bot.cli.live import Picture, news
from bot.cli.run_words import EXIT_CODES, ending, hosts_line, is_still
from bot.cli.screen import say, table, visible
from bot.model.plan import Plan
from bot.model.run import HostResult, NextTry, Progress, Run, RunStatus, RunView, StepRecord, StepStatus

NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
STEP = StepRecord(run=12, id="1", position=1000, title="Put up the page", uses="ansible.run_playbook", started_at=NOW)
RUN = Run(
    number=12,
    stack="maintenance",
    job="enable",
    title="Maintenance on",
    environment="production",
    inputs={},
    plan=Plan(folder="/stacks/maintenance", steps=(), scope={}),
    status=RunStatus.RUNNING,
    started_by_id="U1",
    started_by="Ada",
    cause="",
    origin="slack",
    lock=None,
    created_at=NOW,
    begun_at=NOW,
)


def view(run_status=RunStatus.RUNNING, **step):
    """The run, with the values of its only step."""
    ended_at = NOW if run_status.is_over else None
    return RunView(run=replace(RUN, status=run_status, ended_at=ended_at), steps=(replace(STEP, **step),))


def test_a_line_is_added_only_for_what_changed():
    first = view(status=StepStatus.RUNNING)
    busy = view(status=StepStatus.RUNNING, progress=Progress(done=1, total=2))

    assert [*news(None, first, NOW)] == [
        "maintenance #12  Maintenance on, production",
        "● 1  Put up the page: running, 0.0s",
    ]
    assert list(news(first, busy, NOW)) == []


def test_an_ended_step_tells_of_its_hosts_and_why():
    ended = view(
        status=StepStatus.FAILED,
        ended_at=NOW + timedelta(seconds=4),
        hosts=(HostResult(name="web2", state="unreachable"),),
        reason="web2 is unreachable.",
    )

    lines = list(news(view(status=StepStatus.RUNNING), ended, NOW))

    assert lines == ["✗ 1  Put up the page: failed, 4.0s", "   web2 unreachable", "   web2 is unreachable."]


def test_a_step_that_waits_for_its_next_try_says_when_that_is_and_why():
    waits = view(RunStatus.WAITING, status=StepStatus.WAITING, attempt=2, reason="It answered 200.")
    waits = replace(waits, next_tries={"1": NextTry(at=NOW + timedelta(minutes=5), of=3)})

    lines = list(news(view(status=StepStatus.RUNNING), waits, NOW))

    assert lines == ["◌ 1  Put up the page: waiting, try 2 of 3 starts at 14:35 UTC", "   It answered 200."]


def test_many_hosts_are_counted_and_those_in_trouble_named():
    hosts = [HostResult(name=f"web{n}", state="ok") for n in range(20)]

    said = hosts_line([*hosts, HostResult(name="web20", state="failed", note="disk full")])

    assert said == "21 hosts: 20 ok, 1 failed (web20 failed (disk full))"


def test_an_interrupted_run_stands_still_and_says_how_it_goes_on():
    interrupted = view(RunStatus.INTERRUPTED)

    assert is_still(interrupted.run)
    assert list(ending(interrupted))[-1] == "Say how it goes on: stackhand resolve 12 retry|skip|abort"


@pytest.mark.parametrize("status", [status for status in RunStatus if status.is_over])
def test_every_end_has_its_exit_code(status):
    assert EXIT_CODES[status] in {0, 1, 3, 4}


def test_the_picture_is_drawn_in_place_and_its_last_state_stays():
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=60, color_system=None)
    drawn = Picture(console)

    drawn.show(view(progress=Progress(done=3, total=7, what="Copy the page")), [])
    drawn.end(view(RunStatus.SUCCEEDED, ended_at=NOW), [])

    assert file.getvalue().rstrip().endswith("maintenance #12 succeeded in 0.0s.")


def test_what_programs_say_moves_no_cursor():
    assert visible("a\x1b[2Jb\rc\td") == "a�[2Jb�c\td"


def test_columns_line_up_where_nobody_draws_frames():
    file = io.StringIO()

    table(
        Console(file=file, width=20, soft_wrap=True),
        ["a", "b"],
        [["one", "a long word that is not cut"], ["three", "x"]],
    )

    assert file.getvalue() == "one    a long word that is not cut\nthree  x\n"


def test_a_small_terminal_breaks_between_words_and_never_cuts_what_one_types():
    file = io.StringIO()
    console = Console(file=file, width=40, force_terminal=True, color_system=None, soft_wrap=True)

    say(console, "  http://127.0.0.1:8765/site/ must answer 503, and did not")
    table(console, ["resource", "stands"], [["release-radar/postgresql_ends", "it is not looked at here"]])

    lines = file.getvalue().splitlines()
    assert lines[:2] == ["  http://127.0.0.1:8765/site/ must", "  answer 503, and did not"]
    assert "release-radar/postgresql_ends  it is" in lines[3]


def test_why_a_run_failed_is_said_once_at_its_end():
    file = io.StringIO()
    failed = view(RunStatus.FAILED, status=StepStatus.FAILED, ended_at=NOW, reason="web2 is away.")
    run = replace(failed.run, reason="Put up the page: web2 is away.")

    Picture(Console(file=file, force_terminal=True, width=99, color_system=None)).end(replace(failed, run=run), [])

    assert file.getvalue().count("web2 is away.") == 1
