"""Runs that wait for people: what they hold meanwhile, and what it takes to go on. On both databases, with a worker."""

from datetime import timedelta

import pytest

from bot.base.errors import NotNow
from bot.model.approval import ApprovalState, ApprovalView
from bot.model.person import Person
from bot.model.run import RunStatus, StepStatus
from tests.runner.lab import ADA, GRACE, Lab, lines, wait_for

BEN = Person(id="U0BEN", name="Ben", groups=frozenset({"platform"}))
CLEO = Person(id="U0CLEO", name="Cleo", groups=frozenset({"platform"}))

JOBS = """\
  gated:
    lock: site
    approve: {by: ["@platform"], form: {ticket: {type: text}}}
    steps:
      - {name: look, uses: command.run, with: {argv: [sh, -c, "echo {{ approval.outputs.ticket }} >> done"]}}
    ensure:
      - {uses: command.run, with: {argv: [sh, -c, "echo ensured >> done"]}}
  holds:
    lock: site
    steps: [{uses: command.run, with: {argv: [sh, -c, "until test -e free; do sleep 0.1; done"]}}]
  middle:
    steps:
      - {uses: command.run, with: {argv: [sh, -c, "echo first >> done"]}}
      - in_parallel:
          - do:
              - {approve: {by: ["@platform"], count: 2, timeout: 10m, on_timeout: skip}, name: ok}
              - {uses: command.run, with: {argv: [sh, -c, "echo guarded by {{ ok.outputs.approved_by }} >> done"]}}
          - {uses: command.run, with: {argv: [sh, -c, "until test -e beside; do sleep 0.1; done; echo beside >> done"]}}
      - {uses: http.expect, with: {url: "http://127.0.0.1:1/", status: 200}, when: "form.last"}
      - {uses: command.run, with: {argv: [sh, -c, "echo last >> done"]}}
    form: {last: {type: boolean}}
  hurried:
    timeout: 2s
    steps: [{approve: {by: ["@platform"]}}, {uses: command.run, with: {argv: [sh, -c, "echo in time >> done"]}}]
  cleans:
    steps: [{uses: command.run, with: {argv: [sh, -c, "echo first >> done"]}}]
    ensure:
      - {approve: {by: ["@platform"], on_timeout: skip}, on_success: [{wait: 1h}]}
      - {uses: command.run, with: {argv: [sh, -c, "echo guarded >> done"]}}
  queued:
    lock: site
    approve: {by: ["@platform"]}
    steps: [{uses: command.run, with: {argv: ["./tool", "run"]}}]
  reads:
    approve: {by: ["@platform"], count: 2}
    steps: [{uses: command.run, with: {argv: ["./tool", "run"]}}]
"""


def asked(lab: Lab, number: int) -> ApprovalView:
    """What the run waits for, once people are asked."""
    lab.wait(number, RunStatus.WAITING)
    wait_for(lambda: bool(lab.app.control.approvals.waiting(number)))
    return lab.app.control.approvals.waiting(number)[0]


def yes(lab: Lab, view: ApprovalView, by: Person, **answers: str) -> ApprovalView:
    return lab.app.control.approvals.approve(view.approval.id, by=by, origin="slack", reason="Fine.", answers=answers)


@pytest.fixture
def ready(the_lab: Lab) -> Lab:
    the_lab.jobs(JOBS)
    the_lab.start_worker()
    return the_lab


def done(lab: Lab) -> list[str]:
    return lines(lab.stacks / "lab" / "done")


def touch(lab: Lab, name: str) -> None:
    (lab.stacks / "lab" / name).touch()


def test_before_its_start_a_run_holds_no_lock_and_asks_for_it_once_it_is_approved(ready: Lab) -> None:
    run = ready.start("gated")
    view = asked(ready, run.number)
    holder = ready.start("holds")
    ready.wait(holder.number, RunStatus.RUNNING)

    yes(ready, view, BEN, ticket="T-1")

    assert "holds site" in ready.wait(run.number, RunStatus.WAITING).waits_for
    touch(ready, "free")
    assert ready.wait(run.number).run.status is RunStatus.SUCCEEDED
    assert done(ready) == ["T-1", "ensured"]
    assert "Ben said yes" in ready.step(run.number, "0").reason


def test_a_cancelled_run_that_waits_for_its_start_cleans_nothing_up(ready: Lab) -> None:
    run = ready.start("gated")
    view = asked(ready, run.number)

    ready.app.control.runs.cancel(run.number, by=ADA, origin="cli")

    assert ready.wait(run.number).run.status is RunStatus.ABORTED
    assert ready.app.control.approvals.get(view.approval.id).approval.state is ApprovalState.WITHDRAWN
    assert done(ready) == []


