"""Saying yes and no: who may, how often, and what is said to those who come late."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.base.errors import NotAllowed, NotNow, WrongInputs
from bot.model.approval import ApprovalState, StepPreview
from bot.model.person import Person
from bot.model.run import RunStatus
from bot.slack.views.approval_message import ApprovalScene, approval_blocks
from tests.control.approval_desk import ADA, BEN, CLEO, EVE, Desk, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path, f"sqlite:///{tmp_path}/bot.db") as made:
        yield made


def test_one_yes_lets_it_go_on(desk: Desk) -> None:
    view = desk.asked()

    after = desk.yes(view, BEN, reason="Looks good.")

    assert (after.approval.state, desk.status(view)) == (ApprovalState.APPROVED, RunStatus.QUEUED)
    assert desk.queue.given[-1][0] == view.run.number
    assert desk.audit() == ["Ada: asked", "Ben: approved"]


def test_who_started_the_run_does_not_approve_it(desk: Desk) -> None:
    view = desk.asked()

    with pytest.raises(NotAllowed, match=r"You started this run, so somebody else has to approve it. @platform may."):
        desk.yes(view, ADA)

    assert desk.audit() == ["Ada: asked", "Ada: denied"]


def test_unless_its_author_says_so(desk: Desk) -> None:
    assert desk.yes(desk.asked("own"), ADA).approval.state is ApprovalState.APPROVED


def test_a_stranger_is_told_who_may(desk: Desk) -> None:
    with pytest.raises(NotAllowed, match=r"You may not approve lab #1. @platform may."):
        desk.no(desk.asked(), EVE)


def test_without_names_it_takes_the_right_to_approve(desk: Desk) -> None:
    (desk.folder / "stacks" / "access.yml").write_text(
        '[{who: everyone, may: run}, {who: "eve@example.org", may: approve}]'
    )
    desk.catalog.refresh()
    view = desk.asked("any")

    with pytest.raises(NotAllowed, match=r"eve@example.org may\."):
        desk.yes(view, BEN)

    assert desk.yes(view, EVE).approval.state is ApprovalState.APPROVED


def test_a_rule_that_denies_wins_over_being_named(desk: Desk) -> None:
    (desk.folder / "stacks" / "access.yml").write_text(
        '[{who: everyone, may: run}, {who: "ben@example.org", may: approve, deny: true}]'
    )
    desk.catalog.refresh()

    with pytest.raises(NotAllowed):
        desk.yes(desk.asked(), BEN)


def test_several_have_to_say_yes_and_each_counts_once(desk: Desk) -> None:
    view = desk.asked("two")

    half = desk.yes(view, BEN)
    with pytest.raises(NotNow, match=r"You have said yes already\. 1 more person has to."):
        desk.yes(view, BEN)

    assert (half.approval.is_open, [vote.person.name for vote in half.approval.yes]) == (True, ["Ben"])
    assert desk.yes(view, EVE).approval.state is ApprovalState.APPROVED


def test_one_no_ends_it(desk: Desk) -> None:
    view = desk.asked("two")
    desk.yes(view, BEN)

    assert desk.no(view, EVE, "Not today.").approval.state is ApprovalState.DENIED

    with pytest.raises(NotNow, match=r"It is decided already. Eve said no: Not today. That was at 12:00 UTC\."):
        desk.yes(view, CLEO)


def test_a_yes_of_who_left_the_group_does_not_count_any_more(desk: Desk) -> None:
    view = desk.asked("two")
    desk.yes(view, BEN)
    with desk.store.begin() as tx:
        tx.people.keep(replace(BEN, groups=frozenset()))

    after = desk.yes(view, CLEO)

    assert (after.approval.is_open, [vote.person.name for vote in after.approval.yes]) == (True, ["Cleo"])
    assert desk.audit() == ["Ada: asked", "Ben: approved", "Ben: void", "Cleo: approved"]


def test_reason_and_form_are_asked_for(desk: Desk) -> None:
    view = desk.asked("why")

    with pytest.raises(WrongInputs) as wrong:
        desk.yes(view, BEN, reason=" \n ")

    assert wrong.value.errors == {"reason": "Say why: others read it.", "ticket": "Needs an answer."}
    with pytest.raises(WrongInputs):
        desk.no(view, BEN)
    after = desk.yes(view, BEN, reason="Fine", answers={"ticket": "T-1"})
    assert after.approval.votes[0].answers == {"ticket": "T-1"}


def test_what_changed_is_asked_again_and_the_old_yes_is_void(desk: Desk) -> None:
    view = desk.asked("two")
    desk.yes(view, BEN)
    desk.shown.previews = [StepPreview(id="1", title="Wait", uses=None, hash="other")]

    with pytest.raises(NotNow, match=r"What would happen has changed since it was asked\. Your yes does not count."):
        desk.yes(view, CLEO)

    (again,) = desk.approvals.waiting()
    assert (desk.approvals.get(view.approval.id).approval.state, again.approval.yes) == (ApprovalState.VOID, [])
    assert desk.status(view) is RunStatus.WAITING
    assert desk.messages() == ["#ops: approval:1", "#ops: approval:2"]
    assert desk.audit()[-2:] == ["Timer: void", "Ada: asked"]


def test_only_what_i_may_decide_waits_for_me(desk: Desk) -> None:
    own, other, decided = desk.asked("two"), desk.asked("two", by=BEN), desk.asked("two", by=BEN)
    desk.yes(decided, ADA)

    assert [view.run for view in desk.approvals.waiting_for(ADA)] == [other.run]
    assert len(desk.approvals.waiting_for(EVE)) == 3
    assert [view.run.number for view in desk.approvals.waiting_for(CLEO)] == [
        view.run.number for view in (own, other, decided)
    ]


def test_single_people_are_told_directly_where_that_is_wanted(desk: Desk) -> None:
    desk.asked("told")

    assert desk.messages() == [
        "#ops: approval:1",
        "eve@example.org: approval:1:eve@example.org",
        "U0BEN: approval:1:U0BEN",
    ]


def reminder(desk: Desk, until: datetime) -> str:
    """What was said, once, before this end."""
    with desk.store.read() as tx:
        owed = tx.messages.get(f"approval:1:reminder:{until:%Y-%m-%dT%H:%M:%S}")
    assert owed
    assert (owed.parent, owed.wanted) == ("approval:1", 1)
    return str(owed.body["text"])


def test_it_is_reminded_once_and_then_times_out(desk: Desk) -> None:
    view = desk.asked("told")
    desk.clock.at += timedelta(minutes=91)
    for _ in range(3):
        desk.control.timers.fire_due()
    assert reminder(desk, view.timer.at) == "Nobody has decided yet, and 29m are left. After that it counts as a no."

    desk.clock.at += timedelta(minutes=29)
    with pytest.raises(NotNow, match="the time for it is over"):
        desk.yes(view, BEN)
    desk.control.timers.fire_due()

    assert desk.approvals.get(1).approval.state is ApprovalState.TIMED_OUT
    assert desk.status(view) is RunStatus.QUEUED
    assert desk.audit() == ["Ada: asked", "Timer: timed out"]


def test_the_time_is_extended_by_those_who_may_and_by_who_asks(desk: Desk) -> None:
    view = desk.asked("told")

    assert desk.approvals.extend(1, by=ADA, origin="slack").timer.at == view.timer.at + timedelta(hours=2)
    with pytest.raises(NotAllowed):
        desk.approvals.extend(1, by=Person(id="U0X", name="X"), origin="slack")


def test_who_extended_it_is_told_and_it_is_reminded_anew_before_the_new_end(desk: Desk) -> None:
    first = desk.asked("told")
    desk.clock.at += timedelta(minutes=91)
    desk.control.timers.fire_due()

    view = desk.approvals.extend(1, by=ADA, origin="slack")
    desk.clock.at = view.timer.at - timedelta(minutes=20)
    desk.control.timers.fire_due()

    assert "After that it counts as a no. Changed by Ada." in str(approval_blocks(ApprovalScene(view=view)))
    assert ["29m" in reminder(desk, first.timer.at), "20m" in reminder(desk, view.timer.at)] == [True, True]
    desk.clock.at = view.timer.at
    desk.control.timers.fire_due()
    assert "Nobody decided within 4h." in str(approval_blocks(ApprovalScene(view=desk.approvals.get(1))))


def test_the_time_out_cannot_be_reached_as_a_plain_timer(desk: Desk) -> None:
    timer = desk.asked("told").timer

    for change in (desk.control.timers.now, desk.control.timers.cancel, desk.control.timers.extend):
        with pytest.raises(NotNow, match="changed on its own message"):
            change(timer.id, by=BEN, origin="slack")
