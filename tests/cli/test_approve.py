"""Saying yes and no in the terminal, to a run that waits in another one."""

from tests.runner.lab import wait_for

STACK = """\
stack: gate
title: Gate
jobs:
  own:
    title: Own
    approve: {self: true, reason: required, form: {ticket: {type: text}}}
    steps: [{title: Say, uses: command.run, with: {argv: [echo, "{{ approval.outputs.ticket }}"]}}]
"""


def waiting(terminal):
    """What waits for a yes, once there is something."""
    wait_for(lambda: bool(terminal.json("approvals")), timeout_s=60)
    return terminal.json("approvals")


def test_a_run_waits_until_somebody_says_yes(terminal):
    terminal.write_stack("gate", STACK)
    run = terminal.start("run", "gate", "own")
    (found,) = waiting(terminal)
    assert (found["run"]["number"], found["title"], found["count"]) == (1, "Approval", 1)
    assert [step["text"] for step in found["previews"]] == [""]

    refused = terminal.call("approve", "1", "--reason", "Fine")
    listed = terminal.ask("approvals").stdout
    agreed = terminal.call("approve", "1", "--reason", "Fine", "-i", "ticket=T-1")

    assert (refused.returncode, refused.stderr.splitlines()[-1]) == (
        2,
        "ticket: Needs an answer. Answers are written -i ticket=….",
    )
    assert "gate #1  Own" in listed
    assert "0 of 1" in listed
    assert agreed.returncode == 0, agreed.stderr
    said, _ = run.communicate(timeout=60)
    assert run.returncode == 0
    assert "waits: Approval: 0 of 1 said yes." in said
    assert terminal.ask("approvals").stdout == "Nothing waits for a yes.\n"


def test_the_plan_of_a_job_begins_with_its_approval(terminal):
    terminal.write_stack("gate", STACK)

    lines = terminal.ask("plan", "gate", "own").stdout.splitlines()

    assert [line.strip() for line in lines] == [
        "gate/own would do:",
        "0  Approval",
        "1  Say  (command.run), cannot be undone",
        "known after step 0",
    ]
