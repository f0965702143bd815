"""The machine died in a step that nobody may simply do twice: people say how each run goes on."""

import pytest

from tests.runner.lab import kill_programs
from tests.scenarios.watched import start
from tests.slack import read

STACK = """\
stack: wheel
title: Wheel
channel: "#ops"
jobs:
  turn:
    title: Turn
    steps:
      - title: Wet
        uses: command.run
        with: {argv: [sh, turn.sh, "{{ run.number }}.wet"], undo_argv: [sh, turn.sh, "{{ run.number }}.dry"]}
      - {title: Spin, uses: command.run, with: {argv: [sh, turn.sh, "{{ run.number }}.spins", still]}}
      - {title: Lift, uses: command.run, with: {argv: [sh, turn.sh, "{{ run.number }}.lifts"]}}
"""
#: Says what it does; where there is something to wait for, it takes until that is there.
TURN = """\
echo "$1" >> did
test -z "$2" || until test -e "$2"; do sleep 0.05; done
"""


@pytest.fixture
def did(bot, slack):
    """A potter's wheel; what its steps did, each with its run."""
    bot.write("turn.sh", TURN, stack="wheel")
    bot.write("stack.yml", STACK, stack="wheel")
    slack.message_with("[Turn]")
    file = bot.stacks / "wheel" / "did"
    return lambda: file.read_text().split() if file.exists() else []


def test_after_the_machine_died_in_a_step_people_try_it_again_take_all_back_or_leave_it(bot, slack, did):
    tried, undone, left = (start(slack, "Turn") for _ in range(3))
    slack.until(lambda: sum(line.endswith("spins") for line in did()) == 3)
    bot.kill()
    kill_programs(bot.data)
    bot.write("still", "", stack="wheel")

    bot.start()
    asked = tried.until("[Retry step]")
    called = slack.until(lambda: [read(one) for one in slack.messages(thread=tried.message)])
    tried.click("Retry step")
    undone.click("Undo")
    left.click("Abort")

    assert "The machine died in the middle of this step" in asked
    assert "*Turn* interrupted: Spin: The machine died in the middle of this step" in called[0]
    assert f"<@{slack.id}>" in called[0], "an edit makes no sound, so who started it is called"
    assert "Lift · done" in tried.until("*Succeeded*")
    undone.until("*Aborted*")
    assert "Lift · not done" in left.until("*Aborted*")
    slack.until(lambda: f"{undone.number}.dry" in did())
    assert did_in(did(), tried) == ["wet", "spins", "spins", "lifts"]
    assert did_in(did(), left) == ["wet", "spins"]
    undone.until("undone")


def did_in(lines, run):
    """What one run did."""
    return [line.partition(".")[2] for line in lines if line.startswith(f"{run.number}.")]
