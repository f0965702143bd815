"""A run that nobody clicked is still the doing of those who set its moment: they do not approve it themselves."""

import re
from datetime import timedelta

import pytest

from bot.base.errors import NotAllowed
from bot.control.holds.asking import ask
from bot.control.start import Request
from bot.model.approval import ApprovalState
from bot.model.person import Person
from bot.model.run import Run, RunStatus
from tests.control.house import ADA, BEN, EVE, House

STACK = """\
stack: shop
environments: {staging: }
jobs:
  enable:
    then: {run: disable, after: 30m}
    steps: [{uses: command.run, with: {argv: ["true"]}}]
  disable:
    approve: {by: [U1ADA, U2BEN, U3EVE]}
    steps: [{uses: command.run, with: {argv: ["true"]}}]
  report:
    triggers: [{run: enable}]
    approve: {by: [U1ADA, U2BEN, U3EVE]}
    steps: [{uses: command.run, with: {argv: ["true"]}}]
  whole:
    triggers: [{run: enable}]
    steps: [{run: disable}]
  nightly:
    triggers: [{cron: "0 3 * * *"}]
    approve: {by: [U1ADA, U2BEN, U3EVE]}
    steps: [{uses: command.run, with: {argv: ["true"]}}]
"""
CAUSE = "30m after Enable (#1) by Ada"


@pytest.fixture
def shop(the_house: House) -> House:
    the_house.write("shop/stack.yml", STACK)
    the_house.catalog.refresh()
    assert the_house.catalog.problems == ()
    return the_house


def enabled(shop: House) -> None:
    """Ada's run, which sets a moment."""
    shop.end(shop.start("enable").number)


def disabled(shop: House) -> Run:
    """The run that the moment started."""
    shop.clock.push(minutes=90)
    shop.control.timers.fire_due()
    return shop.control.runs.recent()[0]


def asked(shop: House, run: Run) -> int:
    """People are asked for their yes to *run*; returns its approval."""
    assert run.plan.gate
    with shop.store.begin() as tx:
        approval = ask(tx, run, run.plan.gate, [], now=shop.clock.now())
        tx.runs.change(run.number, status=RunStatus.WAITING)
    return approval.id


def is_refused(shop: House, approval: int, by: Person, sentence: str) -> bool:
    """Is that person refused with this sentence, and is it said that others may?"""
    with pytest.raises(NotAllowed, match=re.escape(sentence)) as refusal:
        shop.control.approvals.approve(approval, by=by, origin="slack")
    return "may." in refusal.value.hint and approval not in [
        view.approval.id for view in shop.control.approvals.waiting_for(by)
    ]


def is_approved(shop: House, approval: int, by: Person) -> bool:
    """Does that person's yes let it go on?"""
    return shop.control.approvals.approve(approval, by=by, origin="slack").approval.state is ApprovalState.APPROVED


def test_who_set_the_timer_does_not_approve_what_it_starts(shop: House) -> None:
    enabled(shop)
    run = disabled(shop)
    approval = asked(shop, run)

    assert (run.started_by, run.people) == ("Timer", {ADA.id: "Ada"})
    assert is_refused(shop, approval, ADA, f"You are behind this run ({CAUSE}), so somebody else has to approve it.")
    assert is_approved(shop, approval, BEN)


def test_neither_does_who_moved_it(shop: House) -> None:
    enabled(shop)
    (timer,) = shop.control.timers.of_run(1)
    shop.control.timers.extend(timer.id, by=BEN, origin="slack")
    approval = asked(shop, disabled(shop))

    assert is_refused(shop, approval, BEN, "You are behind this run (Ben said when, after run #1)")
    assert is_refused(shop, approval, ADA, "You are behind this run")
    assert is_approved(shop, approval, EVE)


def test_who_lets_the_moment_come_at_once_is_its_starter(shop: House) -> None:
    enabled(shop)
    (timer,) = shop.control.timers.of_run(1)
    shop.control.timers.now(timer.id, by=BEN, origin="slack")
    run = shop.control.runs.recent()[0]
    approval = asked(shop, run)

    assert run.people == {BEN.id: "Ben", ADA.id: "Ada"}
    assert is_refused(shop, approval, BEN, "You started this run")
    assert is_refused(shop, approval, ADA, "You are behind this run")


def test_nor_who_started_the_run_that_a_trigger_waited_for(shop: House) -> None:
    enabled(shop)
    with shop.store.begin() as tx:
        tx.starts.remember("runs", until=shop.clock.now() - timedelta(hours=1))
    shop.control.watch.follow()
    report = next(run for run in shop.control.runs.recent() if run.job == "report")

    assert is_refused(shop, asked(shop, report), ADA, "You are behind this run (because Enable (#1) succeeded)")


def test_the_jobs_that_such_a_run_starts_are_theirs_too(shop: House) -> None:
    enabled(shop)
    with shop.store.begin() as tx:
        tx.starts.remember("runs", until=shop.clock.now() - timedelta(hours=1))
    shop.control.watch.follow()
    whole = next(run for run in shop.control.runs.recent() if run.job == "whole")
    (step,) = whole.plan.steps
    called = shop.control.runs.call(whole, step, {"env": {"name": "staging"}})  # type: ignore[arg-type]

    assert called.people == {ADA.id: "Ada"}
    assert is_refused(shop, asked(shop, called), ADA, f"You are behind this run (for {whole.name})")


def test_running_it_again_takes_nobody_out(shop: House) -> None:
    enabled(shop)
    run = disabled(shop)
    shop.end(run.number, RunStatus.FAILED)
    again = shop.control.runs.retry(run.number, Request(by=BEN, origin="slack", key="again"))
    shop.end(again.number, RunStatus.FAILED)
    last = shop.control.runs.retry(again.number, Request(by=EVE, origin="slack", key="and again"))
    approval = asked(shop, last)

    assert last.people == {EVE.id: "Eve", ADA.id: "Ada"}
    assert is_refused(shop, approval, ADA, f"You are behind this run (again, as {again.name})")
    assert is_approved(shop, approval, BEN)


def test_neither_does_a_form_that_its_answers_filled(shop: House) -> None:
    enabled(shop)
    again = shop.start("disable", by=BEN, again=disabled(shop).number)

    assert again.people == {BEN.id: "Ben", ADA.id: "Ada"}


def test_behind_what_the_clock_alone_starts_is_nobody(shop: House) -> None:
    shop.control.watch.tick()
    shop.clock.push(hours=15)
    shop.control.watch.follow()
    run = next(run for run in shop.control.runs.recent() if run.job == "nightly")

    assert run.people == {}
    assert is_approved(shop, asked(shop, run), ADA)
