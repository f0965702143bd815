"""Watchers that several bots change at the same moment: none waits for another that waits for it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from bot.store.store import Store, Transaction
from tests.fakes.postgres import postgres_database

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FIRST, LAST = "web/a", "web/z"
BOTH = {LAST: NOW, FIRST: NOW}
HOLDING: dict[str, Callable[[Transaction], object]] = {
    "say that nothing changed": lambda tx: tx.watchers.unchanged(BOTH, now=NOW),
    "look sooner": lambda tx: tx.watchers.sooner([LAST, FIRST], NOW),
    "see which there are": lambda tx: tx.watchers.keep(BOTH),
    "come back after a kill": lambda tx: tx.watchers.give_back("one", NOW),
}


@pytest.fixture
def store() -> Iterator[Store]:
    """Of two watchers that one bot looks at; they stand in the table as they came, the last of them first."""
    with postgres_database() as url:
        opened = Store.open(url)
        for wanted in ({LAST: NOW}, BOTH):
            with opened.begin() as tx:
                tx.watchers.keep(wanted)
        with opened.begin() as tx:
            tx.watchers.claim(by="one", now=NOW, lease_s=300, limit=2)
            for id in BOTH:
                tx.watchers.change(id, told_at=NOW)
        yield opened
        opened.close()


def one_waits(store: Store) -> bool:
    """Does a transaction wait for a row that another one holds?"""
    query = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with store.read() as tx:
        return tx.session.connection().execute(text(query)).first() is not None


@pytest.mark.full
@pytest.mark.parametrize("what", HOLDING)
def test_whoever_takes_several_takes_them_in_one_order(store: Store, what: str) -> None:
    def take() -> None:
        with store.begin() as tx:
            HOLDING[what](tx)

    with ThreadPoolExecutor(1) as pool:
        with store.begin() as tx:
            tx.watchers.lock_row(FIRST)
            taken = pool.submit(take)
            while not (one_waits(store) or taken.done()):
                pass
            # The other waits for the first. Had it taken the last before, each would wait for the other.
            assert tx.watchers.lock_row(LAST)
        taken.result(timeout=60)
