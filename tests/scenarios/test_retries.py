"""A step is tried again by itself, as its stack says, and the run's one message tells how that goes."""

from datetime import UTC, datetime

import pytest

from tests.scenarios.watched import runs, start

STACK = """\
stack: kiln
title: Kiln
channel: "#ops"
jobs:
  fire:
    title: Fire
    steps:
      - title: Light it
        uses: command.run
        with: {argv: [sh, light.sh]}
        retry: {times: 2, delay: 1s, when: "'code 7' in failure.reason"}
      - {title: Say so, uses: command.run, with: {argv: ["true"]}}
  cool:
    title: Cool down
    steps:
      - title: Open it
        uses: command.run
        with: {argv: [sh, -c, "echo hot >> did; exit 3"]}
        retry: {times: 5, delay: 1h}
    ensure: [{title: Close it, uses: command.run, with: {argv: ["true"]}}]
  glaze:
    title: Glaze
    steps:
      - title: Dip
        uses: command.run
        with: {argv: [sleep, "600"]}
        timeout: 1s
        retry: {times: 1, delay: 2s}
    on_failure:
      - {title: Sweep up, uses: command.run, with: {argv: [sh, -c, "echo {{ run.status }} {{ failure.step }} >> did"]}}
  dry:
    title: Dry
    timeout: 3s
    steps:
      - {title: Fan, uses: command.run, with: {argv: ["false"]}, retry: {times: 5, delay: 1h}}
    ensure: [{title: Fan off, uses: command.run, with: {argv: ["true"]}}]
  shape:
    title: Shape
    steps:
      - in_parallel:
          - {name: left, uses: command.run, with: {argv: ["true"]}}
          - {name: right, uses: command.run, with: {argv: [sh, -c, exit 4], ok_codes: [4]}}
      - {title: Paint, uses: command.run, with: {argv: ["true"]}, when: left.outputs.code == 4}
      - title: Join
        uses: command.run
        with: {argv: [sh, -c, "echo {{ left.outputs.code }}{{ right.outputs.code }} >> did"]}
        when: right.outputs.code == 4
    on_success: [{title: Show it, uses: command.run, with: {argv: ["true"]}}]
"""
#: Each try says that it came, and waits until a test says how it ends.
LIGHT = """\
echo "try" >> did
try=$(wc -l < did | tr -d ' ')
until test -e "end.$try"; do sleep 0.05; done
exit "$(cat "end.$try")"
"""


@pytest.fixture(autouse=True)
def kiln(bot, slack):
    """A kiln; what its steps did, in order."""
    folder = bot.stacks / "kiln"
    bot.write("light.sh", LIGHT, stack="kiln")
    bot.write("stack.yml", STACK, stack="kiln")
    slack.message_with("[Fire]")
    for file in (*folder.glob("end.*"), folder / "did"):
        file.unlink(missing_ok=True)
    did = folder / "did"
    return lambda: did.read_text().split() if did.exists() else []


def ends(bot, nth, code):
    """Let the try of this number end with this code."""
    # Whole at once: the step reads it as soon as it is there.
    bot.write(f"ending.{nth}", str(code), stack="kiln")
    (bot.stacks / "kiln" / f"ending.{nth}").rename(bot.stacks / "kiln" / f"end.{nth}")


def test_a_step_is_tried_again_in_the_same_message_until_it_succeeds(bot, slack, kiln):
    run = start(slack, "Fire")

    ends(bot, 1, 7)
    slack.until(lambda: len(kiln()) == 2)
    # Between the two tries it is one "to come".
    slack.until(lambda: "· try 2\n" in (text := run.text) and "*Light it* · running since" in text)
    ends(bot, 2, 7)
    slack.until(lambda: len(kiln()) == 3)
    ends(bot, 3, 0)

    text = run.until("*Succeeded*")
    assert "· try 3" in text
    assert "code 7" not in text
    assert [one.ts for one in runs(slack) if one.number == run.number] == [run.ts]


def test_a_failure_that_its_condition_does_not_mean_is_the_last(bot, slack, kiln):
    run = start(slack, "Fire")

    ends(bot, 1, 7)
    ends(bot, 2, 9)

    text = run.until("*Failed*")
    assert "sh ended with code 9." in text
    assert "· try 2" in text
    assert "Say so · not done" in text
    assert kiln() == ["try", "try"]


def test_between_two_tries_the_message_says_why_and_the_run_can_be_cancelled(slack):
    run = start(slack, "Cool down")

    text = run.until("*Open it* · try 2 of 6 ")
    assert "> sh ended with code 3." in text
    run.click("Cancel")

    text = run.until("*Aborted*")
    assert "Close it · done" in text
    assert "to come" not in text


def test_a_bot_that_comes_back_in_a_pause_waits_for_its_end(bot, slack, kiln):
    run = start(slack, "Cool down")
    run.until("· try 2 of 6 ")

    bot.restart()
    start(slack, "Dry").until("*Failed*")

    assert "· try 2 of 6 " in run.text
    assert kiln() == ["hot"]
    bot.bring(f"wait:{run.number}:1", at=datetime.now(UTC))
    run.until("· try 3 of 6 ")
    assert kiln() == ["hot", "hot"]
    run.click("Cancel")
    run.until("*Aborted*")


def test_each_try_may_take_as_long_as_its_step_says_and_hooks_know_how_it_ended(slack, kiln):
    text = start(slack, "Glaze").until("*Failed*")

    assert "Dip: It took longer than 1.0s." in text
    assert "· try 2" in text
    assert "Sweep up · done" in text
    assert kiln() == ["failed", "Dip"]


def test_a_try_after_the_time_of_the_job_is_not_waited_for(slack):
    text = start(slack, "Dry").until("*Failed*")

    assert "Fan: false ended with code 1." in text
    assert "Try 2 would begin when the job's time of 3.0s is over." in text
    assert "Fan off · done" in text


def test_what_went_side_by_side_is_known_to_the_steps_after_it(slack, kiln):
    text = start(slack, "Shape").until("*Succeeded*")

    assert kiln() == ["04"]
    assert "Paint · not needed here" in text
    assert "Show it · done" in text
