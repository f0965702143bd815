"""Looks are made by threads, of which those at one host keep the others from nothing."""

import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from bot.watch.checker import Checker
from bot.watch.guard import Guarded
from bot.watch.lanes import Lanes
from bot.watch.look import Looker
from bot.watch.polite import PoliteHttp
from tests.control.front import Front
from tests.fakes.told_site import Told, told_site

_MANY = 20


@pytest.fixture
def lanes() -> Iterator[Lanes]:
    made = Lanes(6, width=4)
    yield made
    made.stop()


@pytest.fixture
def other() -> Iterator[Told]:
    with told_site() as site:
        yield site


@pytest.fixture
def watch(tmp_path: Path, told: Told, other: Told) -> Iterator[tuple[Front, Checker]]:
    """One that looks at many things of one host, and at one of another."""
    told.pages, other.pages = {f"/{nth}": ["1.0"] for nth in range(_MANY)}, {"/a": ["1.0"]}
    places = {f"slow{nth}": f"{told.url}/{nth}" for nth in range(_MANY)} | {"other": f"{other.url}/a"}
    line = '  {}: {{check: http.versions, with: {{url: "{}", json_path: "$[*]"}}}}'
    front = Front(tmp_path, "\n".join(["stack: web", "resources:", *[line.format(*it) for it in places.items()]]))
    looker = Looker(
        clock=front.clock,
        polite=PoliteHttp(front.clock.now),
        guarded=PoliteHttp(front.clock.now, wire=Guarded()),
        read_secret=lambda reference, _folder: reference,
        vars=dict,
    )
    checker = Checker(
        store=front.store,
        catalog=front.catalog,
        watch=front.control.watch,
        looker=looker,
        clock=front.clock,
        name="one",
    )
    yield front, checker
    for site in (told, other):
        site.may_answer.set()
    checker.stop()
    looker.polite.close()
    front.store.close()


@pytest.mark.parametrize("before", [(200,), (200, 500)])
def test_a_host_that_hangs_keeps_no_other_from_being_looked_at(watch, told, other, before):
    front, checker = watch
    slow = [f"slow{nth}" for nth in range(_MANY)]
    front.clock.pass_(hours=2)
    for told.status in before:
        front.clock.pass_(seconds=30)
        front.control.watch.look_sooner("web", slow)
        while checker.round() or checker.busy:
            time.sleep(0.01)
    came = other.came
    for site in (told, other):
        site.may_answer.clear()

    # Those that hang come first.
    for names in (slow, ["other"]):
        front.clock.pass_(seconds=30)
        front.control.watch.look_sooner("web", names)
    checker.round()

    other.all_came(came + 1)
    # None of them was given up before.
    assert checker.busy == _MANY + 1


def test_a_lane_whose_work_takes_long_gets_as_many_threads_as_it_is_wide(lanes):
    meeting, done = threading.Barrier(4), threading.Semaphore(0)

    def meet() -> None:
        meeting.wait(30)
        done.release()

    for _ in range(2):
        lanes.put("a", partial(time.sleep, 0.06))
    for _ in range(4):
        lanes.put("a", meet)

    assert all(done.acquire(timeout=30) for _ in range(4))


def test_and_no_more(lanes):
    at_once, most, guard = 0, 0, threading.Lock()
    done = threading.Semaphore(0)

    def work() -> None:
        nonlocal at_once, most
        with guard:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.06)
        with guard:
            at_once -= 1
        done.release()

    for _ in range(12):
        lanes.put("a", work)

    assert all(done.acquire(timeout=30) for _ in range(12))
    assert most <= 4


def test_a_long_lane_gives_others_their_turn():
    lanes, begin, over = Lanes(1, width=1), threading.Event(), threading.Event()
    said: list[str] = []
    lanes.put("long", partial(begin.wait, 30))
    for nth in range(40):
        lanes.put("long", partial(said.append, f"long {nth}"))
    lanes.put("short", partial(said.append, "short"))
    lanes.put("long", over.set)

    begin.set()
    over.wait(30)
    lanes.stop()

    assert said.index("short") < said.index("long 39")


def test_work_that_breaks_breaks_nothing_else(lanes):
    done = threading.Event()
    for _ in range(10):
        lanes.put("a", partial(int, "no number"))

    lanes.put("a", done.set)

    assert done.wait(30)


def test_what_has_not_begun_when_it_stops_never_does():
    lanes, begun, may_end = Lanes(1, width=1), threading.Event(), threading.Event()
    said: list[str] = []

    def work() -> None:
        begun.set()
        may_end.wait(30)

    lanes.put("a", work)
    lanes.put("a", partial(said.append, "late"))
    begun.wait(30)
    stopping = threading.Thread(target=lanes.stop)
    stopping.start()
    while lanes._waiting:
        time.sleep(0.01)
    may_end.set()
    stopping.join()

    assert said == []
