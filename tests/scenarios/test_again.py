"""A run that failed in its middle is taken up there; a job runs another one, and each message leads to the other."""

import pytest

from tests.runner.lab import kill_programs
from tests.scenarios.watched import runs, start
from tests.slack import read

STACK = """\
stack: shop
title: Shop
channel: "#ops"
jobs:
  release:
    title: Release
    steps:
      - {title: Build, uses: command.run, with: {argv: [sh, -c, "echo built >> did"]}}
      - {title: Copy, uses: command.run, with: {argv: [sh, -c, "echo copied >> did; test -e there"]}}
      - {title: Announce, uses: command.run, with: {argv: [sh, -c, "echo announced >> did"]}}
  hosts:
    title: Release by host
    steps:
      - title: Copy by host
        uses: ansible.run_playbook
        with: {playbook: copy.yml, inventory: hosts.ini, forks: 1}
  everything:
    title: Release everything
    steps:
      - {title: Roll out, run: roll}
      - {title: Look, uses: command.run, with: {argv: [sh, -c, "echo looked >> did"]}}
  roll:
    title: Roll out one by one
    callable: only
    steps:
      - title: Roll
        uses: command.run
        with: {argv: [sh, -c, "echo rolled >> did; until test -e there; do sleep 0.05; done"]}
"""

LAWN = """\
stack: lawn
title: Lawn
channel: "#ops"
jobs:
  mow:
    title: Mow the lawn
    steps:
      - in_parallel:
          - {title: Left half, uses: command.run, with: {argv: ["true"]}}
          - {title: Right half, uses: command.run, with: {argv: ["false"]}, retry: {times: 1, delay: 0s}}
      - {title: Rake, uses: command.run, with: {argv: ["true"]}}
    on_failure: [{title: Call the gardener, uses: command.run, with: {argv: ["true"]}}]
    ensure: [{title: Lock the shed, uses: command.run, with: {argv: ["true"]}}]
  nap:
    title: Nap
    timeout: 1s
    steps: [{title: Sleep, uses: command.run, with: {argv: [sleep, "600"]}}]
    ensure: [{title: Wake up, uses: command.run, with: {argv: ["true"]}}]
  sit:
    title: Sit in the sun
    steps:
      - {title: Sit, uses: command.run, with: {argv: [sh, -c, "echo $$ > sits; exec sleep 600"]}}
      - {title: Stand up, uses: command.run, with: {argv: ["true"]}}
    on_abort: [{title: Fold the chair, uses: command.run, with: {argv: ["true"]}}]
    ensure: [{title: Lock the shed, uses: command.run, with: {argv: ["true"]}}]
"""

HOSTS = """\
web1
web2
[all:vars]
ansible_connection=local
ansible_python_interpreter={{ ansible_playbook_python }}
"""
COPY = """\
- hosts: all
  gather_facts: false
  tasks:
    - name: Copy
      ansible.builtin.shell: echo {{ inventory_hostname }} >> did; [ {{ inventory_hostname }} = web1 ] || test -e there
      args: {chdir: "{{ playbook_dir }}"}
"""


@pytest.fixture(autouse=True)
def did(bot, slack):
    """What the steps of the stack did, in order."""
    bot.write("hosts.ini", HOSTS, stack="shop")
    bot.write("copy.yml", COPY, stack="shop")
    bot.write("stack.yml", STACK, stack="shop")
    slack.message_with("[Release everything]")
    file = bot.stacks / "shop" / "did"
    file.unlink(missing_ok=True)
    (bot.stacks / "shop" / "there").unlink(missing_ok=True)
    return lambda: file.read_text().split() if file.exists() else []


def newer(slack, than):
    """The run that came after another one."""
    return slack.until(lambda: next((one for one in runs(slack) if one.number > than.number), None))


def test_a_failed_run_is_taken_up_at_the_step_that_failed(bot, slack, did):
    failed = start(slack, "Release")
    assert "[Retry from step 2]" in failed.until("*Failed*")
    bot.write("there", "", stack="shop")

    slack.click(failed.message, "Retry from step 2", times=3)

    again = newer(slack, failed)
    text = again.until("*Succeeded*")
    assert f"from step 2 of shop #{failed.number}" in text
    assert f"Build · done by #{failed.number}" in text
    assert did() == ["built", "copied", "copied", "announced"]
    assert len([one for one in runs(slack) if one.number > failed.number]) == 1


