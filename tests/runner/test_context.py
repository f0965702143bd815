"""What an action gets of its run, where it matters that the action is wrong."""

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from actions.api import Cancelled, Outputs
from bot.base.redact import Redactor
from bot.model.run import HostResult, Progress
from bot.runner.context import StepContext
from bot.runner.process import Program
from bot.runner.signals import HandedOver, Signals
from bot.runner.step_log import StepLog


class Forgetful:
    """Takes nothing down."""

    def begun(self, outputs: Outputs | None) -> Outputs | None:
        return outputs

    def host(self, result: HostResult) -> None:
        pass

    def progress(self, progress: Progress) -> None:
        pass

    def window_left(self, length: timedelta) -> timedelta:
        return length


@pytest.fixture
def context(tmp_path: Path) -> Iterator[StepContext]:
    with closing(StepLog(tmp_path / "log")) as log:
        yield StepContext(
            run_name="lab #1",
            started_by="Ada",
            stack_folder=tmp_path,
            step_folder=tmp_path / "step",
            log=log,
            redactor=Redactor(),
            signals=Signals(cancelled_by=lambda: None, leaving=threading.Event()),
            report=Forgetful(),
            environ={},
        )


@pytest.mark.parametrize("wrong", [KeyError, OSError])
def test_a_program_does_not_outlive_a_step_that_broke(
    context: StepContext, tmp_path: Path, wrong: type[Exception]
) -> None:
    def misunderstand(line: str) -> None:
        raise wrong(line)

    with pytest.raises(wrong):
        context.exec(["sh", "-c", "echo up; exec sleep 60"], on_line=misunderstand)

    assert not Program(tmp_path / "step" / "program-1").is_running()


def test_a_program_that_is_interrupted_is_heard_to_its_end(context: StepContext, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    context._signals.cancelled_by = lambda: "Ada" if begun.exists() else None

    with pytest.raises(Cancelled):
        context.exec(
            ["sh", "-c", f"trap 'echo all is in order; exit 1' INT; touch {begun}; while :; do sleep 0.1; done"],
            interrupt_s=20,
        )

    context._log.flush()
    assert (tmp_path / "log").read_text() == "all is in order\n"


def test_a_program_goes_on_when_its_worker_leaves(context: StepContext, tmp_path: Path) -> None:
    program = Program(tmp_path / "step" / "program-1")

    def leave(line: str) -> None:
        raise HandedOver

    with pytest.raises(HandedOver):
        context.exec(["sh", "-c", "echo up; exec sleep 60"], on_line=leave)

    assert program.is_running()
    program.end(grace_s=0.1)
