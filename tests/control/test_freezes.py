"""In a freeze nobody starts anything but with a reason; what starts by itself waits, or says that it does not."""

from datetime import UTC, datetime

import pytest

from bot.base.errors import NotAllowed, NotNow
from bot.model.message import MessageKind
from bot.model.person import TIMER
from bot.model.run import RunStatus
from bot.model.timer import TimerState
from tests.control.house import ADA, BEN, House

#: The house stands on a Monday, at noon.
TODAY = "freezes: [{title: stocktaking, dates: 2026-11-23, on: '*/*/production'}]\n"


@pytest.fixture
def frozen_house(the_house: House) -> House:
    the_house.write("freezes.yml", TODAY)
    the_house.write(
        "access.yml",
        "- {who: '@platform', may: all, on: '*'}\n- {who: everyone, may: [run, undo], on: '*'}\n",
    )
    the_house.catalog.refresh()
    assert the_house.catalog.problems == ()
    return the_house


def in_freeze(house: House, choice: str) -> None:
    text = (house.stacks / "shop" / "stack.yml").read_text()
    house.write("shop/stack.yml", text.replace("  deploy:\n", f"  deploy:\n    freeze: {choice}\n"))
    house.catalog.refresh()


def test_a_person_is_told_until_when_and_who_may(frozen_house: House) -> None:
    with pytest.raises(NotNow, match=r"Frozen until Tue 24 Nov 00:00 UTC \(stocktaking\)\. .*@platform may\."):
        frozen_house.start("deploy", "production", by=BEN)
    with pytest.raises(NotAllowed):
        frozen_house.start("deploy", "production", by=BEN, override="I want to")

    frozen_house.start("deploy", "staging", by=BEN)
    run = frozen_house.start("deploy", "production", by=ADA, override="the shop is down")

    assert frozen_house.engine.given == [run.number - 1, run.number]
    assert frozen_house.control.runs.get(run.number).override == "the shop is down"


def test_what_starts_by_itself_waits_until_the_freeze_ends(frozen_house: House) -> None:
    run = frozen_house.start("deploy", "production", by=TIMER)

    assert frozen_house.engine.given == []
    assert frozen_house.waits_for(run.number) == (
        "Frozen until Tue 24 Nov 00:00 UTC (stocktaking). It begins by itself then."
    )
    assert frozen_house.control.locks.get("site/production") is None
    frozen_house.clock.moment = datetime(2026, 11, 24, tzinfo=UTC)
    frozen_house.control.timers.fire_due()
    assert frozen_house.engine.given == [run.number]


def test_what_waits_in_a_freeze_without_an_end_goes_on_when_somebody_takes_it_from_the_calendar(
    frozen_house: House,
) -> None:
    frozen_house.write("freezes.yml", "freezes: [{title: closed, weekly: Mon 00:00 - Mon 00:00, on: shop}]\n")
    frozen_house.catalog.refresh()
    run = frozen_house.start("deploy", "production", by=TIMER)
    frozen_house.control.freezes.look()
    assert frozen_house.waits_for(run.number).startswith("Frozen until somebody ends it (closed).")

    frozen_house.write("freezes.yml", TODAY.replace("11-23", "11-22 - 2026-11-23"))
    frozen_house.catalog.refresh()
    frozen_house.control.freezes.look()
    with frozen_house.store.read() as tx:
        timer = tx.timers.waiting(f"freeze:{run.number}")
    assert timer
    assert timer.at == datetime(2026, 11, 24, tzinfo=UTC), "the calendar says otherwise now"
    frozen_house.write("freezes.yml", "freezes: []\n")
    frozen_house.catalog.refresh()
    frozen_house.control.freezes.look()

    assert frozen_house.engine.given == [run.number]
    assert frozen_house.control.timers.get(timer.id).state is TimerState.CANCELLED


def test_who_may_override_lets_it_begin_now(frozen_house: House) -> None:
    run = frozen_house.start("deploy", "production", by=TIMER)
    with frozen_house.store.read() as tx:
        timer = tx.timers.waiting(f"freeze:{run.number}")
    assert timer

    with pytest.raises(NotAllowed):
        frozen_house.control.timers.now(timer.id, by=BEN, origin="slack")
    frozen_house.control.timers.now(timer.id, by=ADA, origin="slack")

    assert frozen_house.engine.given == [run.number]


def test_a_job_may_say_that_it_is_skipped_and_the_run_says_so(frozen_house: House) -> None:
    in_freeze(frozen_house, "skip")

    run = frozen_house.start("deploy", "production", by=TIMER)

    assert frozen_house.status(run.number) is RunStatus.ABORTED
    reason = frozen_house.control.runs.get(run.number).reason
    assert reason == "Skipped: Frozen until Tue 24 Nov 00:00 UTC (stocktaking)."


def test_what_ends_something_is_exempt(frozen_house: House) -> None:
    in_freeze(frozen_house, "ignore")

    by_itself = frozen_house.start("deploy", "production", by=TIMER)
    frozen_house.end(by_itself.number)
    by_hand = frozen_house.start("deploy", "production", by=BEN)

    assert frozen_house.engine.given == [by_itself.number, by_hand.number]


def test_a_pause_that_ends_in_a_freeze_hands_nothing_on(frozen_house: House) -> None:
    pauses = frozen_house.control.pauses
    pauses.pause("*", by=ADA, why="moving", origin="slack", channel=None)
    run = frozen_house.start("deploy", "production", by=TIMER)

    assert pauses.unpause("*", by=ADA, origin="slack", channel=None) == []

    assert "Frozen until" in frozen_house.waits_for(run.number)


def test_a_calendar_that_was_never_readable_freezes_everything(the_house: House) -> None:
    the_house.write("freezes.yml", "freezes: [{title: typo, wekly: x}]\n")
    the_house.catalog.refresh()

    assert "wekly" in str(the_house.catalog.problems[0])
    with pytest.raises(NotNow, match=r"freezes\.yml has mistakes"):
        the_house.start("look")


def test_boards_show_when_a_freeze_begins_and_when_it_ends(frozen_house: House) -> None:
    with frozen_house.store.begin() as tx:
        tx.messages.owe(key="board:shop:#ops", kind=MessageKind.BOARD, channel="#ops", body={"stack": "shop"})
    edits = []
    for day in (22, 22, 23, 23, 24, 24):
        frozen_house.clock.moment = datetime(2026, 11, day, 12, tzinfo=UTC)
        frozen_house.control.freezes.look()
        with frozen_house.store.read() as tx:
            board = tx.messages.get("board:shop:#ops")
            assert board
            edits.append(board.wanted)

    assert edits == [1, 1, 2, 2, 3, 3]
