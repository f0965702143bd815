"""Locks in order, messages that are owed, timers, the audit's chain."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from bot.model.message import MessageKind
from bot.model.person import Person
from bot.model.timer import TimerKind, TimerState
from bot.store.store import Store
from tests.slack_edge.samples import run as a_run

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ADA = Person(id="u", name="Ada")


def ask(store: Store, name: str, run: int) -> bool:
    with store.begin() as tx:
        return tx.locks.ask(name, a_run(number=run, started_by=f"person {run}", title=f"job {run}"), now=NOW)


def test_a_lock_goes_to_the_runs_in_the_order_in_which_they_asked(store: Store) -> None:
    assert [ask(store, "site", run) for run in (1, 2, 3)] == [True, False, False]
    assert ask(store, "site", 1), "who holds it, holds it"
    assert ask(store, "other", 9)
    with store.begin() as tx:
        lock = tx.locks.of("site")
        assert lock
        assert (lock.run, lock.holder, [claim.run for claim in lock.queue]) == (1, "person 1", [2, 3])
        assert [given.run for given in tx.locks.release(1, NOW)] == [2]
        assert tx.locks.release(3, NOW) == [], "3 only waited"
        assert tx.locks.release(2, NOW) == []
        assert tx.locks.of("site") is None
        assert tx.locks.of("other")


def test_a_run_that_is_just_leaving_the_queue_does_not_get_the_lock(store: Store) -> None:
    for run in (1, 2, 3):
        ask(store, "site", run)

    def release() -> list[int | None]:
        with store.begin() as tx:
            return [given.run for given in tx.locks.release(1, NOW)]

    with ThreadPoolExecutor(1) as pool:
        with store.begin() as tx:
            tx.locks.release(2, NOW)
            handed = pool.submit(release)
            with pytest.raises(TimeoutError):
                handed.result(timeout=0.3)
        assert handed.result(timeout=10) == [3]
    with store.read() as tx:
        lock = tx.locks.of("site")
    assert lock
    assert (lock.run, lock.queue) == (3, ())


def test_a_lock_can_be_passed_on_before_those_who_wait(store: Store) -> None:
    ask(store, "site", 1)
    ask(store, "site", 2)
    with store.begin() as tx:
        tx.locks.pass_on(from_run=1, to_run=7)
        assert tx.locks.release(1, NOW) == []
        assert [given.run for given in tx.locks.release(7, NOW)] == [2]


def owe(store: Store, key: str, **values: object) -> None:
    with store.begin() as tx:
        tx.messages.owe(key=key, kind=MessageKind.FIXED, channel="#ops", **values)  # type: ignore[arg-type]


def claim(store: Store, by: str, now: datetime = NOW) -> list[str]:
    with store.begin() as tx:
        return [message.key for message in tx.messages.claim(by=by, now=now, lease_s=30, limit=10)]


def test_a_message_is_claimed_by_one_front_end_at_a_time(store: Store) -> None:
    owe(store, "m1", body={"text": "hello"})

    assert claim(store, "a") == ["m1"]
    assert claim(store, "b") == []
    assert claim(store, "a") == ["m1"], "its own lease is from before a crash"
    assert claim(store, "b", NOW + timedelta(seconds=31)) == ["m1"]


def test_a_reply_waits_for_its_parent(store: Store) -> None:
    owe(store, "m1")
    owe(store, "m2", parent="m1")
    assert claim(store, "a") == ["m1"]
    with store.begin() as tx:
        message = tx.messages.get("m1")
        assert message
        tx.messages.posted(message.id, revision=1, channel_id="C1", ts="1.0")
    assert claim(store, "a") == ["m2"]


def test_a_first_word_goes_before_an_edit(store: Store) -> None:
    owe(store, "edited")
    with store.begin() as tx:
        [message] = tx.messages.claim(by="a", now=NOW, lease_s=30, limit=10)
        tx.messages.posted(message.id, revision=1, channel_id="C1", ts="1.0")
    owe(store, "edited")
    owe(store, "new")

    assert claim(store, "a") == ["new", "edited"]


def test_an_edit_is_owed_until_the_newest_one_is_shown(store: Store) -> None:
    owe(store, "m1", body={"text": "one"})
    owe(store, "m1", body={"text": "two"})
    with store.begin() as tx:
        [message] = tx.messages.claim(by="a", now=NOW, lease_s=30, limit=10)
        assert (message.wanted, message.body) == (2, {"text": "two"})
        tx.messages.posted(message.id, revision=1, channel_id="C1", ts="1.0")
    assert claim(store, "a") == ["m1"]


def test_a_timer_of_the_same_key_replaces_the_one_that_waits(store: Store) -> None:
    with store.begin() as tx:
        first = tx.timers.set(key="off", kind=TimerKind.START, at=NOW, run=1, stack="s", job="off")
        second = tx.timers.set(key="off", kind=TimerKind.START, at=NOW + timedelta(hours=1), run=2, stack="s")
        assert tx.timers.due(NOW) == []
        assert [timer.id for timer in tx.timers.due(NOW + timedelta(hours=2))] == [second.id]
        replaced = tx.timers.get(first.id)
        assert replaced
        assert replaced.state is TimerState.CANCELLED


def test_records_of_transactions_side_by_side_make_one_chain(store: Store) -> None:
    def work(number: int) -> None:
        with store.begin() as tx:
            tx.audit.add(at=NOW, by=ADA, origin="cli", verb="run", target=f"a/{number}")
            tx.locks.ask("site", a_run(number=number), now=NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(1, 21)))

    with store.read() as tx:
        assert len(tx.audit.recent()) == 20
        assert tx.audit.first_broken() is None


def test_a_changed_line_breaks_the_audits_chain(store: Store) -> None:
    with store.begin() as tx:
        for number in range(4):
            tx.audit.add(at=NOW, by=ADA, origin="cli", verb="run", target=f"a/{number}")
    with store.begin() as tx:
        assert tx.audit.first_broken() is None
        third = tx.audit.recent()[1]
        tx.session.execute(text(f"UPDATE audit SET person = 'Bea' WHERE id = {third.id}"))
        assert tx.audit.first_broken() == third.id


def test_a_call_is_taken_once_and_again_when_it_comes_late(store: Store) -> None:
    def is_taken(later: timedelta) -> bool:
        with store.begin() as tx:
            return tx.starts.deliver("web/built/1", NOW + later, same_for=timedelta(minutes=5), keep=timedelta(days=7))

    assert [is_taken(timedelta(minutes=minutes)) for minutes in (0, 0, 4, 5)] == [True, False, False, True]


def test_what_was_owed_once_takes_the_place_of_nothing_when_it_is_owed_again(store: Store) -> None:
    def owe(key: str) -> bool:
        what = {"stack": "web", "job": "deploy", "trigger": 0, "environment": None, "inputs": {}, "given": {}}
        with store.begin() as tx:
            return tx.starts.owe(key=key, replace=True, cause="", not_before=NOW, behind={}, **what)

    assert [owe(key) for key in ("first", "second", "first")] == [True, True, False]
    with store.read() as tx:
        assert [one.key for one in tx.starts.due(NOW)] == ["second"]
