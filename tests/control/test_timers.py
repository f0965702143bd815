"""A moment comes once or is called off, never both; one that breaks holds up no other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from bot.base.errors import NotNow
from bot.model.run import RunStatus
from bot.model.timer import TimerKind, TimerState
from tests.control.house import ADA, House

OPEN = """\
stack: shop
channel: "#ops"
jobs:
  open:
    form: {days: {type: integer, default: 99999}}
    steps: [{uses: command.run, with: {argv: ["true"]}}]
    then: {run: close, after: "{{ form.days }}d"}
  close:
    steps: [{uses: command.run, with: {argv: ["true"]}}]
"""


def timer_for(house: House, job: str, *, key: str = "") -> int:
    with house.store.begin() as tx:
        timer = tx.timers.set(
            key=key or job,
            kind=TimerKind.START,
            at=house.clock.now(),
            run=1,
            stack="shop",
            job=job,
            environment="staging",
            channel="#ops",
        )
    return timer.id


def test_who_is_told_that_it_is_cancelled_sees_no_run(the_house: House) -> None:
    """At the same moment, many times: either the run is there or the cancelling counts."""
    the_house.start("look")
    for turn in range(30):
        timer = timer_for(the_house, "look", key=f"turn {turn}")
        both = Barrier(2)

        def cancel(timer: int = timer, both: Barrier = both) -> bool:
            both.wait()
            try:
                the_house.control.timers.cancel(timer, by=ADA, origin="slack")
            except NotNow:
                return False
            return True

        def fire(both: Barrier = both) -> None:
            both.wait()
            the_house.control.timers.fire_due()

        with ThreadPoolExecutor(2) as pool:
            cancelled, fired = pool.submit(cancel), pool.submit(fire)
            fired.result()
            with the_house.store.read() as tx:
                started = tx.runs.by_key(f"timer:{timer}")
            assert (started is None) is cancelled.result()


def test_a_moment_that_cannot_be_set_is_told_in_the_channel(the_house: House) -> None:
    the_house.write("shop/stack.yml", OPEN)
    the_house.catalog.refresh()

    the_house.end(the_house.start("open", None).number)

    assert the_house.told() == [
        'close does not start by itself after shop #1: "99999d" is longer than ten years.',
    ]
    assert the_house.control.timers.of_run(1) == []


def test_a_moment_that_comes_twice_starts_one_run(the_house: House) -> None:
    the_house.start("look")
    timer_for(the_house, "look")

    the_house.control.timers.fire_due()
    the_house.control.timers.fire_due()

    assert [run.origin for run in the_house.control.runs.recent()] == ["timer", "slack"]


def test_the_end_of_a_wait_is_not_called_off_since_the_run_would_wait_for_ever(the_house: House) -> None:
    """No message has such a button: who presses it has made it up."""
    run = the_house.start("look")
    with the_house.store.begin() as tx:
        tx.runs.change(run.number, status=RunStatus.WAITING)
        at = the_house.clock.now() + timedelta(hours=1)
        timer = tx.timers.set(key="wait:1:1", kind=TimerKind.RESUME, at=at, run=run.number, stack="shop", job="look")

    with pytest.raises(NotNow, match="This has an end"):
        the_house.control.timers.cancel(timer.id, by=ADA, origin="slack")

    the_house.clock.push(hours=1)
    the_house.control.timers.fire_due()
    assert the_house.status(run.number) is RunStatus.QUEUED


def test_a_timer_that_breaks_holds_up_no_other(the_house: House) -> None:
    the_house.start("look")
    broken, whole = timer_for(the_house, "look"), timer_for(the_house, "deploy")
    with the_house.store.begin() as tx:
        # The run that set it is not there: nobody expects that.
        tx.timers.change(broken, run=4711, at=the_house.clock.now() - timedelta(hours=1))

    the_house.control.timers.fire_due()

    assert the_house.control.timers.get(broken).state is TimerState.WAITING
    assert the_house.control.timers.get(whole).state is TimerState.FIRED


def test_a_job_that_is_gone_when_its_moment_comes_is_told_in_the_channel(the_house: House) -> None:
    the_house.start("look")
    timer = timer_for(the_house, "vanished")

    the_house.control.timers.fire_due()

    assert the_house.control.timers.get(timer).state is TimerState.FIRED
    assert "vanished did not start on time" in " ".join(the_house.told())