def test_in_the_middle_it_goes_on_with_what_stands_beside_and_then_with_what_is_behind(ready: Lab) -> None:
    run = ready.start("middle")
    wait_for(lambda: bool(ready.app.control.approvals.waiting(run.number)))
    view = ready.app.control.approvals.waiting(run.number)[0]
    assert [preview.id for preview in view.approval.previews] == ["2.1.2", "3", "4"]
    yes(ready, view, BEN)

    yes(ready, view, CLEO)
    touch(ready, "beside")

    assert ready.wait(run.number).run.status is RunStatus.SUCCEEDED
    assert done(ready) == ["first", "beside", "guarded by Ben and Cleo", "last"]


def test_what_is_not_approved_in_time_is_skipped_with_what_it_guards(ready: Lab) -> None:
    touch(ready, "beside")
    run = ready.start("middle")
    view = asked(ready, run.number)

    with ready.app.store.begin() as tx:
        tx.timers.change(view.timer.id, at=view.timer.at - timedelta(minutes=10))

    assert ready.wait(run.number).run.status is RunStatus.SUCCEEDED
    assert done(ready) == ["first", "beside", "last"]
    assert ready.step(run.number, "2.1.2").status is StepStatus.SKIPPED


def test_a_cancel_in_the_middle_withdraws_the_question(ready: Lab) -> None:
    touch(ready, "beside")
    run = ready.start("middle")
    view = asked(ready, run.number)

    ready.app.control.runs.cancel(run.number, by=ADA, origin="cli")

    assert ready.wait(run.number).run.status is RunStatus.ABORTED
    with pytest.raises(NotNow, match="The run ended"):
        yes(ready, view, BEN)


def test_a_yes_counts_only_for_what_was_shown(ready: Lab) -> None:
    tool = ready.stacks / "lab" / "tool"
    run = ready.start("reads")
    first = asked(ready, run.number)
    assert "tool" in first.approval.previews[0].problem
    tool.write_text(f"#!/bin/sh\necho ran >> {ready.stacks}/lab/done\n")
    tool.chmod(0o755)

    with pytest.raises(NotNow, match="has changed since it was asked"):
        yes(ready, first, BEN)

    second = asked(ready, run.number)
    assert ready.app.control.approvals.get(first.approval.id).approval.state is ApprovalState.VOID
    assert second.asked_again == "What would happen has changed since it was asked."
    yes(ready, second, GRACE)
    yes(ready, second, CLEO)
    assert ready.wait(run.number).run.status is RunStatus.SUCCEEDED
    assert done(ready) == ["ran"]


def test_what_changed_while_it_queued_is_asked_again_and_the_lock_given_back(ready: Lab) -> None:
    tool = ready.stacks / "lab" / "tool"
    ready.script("tool", "true")
    (ready.folder / "tool").rename(tool)
    run = ready.start("queued")
    first = asked(ready, run.number)
    holder = ready.start("holds")
    ready.wait(holder.number, RunStatus.RUNNING)
    yes(ready, first, BEN)
    tool.unlink()

    touch(ready, "free")

    wait_for(lambda: bool(ready.app.control.approvals.waiting(run.number)))
    second = asked(ready, run.number)
    assert "has changed" in second.asked_again
    with ready.app.store.read() as tx:
        assert tx.locks.of("site") is None
        assert [one.answer for one in tx.audit.recent() if one.verb == "approval"][:2] == ["asked", "void"]


def test_who_may_no_more_when_it_goes_on_has_said_nothing(ready: Lab) -> None:
    run = ready.start("queued")
    first = asked(ready, run.number)
    holder = ready.start("holds")
    ready.wait(holder.number, RunStatus.RUNNING)
    yes(ready, first, BEN)
    with ready.app.store.begin() as tx:
        tx.people.keep(Person(id=BEN.id, name=BEN.name))

    touch(ready, "free")

    wait_for(lambda: bool(ready.app.control.approvals.waiting(run.number)))
    assert asked(ready, run.number).asked_again == "Ben may not approve it any more."


def test_the_time_that_people_take_is_not_the_job_s(ready: Lab) -> None:
    run = ready.start("hurried")
    view = asked(ready, run.number)
    wait_for(lambda: ready.app.clock.now() > view.approval.asked_at + timedelta(seconds=3))

    yes(ready, view, BEN)

    assert ready.wait(run.number).run.status is RunStatus.SUCCEEDED
    assert done(ready) == ["in time"]


def test_an_approval_in_a_hook_guards_what_stands_behind_it_there(ready: Lab) -> None:
    run = ready.start("cleans")
    view = asked(ready, run.number)
    assert [preview.id for preview in view.approval.previews] == ["ensure.2"]

    with ready.app.store.begin() as tx:
        tx.timers.change(view.timer.id, at=view.timer.at - timedelta(days=1))

    assert ready.wait(run.number).run.status is RunStatus.SUCCEEDED
    assert done(ready) == ["first"]
