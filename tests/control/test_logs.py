"""The log of a run, whole and its end."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.control.logs import RunLog
from bot.model.run import RunStatus, RunView, StepRecord, StepStatus
from tests.slack_edge.samples import run

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def reader(folder: Path, *steps: tuple[str, StepStatus, str]) -> RunLog.Reader:
    logs = RunLog(folder)
    records = []
    for index, (id, status, text) in enumerate(steps):
        ended_at = NOW + timedelta(seconds=index)
        records.append(
            StepRecord(run=1, id=id, position=index, title=f"Step {id}", uses="x", status=status, ended_at=ended_at)
        )
        if text:
            logs.step_file(1, id).parent.mkdir(exist_ok=True)
            logs.step_file(1, id).write_text(text)
    return logs.reader(RunView(run=run(number=1, status=RunStatus.FAILED), steps=tuple(records)))


def test_the_whole_log_has_a_heading_per_step(tmp_path: Path) -> None:
    log = reader(
        tmp_path,
        ("1", StepStatus.SUCCEEDED, "one\n"),
        ("2", StepStatus.SKIPPED, ""),
        ("3", StepStatus.SUCCEEDED, "3\n"),
    )

    assert "".join(log.chunks()) == "── 1 Step 1 ──\none\n── 3 Step 3 ──\n3\n"
    assert not log.is_empty


def test_the_end_of_the_log_is_that_of_the_step_that_spoke_last(tmp_path: Path) -> None:
    log = reader(tmp_path, ("1", StepStatus.SUCCEEDED, "a\nb\nc\n"), ("2", StepStatus.SUCCEEDED, ""))

    assert log.tail(2) == ["b", "c"]


def test_after_a_failure_it_is_that_of_the_step_that_failed(tmp_path: Path) -> None:
    log = reader(
        tmp_path,
        ("1", StepStatus.SUCCEEDED, "fine\n"),
        ("2", StepStatus.FAILED, "3 tests failed\n"),
        ("on_failure.1", StepStatus.SUCCEEDED, "undone\n"),
    )

    assert log.tail() == ["3 tests failed"]


def test_a_run_that_said_nothing_has_an_empty_log(tmp_path: Path) -> None:
    log = reader(tmp_path, ("1", StepStatus.FAILED, ""))

    assert log.is_empty
    assert log.tail() == []
