"""People as they were last seen, and the jobs they keep at hand."""

from datetime import UTC, datetime, timedelta

from bot.model.person import JobName, Person
from bot.model.plan import Plan
from bot.model.run import RunStatus
from bot.store.store import Store

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ADA = Person(id="U1", name="Ada", email="ada@example.org", groups=frozenset({"ops", "dev"}))
PRINT, BURN = JobName(stack="press", job="print"), JobName(stack="press", job="burn")


def test_a_person_is_kept_as_they_are_now(store: Store) -> None:
    with store.begin() as tx:
        tx.people.keep(ADA)
        tx.people.keep(Person(id="U1", name="Ada L.", email=ADA.email, groups=frozenset({"dev"})))

    with store.read() as tx:
        assert tx.people.all() == [Person(id="U1", name="Ada L.", email=ADA.email, groups=frozenset({"dev"}))]
        assert tx.people.get("U2") is None


def test_homes_are_those_that_were_opened_lately(store: Store) -> None:
    with store.begin() as tx:
        tx.people.keep(ADA)
        tx.people.keep(Person(id="U2", name="Ben"))
        tx.people.opened_home("U1", NOW)
        tx.people.opened_home("U2", NOW - timedelta(hours=1))

    with store.read() as tx:
        assert tx.people.at_home_since(NOW - timedelta(minutes=30)) == ["U1"]


def test_stars_come_in_the_order_they_were_given_each_once(store: Store) -> None:
    with store.begin() as tx:
        tx.people.star("U1", PRINT, NOW + timedelta(seconds=1))
        tx.people.star("U1", BURN, NOW)
        tx.people.star("U1", BURN, NOW + timedelta(seconds=2))
        tx.people.star("U2", PRINT, NOW)

    with store.read() as tx:
        assert tx.people.favourites("U1") == [BURN, PRINT]
    with store.begin() as tx:
        tx.people.unstar("U1", BURN)
    with store.read() as tx:
        assert tx.people.favourites("U1") == [PRINT]


def test_the_most_used_jobs_come_first_and_undoing_is_no_use(store: Store) -> None:
    started = [("burn", None), ("print", None), ("print", None), ("burn", 1), ("burn", 1)]
    with store.begin() as tx:
        for nth, (job, undo_of) in enumerate(started):
            _add_run(tx, f"k{nth}", job, undo_of=undo_of)

    with store.read() as tx:
        assert tx.people.most_used("U1", limit=5) == [PRINT, BURN]
        assert tx.people.most_used("U1", limit=1) == [PRINT]
        assert tx.people.most_used("U2", limit=5) == []


def _add_run(tx, key, job, *, undo_of):
    tx.runs.add(
        key=key,
        stack="press",
        job=job,
        title=job,
        environment=None,
        inputs={},
        plan=Plan(folder=".", steps=(), scope={}),
        status=RunStatus.SUCCEEDED,
        started_by_id="U1",
        started_by="Ada",
        cause="",
        origin="slack",
        lock=None,
        created_at=NOW,
        undo_of=undo_of,
    )
