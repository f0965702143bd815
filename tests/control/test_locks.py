"""One owner per lock, people and runs in one line, and every way to give it on."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest

from bot.base.errors import NotAllowed, NotFound, NotNow, Refused
from bot.model.lock import Lock, given_back
from bot.model.person import Person
from bot.model.run import RunStatus
from bot.model.timer import TimerState
from tests.control.house import ADA, BEN, EVE, House, house
from tests.fakes.postgres import postgres_database

SITE = "site/staging"
TWO_HOURS = timedelta(hours=2)


def reserve(house: House, by: Person = ADA, *, why: str = "demo", name: str = SITE) -> Lock:
    return house.control.locks.reserve(name, by=by, length=TWO_HOURS, why=why, origin="slack")


def owner(house: House, name: str = SITE) -> str:
    lock = house.control.locks.get(name)
    return lock.owner if lock else "nobody"


def waiting(house: House, name: str = SITE) -> list[str]:
    lock = house.control.locks.get(name)
    return [claim.name for claim in lock.queue] if lock else []


def test_people_and_runs_wait_in_one_line(the_house: House) -> None:
    reserve(the_house)
    first = the_house.start("deploy", by=EVE)
    reserve(the_house, BEN, why="my tests")
    second = the_house.start("restart", by=EVE)

    assert owner(the_house) == "Ada"
    assert waiting(the_house) == [f"Eve's Deploy (#{first.number})", "Ben", f"Eve's Restart (#{second.number})"]
    assert (
        the_house.waits_for(second.number) == "Ada holds site/staging until 14:00 UTC (demo). 2 others before this one."
    )

    the_house.control.locks.release(SITE, by=ADA, origin="slack")
    assert owner(the_house) == f"Eve's Deploy (#{first.number})"
    assert the_house.engine.given == [first.number]
    the_house.end(first.number)
    assert owner(the_house) == "Ben"
    assert the_house.told() == ["site/staging is yours now, for 2h: my tests"]
    assert the_house.waits_for(second.number) == (
        "Ben holds site/staging until 14:00 UTC (my tests). This run is next."
    )
    the_house.control.locks.release(SITE, by=BEN, origin="slack")
    assert the_house.engine.given == [first.number, second.number]


def test_a_reservation_ends_by_itself_and_says_so_before(the_house: House) -> None:
    reserve(the_house)
    run = the_house.start("deploy", by=BEN)
    lock = the_house.control.locks.get(SITE)
    assert lock
    assert lock.timer
    assert lock.until == the_house.clock.now() + TWO_HOURS

    the_house.clock.push(minutes=110)
    the_house.control.timers.fire_due()
    with the_house.store.read() as tx:
        reminder = tx.messages.get(f"timer:{lock.timer}")
    assert reminder
    assert reminder.channel == ADA.id
    assert owner(the_house) == "Ada"

    the_house.control.timers.extend(lock.timer, by=ADA, origin="slack")
    the_house.clock.push(minutes=11)
    the_house.control.timers.fire_due()
    assert owner(the_house) == "Ada"
    the_house.clock.push(minutes=30)
    the_house.control.timers.fire_due()
    assert owner(the_house) == f"Ben's Deploy (#{run.number})"


def test_only_who_has_it_says_when_it_ends(the_house: House) -> None:
    the_house.write("access.yml", "- {who: everyone, may: [run, lock], on: '*'}\n")
    the_house.catalog.refresh()
    lock = reserve(the_house)
    assert lock.timer

    with pytest.raises(NotAllowed):
        the_house.control.timers.now(lock.timer, by=BEN, origin="slack")
    with pytest.raises(NotNow, match="not yours"):
        the_house.control.locks.release(SITE, by=BEN, origin="slack")
    with pytest.raises(NotNow, match="has an end"):
        the_house.control.timers.cancel(lock.timer, by=ADA, origin="slack")
    the_house.control.timers.now(lock.timer, by=ADA, origin="slack")
    assert owner(the_house) == "nobody"


def test_a_lock_is_handed_to_one_who_waits_before_the_others(the_house: House) -> None:
    reserve(the_house)
    the_house.start("deploy", by=EVE)
    reserve(the_house, BEN)
    run = the_house.start("restart", by=EVE)
    lock = the_house.control.locks.get(SITE)
    assert lock

    the_house.control.locks.hand_over(SITE, lock.queue[2].who, by=ADA, origin="slack")

    assert owner(the_house) == f"Eve's Restart (#{run.number})"
    assert the_house.engine.given == [run.number]
    with pytest.raises(NotNow):
        the_house.control.locks.hand_over(SITE, lock.queue[1].who, by=ADA, origin="slack")


def test_a_lock_is_not_handed_to_who_came_after_the_one_that_was_meant_has_left(the_house: House) -> None:
    reserve(the_house)
    reserve(the_house, BEN)
    seen = the_house.control.locks.get(SITE)
    assert seen
    the_house.control.locks.release(SITE, by=BEN, origin="slack")
    reserve(the_house, EVE)

    with pytest.raises(NotNow, match="do not wait"):
        the_house.control.locks.hand_over(SITE, seen.queue[0].who, by=ADA, origin="slack")

    assert (owner(the_house), waiting(the_house)) == ("Ada", ["Eve"])


def test_who_takes_a_lock_over_from_a_person_has_it_at_once_and_the_other_hears_why(the_house: House) -> None:
    reserve(the_house)
    the_house.start("deploy", by=EVE)
    run = the_house.start("restart", by=BEN)

    the_house.control.locks.take_over(SITE, by=BEN, origin="slack", why="the site is down", run=run.number)

    assert owner(the_house) == f"Ben's Restart (#{run.number})"
    assert "Ben took over site/staging: the site is down" in the_house.told()
    the_house.clock.push(hours=3)
    the_house.control.timers.fire_due()
    assert owner(the_house) == f"Ben's Restart (#{run.number})", "the end of the reservation was called off"


def test_runs_of_who_holds_a_lock_work_under_it_one_at_a_time_and_those_of_others_wait(the_house: House) -> None:
    reserve(the_house)
    other = the_house.start("deploy", by=BEN)
    first, second = the_house.start("deploy"), the_house.start("restart")

    assert the_house.engine.given == [first.number]
    assert owner(the_house) == "Ada"
    assert the_house.waits_for(second.number) == (
        f"#{first.number} works in site/staging, which Ada holds. This run comes after it."
    )
    assert not the_house.control.runs.view(second.number).is_in_line, "nobody takes it over from oneself"
    the_house.end(first.number)
    the_house.end(second.number)
    assert the_house.engine.given == [first.number, second.number]
    assert owner(the_house) == "Ada", "the reservation stays"
    the_house.control.locks.release(SITE, by=ADA, origin="slack")
    assert the_house.engine.given == [first.number, second.number, other.number]


@pytest.mark.parametrize("how", ["its time is over", "given back", "handed over", "taken over"])
def test_a_run_whose_reservation_ends_keeps_the_lock_until_it_is_over(the_house: House, how: str) -> None:
    lock = reserve(the_house)
    run, own, other = (the_house.start("deploy", by=by) for by in (ADA, ADA, EVE))
    the_house.begin(run.number)
    reserve(the_house, BEN)
    held, locks = the_house.control.locks.get(SITE), the_house.control.locks
    assert held

    match how:
        case "its time is over":
            the_house.clock.push(hours=2)
            the_house.control.timers.fire_due()
        case "given back":
            kept = locks.release(SITE, by=ADA, origin="slack")
            assert kept
            assert given_back(SITE, kept) == (
                f"You gave {SITE} back. Ada's Deploy (#{run.number}) still works there; the next in line gets it then."
            )
        case "handed over":
            locks.hand_over(SITE, held.queue[2].who, by=ADA, origin="slack")
        case "taken over":
            locks.take_over(SITE, by=BEN, origin="slack", why="hotfix")
            assert the_house.control.runs.get(run.number).cancelled_by == "Ben"

    assert owner(the_house) == f"Ada's Deploy (#{run.number})"
    assert the_house.engine.given == [run.number]
    the_house.end(run.number)
    goes_on = {"its time is over", "given back"}
    assert owner(the_house) == (f"Ada's Deploy (#{own.number})" if how in goes_on else "Ben")
    assert f"Eve's Deploy (#{other.number})" in waiting(the_house), "first come, first served"
    assert lock.timer
    assert the_house.control.timers.get(lock.timer).state is not TimerState.WAITING


def test_a_run_that_waits_goes_on_when_its_starter_gets_the_lock(the_house: House) -> None:
    reserve(the_house)
    reserve(the_house, BEN, why="my tests")
    other, own = the_house.start("deploy", by=EVE), the_house.start("restart", by=BEN)

    the_house.control.locks.release(SITE, by=ADA, origin="slack")

    assert owner(the_house) == "Ben"
    assert the_house.engine.given == [own.number]
    assert waiting(the_house) == [f"Eve's Deploy (#{other.number})"]


def test_who_takes_a_lock_over_from_a_run_gets_it_when_that_has_ended(the_house: House) -> None:
    holder = the_house.start("deploy")
    the_house.begin(holder.number)
    the_house.start("restart", by=EVE)
    reserve(the_house, EVE)

    lock = the_house.control.locks.take_over(SITE, by=BEN, origin="slack", why="hotfix", length=TWO_HOURS)

    assert lock.owner == f"Ada's Deploy (#{holder.number})", "two never work under one lock"
    assert lock.queue[0].name == "Ben"
    assert the_house.control.runs.get(holder.number).cancelled_by == "Ben"
    the_house.end(holder.number, RunStatus.ABORTED)
    assert owner(the_house) == "Ben"


def test_a_lock_is_taken_from_nobody_but_the_one_that_was_seen_to_hold_it(the_house: House) -> None:
    reserve(the_house)
    seen, take_over = the_house.control.locks.get(SITE), the_house.control.locks.take_over
    assert seen
    run = the_house.start("deploy")
    the_house.begin(run.number)

    with pytest.raises(NotNow, match="in other hands by now: Ada holds it"):
        take_over(SITE, by=BEN, origin="slack", why="hotfix", seen=seen.hands)

    assert the_house.control.runs.get(run.number).cancelled_by is None, "nobody was told that it would be cancelled"
    the_house.end(run.number)
    take_over(SITE, by=BEN, origin="slack", why="hotfix", seen=seen.hands)
    assert owner(the_house) == "Ben"


def test_a_run_that_has_not_begun_is_taken_over_at_once(the_house: House) -> None:
    holder = the_house.start("deploy")
    run = the_house.start("restart", by=BEN)

    the_house.control.locks.take_over(SITE, by=BEN, origin="slack", why="hotfix", run=run.number)

    assert owner(the_house) == f"Ben's Restart (#{run.number})"
    assert the_house.control.runs.get(holder.number).reason == "Cancelled by Ben, who took over site/staging: hotfix"


def test_taking_over_needs_the_right_and_a_reason(the_house: House) -> None:
    the_house.write(
        "access.yml", "- {who: '@platform', may: [all], on: '*'}\n- {who: '@web', may: [run, lock], on: '*'}\n"
    )
    the_house.catalog.refresh()
    reserve(the_house)

    with pytest.raises(NotAllowed, match=r"You may not override site/staging\. @platform may\."):
        the_house.control.locks.take_over(SITE, by=BEN, origin="slack", why="mine")
    with pytest.raises(NotAllowed, match="You may not lock"):
        reserve(the_house, EVE)
    with pytest.raises(Refused, match="Say why"):
        reserve(the_house, BEN, why=" ")
    with pytest.raises(NotNow, match="yours already"):
        reserve(the_house)
    assert [lock.name for lock in the_house.control.locks.all(EVE)] == []
    assert [lock.name for lock in the_house.control.locks.all(BEN)] == [SITE]
    with the_house.store.read() as tx:
        assert [record.verb for record in tx.audit.recent() if record.answer == "denied"] == ["lock", "override"]


@pytest.mark.parametrize("said", ["site/staging", "shop/staging", "staging"])
def test_a_lock_is_named_by_itself_by_stack_and_environment_or_by_environment(the_house: House, said: str) -> None:
    assert the_house.control.locks.find(said, by=ADA) == SITE


def test_a_name_that_is_not_there_or_could_be_several_is_told(the_house: House) -> None:
    the_house.write(
        "shop/stack.yml",
        the_house.catalog.stack("shop")
        .folder.joinpath("stack.yml")
        .read_text()
        .replace("  look:\n", '  look:\n    lock: "db/{{ env.name }}"\n'),
    )
    the_house.catalog.refresh()

    with pytest.raises(NotFound, match=r'Did you mean "site/staging"\?'):
        the_house.control.locks.find("site/stagin", by=ADA)
    with pytest.raises(NotFound, match=r'"staging" has db/staging and site/staging\. Name one'):
        the_house.control.locks.find("staging", by=ADA)


def test_two_people_race_for_one_lock_and_exactly_one_has_it(the_house: House) -> None:
    """500 times, each with two threads at the same moment."""
    names, both = [f"site/{turn:03}" for turn in range(500)], Barrier(2, timeout=60)

    def race(by: Person) -> list[bool]:
        has_it = []
        for name in names:
            both.wait()
            has_it.append(reserve(the_house, by, name=name).person_id == by.id)
        return has_it

    with ThreadPoolExecutor(2) as pool:
        adas, bens = pool.map(race, (ADA, BEN))

    locks = the_house.control.locks.all(ADA)
    assert [lock.name for lock in locks] == names
    assert [(lock.owner, [claim.name for claim in lock.queue]) for lock in locks] == [
        ("Ada", ["Ben"]) if has_ada else ("Ben", ["Ada"]) for has_ada in adas
    ]
    assert [has_ada != has_ben for has_ada, has_ben in zip(adas, bens, strict=True)] == [True] * 500


@pytest.mark.full
def test_runs_asked_for_at_two_front_ends_go_first_come_first_served_while_others_end(tmp_path: Path) -> None:
    with (
        postgres_database() as url,
        house(tmp_path / "one", url) as one,
        house(tmp_path / "two", url) as two,
        ThreadPoolExecutor(1) as worker,
    ):
        served = worker.submit(serve, (two, one), 30)
        asked = [(one, two)[turn % 2].start("deploy", key=f"ask {turn}").number for turn in range(30)]

        assert served.result(60) == asked
        assert sorted(one.engine.given + two.engine.given) == asked


@pytest.mark.full
def test_runs_under_a_reservation_that_ends_meanwhile_go_one_after_the_other(tmp_path: Path) -> None:
    """Asked for at two front ends, ended at two workers, while the reservation is given back and taken anew."""
    with (
        postgres_database() as url,
        house(tmp_path / "one", url) as one,
        house(tmp_path / "two", url) as two,
        ThreadPoolExecutor(2) as pool,
    ):
        reserve(one)

        def come_and_go() -> None:
            for _ in range(20):
                try:
                    two.control.locks.release(SITE, by=ADA, origin="slack")
                    reserve(two)
                except NotNow:
                    continue

        served, gone = pool.submit(serve, (two, one), 30), pool.submit(come_and_go)
        asked = [(one, two)[turn % 2].start("deploy", key=f"ask {turn}").number for turn in range(30)]

        assert sorted(served.result(60)) == asked
        gone.result(60)
        assert sorted(one.engine.given + two.engine.given) == asked


def serve(houses: tuple[House, House], times: int) -> list[int]:
    """End whoever has the lock, at one front end after the other; the runs in the order in which they had it."""
    served: list[int] = []
    while len(served) < times:
        lock = houses[0].control.locks.get(SITE)
        if lock and lock.run:
            served.append(lock.run)
            houses[len(served) % 2].end(lock.run)
    return served