def test_a_step_that_failed_on_one_host_is_done_again_on_that_host_alone(bot, slack, did):
    failed = start(slack, "Release by host")
    assert "web1 changed · *web2 failed*" in failed.until("*Failed*", timeout_s=40)
    bot.write("there", "", stack="shop")

    slack.click(failed.message, "Retry from step 1")

    again = newer(slack, failed)
    assert "web1 changed · web2 changed" in again.until("*Succeeded*", timeout_s=40)
    assert did() == ["web1", "web2", "web2"]


def test_a_run_that_cannot_be_taken_up_any_more_says_why_and_can_be_run_again(bot, slack, did):
    failed = start(slack, "Release")
    failed.until("*Failed*")
    changed = STACK.replace("title: Copy", "title: Copy all").replace("Release everything", "Release it all")
    bot.write("stack.yml", changed, stack="shop")
    slack.message_with("[Release it all]")

    slack.click(failed.message, "Retry from step 2")

    slack.until(lambda: "The steps of Release have changed since" in "".join(map(read, slack.ephemerals())))
    bot.write("there", "", stack="shop")
    slack.click(failed.message, "Run again")
    newer(slack, failed).until("*Succeeded*")
    assert did() == ["built", "copied", "built", "copied", "announced"]


def test_a_job_and_the_job_that_it_runs_lead_to_each_other(bot, slack, did):
    parent = start(slack, "Release everything")
    child = newer(slack, parent)
    assert f"[Show shop #{child.number}]" in parent.until(f"It waits for shop #{child.number}.")
    assert f"Roll out* · waiting · shop #{child.number}" in parent.text
    assert f"[Show #{parent.number}]" in child.until("*Running*")
    assert f"for shop #{parent.number}" in child.text

    bot.write("there", "", stack="shop")

    parent.until("*Succeeded*")
    child.until("*Succeeded*")
    assert did() == ["rolled", "looked"]


def test_cancel_of_a_job_stops_the_job_that_it_runs(bot, slack, did):
    parent = start(slack, "Release everything")
    child = newer(slack, parent)
    child.until("*Running*")

    slack.click(parent.message, "Cancel")

    parent.until("*Aborted*")
    child.until("*Aborted*")
    assert did() == ["rolled"]


def test_the_bot_may_die_while_a_job_waits_for_another(bot, slack, did):
    parent = start(slack, "Release everything")
    child = newer(slack, parent)
    child.until("*Running*")

    bot.restart()
    bot.write("there", "", stack="shop")

    parent.until("*Succeeded*", timeout_s=30)
    assert did() == ["rolled", "looked"]


def test_a_job_for_other_jobs_is_in_no_menu(slack):
    board = slack.message_with("[Release everything]")

    assert "Roll out one by one" not in read(board)
    slack.command("shop roll")
    shown = slack.until(lambda: read(slack.modal()) if "not started" in read(slack.modal()) else "")
    assert "Roll out one by one is not started by people" in shown


@pytest.fixture
def sits(bot, slack):
    """The lawn; returns once somebody sits there."""
    bot.write("stack.yml", LAWN, stack="lawn")
    slack.message_with("[Sit in the sun]")
    file = bot.stacks / "lawn" / "sits"
    file.unlink(missing_ok=True)
    return lambda: slack.until(lambda: file.exists() and file.read_text().strip())


def test_what_goes_side_by_side_and_the_hooks_of_a_failure_stand_in_the_message(slack, sits):
    text = start(slack, "Mow the lawn").until("*Failed*")

    assert "Left half · done" in text
    assert "*Right half* · failed" in text
    assert "· try 2" in text
    assert "Rake · not done" in text
    assert text.index("Call the gardener · done") < text.index("Lock the shed · done")


def test_a_job_that_takes_longer_than_it_may_fails_and_its_hooks_still_come(slack, sits):
    text = start(slack, "Nap").until("*Failed*")

    assert "Sleep: It took longer than 1.0s" in text
    assert "Wake up · done" in text


def test_the_hooks_of_a_cancelled_run_stand_there_too(slack, sits):
    run = start(slack, "Sit in the sun")
    sits()

    run.click("Cancel")
    text = run.until("*Aborted*")

    assert "Stand up · not done" in text
    assert "Fold the chair · done" in text
    assert "Lock the shed · done" in text


def test_a_person_says_how_it_goes_on_when_the_machine_died_in_a_step(bot, slack, sits):
    run = start(slack, "Sit in the sun")
    sits()
    bot.kill()
    kill_programs(bot.data)

    bot.start()
    asked = run.until("[Retry step]")
    assert all(f"[{label}]" in asked for label in ("Skip", "Abort"))
    assert "Undo" not in asked, "nothing was done that has a way back"
    run.click("Skip")

    assert "Stand up · done" in run.until("*Succeeded*")
