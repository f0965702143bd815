"""People, a cancel and the clock at one approval at the same moment: one is first, and the other hears it."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import insert
from sqlmodel import SQLModel, select

from bot.base.errors import NotNow
from bot.control.holds.asking import message_key
from bot.control.moments import wait_key
from bot.model.approval import ApprovalState, Vote
from bot.model.message import MessageKind
from bot.store.store import Transaction
from bot.store.tables import ApprovalRow, RunRow, StepRow, TimerRow
from tests.control.approval_desk import ADA, BEN, CLEO, Desk, open_desk
from tests.fakes.postgres import postgres_database

Json = dict[str, Any]
TIMES = 500


@dataclass(frozen=True)
class Asked:
    """A run that waits, by its number, with the ids of its approval and of the timer that ends it."""

    run: int
    approval: int
    timer: int


#: What somebody does about an approval at a front end.
Act = Callable[[Desk, Asked], None]


@pytest.fixture
def desks(tmp_path: Path, database_url: str | None) -> Iterator[tuple[Desk, Desk]]:
    """Two front ends on one database; SQLite has one only."""
    if database_url is None:
        with open_desk(tmp_path, f"sqlite:///{tmp_path}/bot.db") as one:
            yield one, one
        return
    with open_desk(tmp_path / "one", database_url) as one, open_desk(tmp_path / "two", database_url) as two:
        yield one, two


def test_of_two_who_race_exactly_one_wins_five_hundred_times(desks: tuple[Desk, Desk]) -> None:
    one, two = desks
    asked = ask_often(one, TIMES)

    outcomes = race(asked, (one, [_yes]), (two, [_no]))

    assert all(a != b for a, b in outcomes)
    assert [len(votes) for votes in _votes(one, asked)] == [1] * TIMES
    # Each run is handed to the engine once, by who won.
    handed = [number for desk in {one, two} for number, _ in desk.queue.given if number != 1]
    assert sorted(handed) == [each.run for each in asked]


@pytest.mark.full
def test_across_two_front_ends_also_against_a_cancel_and_the_time_out(tmp_path: Path) -> None:
    with (
        postgres_database() as url,
        open_desk(tmp_path / "one", url) as one,
        open_desk(tmp_path / "two", url) as two,
    ):
        asked = ask_often(one, 60)
        outcomes = race(asked, (one, [_yes]), (two, [_cancel, _time_out]))
        states = [one.approvals.get(each.approval).approval.state for each in asked]

    assert [state is ApprovalState.APPROVED for state in states] == [approved for approved, _ in outcomes]


def race(asked: Sequence[Asked], *sides: tuple[Desk, Sequence[Act]]) -> list[tuple[bool, bool]]:
    """Let both sides act on each approval at the same moment, by their acts in turn; who got through?"""
    start = Barrier(2, timeout=60)

    def run(side: tuple[Desk, Sequence[Act]]) -> list[bool]:
        desk, acts = side
        return [_gets_through(desk, acts[turn % len(acts)], each, start) for turn, each in enumerate(asked)]

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(run, sides)
    return list(zip(first, second, strict=True))


def ask_often(desk: Desk, times: int) -> list[Asked]:
    """So many runs that wait for people: the rows of one, copied at once."""
    first = desk.asked()
    asked = [
        Asked(first.run.number + ahead, first.approval.id + ahead, first.timer.id + ahead)
        for ahead in range(1, times + 1)
    ]
    with desk.store.begin() as tx:
        _copy(tx, RunRow, asked, lambda one: {"number": one.run, "key": f"copy {one.run}"})
        _copy(tx, StepRow, asked, lambda one: {"run": one.run})
        _copy(
            tx, TimerRow, asked, lambda one: {"id": one.timer, "run": one.run, "key": wait_key(one.run, first.step.id)}
        )
        _copy(tx, ApprovalRow, asked, lambda one: {"id": one.approval, "run": one.run, "timer": one.timer})
        for one in asked:
            key, body = message_key(one.approval), {"approval": one.approval}
            tx.messages.owe_once(key=key, kind=MessageKind.APPROVAL, channel="#ops", run=one.run, body=body)
    return asked


def _copy(
    tx: Transaction, kind: type[SQLModel], asked: Sequence[Asked], own: Callable[[Asked], dict[str, Any]]
) -> None:
    rows = [row.model_dump() for row in tx.session.exec(select(kind))]
    tx.session.execute(insert(kind), [{**row, **own(one)} for one in asked for row in rows])


def _votes(desk: Desk, asked: Sequence[Asked]) -> list[Sequence[Vote]]:
    with desk.store.read() as tx:
        approvals = [tx.approvals.get(one.approval) for one in asked]
    return [approval.votes if approval else () for approval in approvals]


def _gets_through(desk: Desk, act: Act, one: Asked, start: Barrier) -> bool:
    start.wait()
    try:
        act(desk, one)
    except NotNow as late:
        assert late.reason in ("It is decided already.", "Too late: the time for it is over.")
        return False
    return True


def _yes(desk: Desk, one: Asked) -> None:
    desk.approvals.approve(one.approval, by=BEN, origin="slack")


def _no(desk: Desk, one: Asked) -> None:
    desk.approvals.deny(one.approval, by=CLEO, origin="slack")


def _cancel(desk: Desk, one: Asked) -> None:
    desk.control.runs.cancel(one.run, by=ADA, origin="slack")


def _time_out(desk: Desk, one: Asked) -> None:
    with desk.store.begin() as tx:
        tx.timers.change(one.timer, at=desk.clock.now())
    desk.control.timers.fire_due()
