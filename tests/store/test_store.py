"""Transactions: all or nothing, patient with a locked database, and clear about one that cannot be opened."""

import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from bot.base.errors import SetupProblem
from bot.model.person import Person
from bot.store import migrate
from bot.store.store import Store

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ADA = Person(id="u", name="Ada")


def test_an_exception_leaves_nothing_behind(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.begin() as tx:
        tx.workers.beat("w1", NOW)
        _ = 1 / 0

    with store.read() as tx:
        assert not tx.workers.any_since(NOW - timedelta(days=1))


def test_what_waits_for_the_commit_is_called_after_it_and_only_then(store: Store) -> None:
    called: list[str] = []
    with store.begin() as tx:
        tx.afterwards(lambda: called.append("written"))
        assert called == []
    with pytest.raises(ZeroDivisionError), store.begin() as tx:
        tx.afterwards(lambda: called.append("never"))
        _ = 1 / 0

    assert called == ["written"]


def test_moments_come_back_aware_and_in_utc(store: Store) -> None:
    with store.begin() as tx:
        tx.audit.add(at=NOW, by=ADA, origin="cli", verb="run", target="a/b")
    with store.read() as tx:
        [record] = tx.audit.recent()
    assert record.at == NOW
    assert record.at.utcoffset() == timedelta(0)


def test_a_locked_database_is_waited_for(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/rows.db")
    other = sqlite3.connect(tmp_path / "rows.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")

    def free_later() -> None:
        time.sleep(0.5)
        other.execute("COMMIT")

    thread = threading.Thread(target=free_later)
    thread.start()
    store.insist(lambda tx: tx.workers.beat("w1", NOW))
    thread.join()
    other.close()
    store.close()


def test_a_full_disk_is_waited_for(tmp_path: Path) -> None:
    """The limit stands for the disk: SQLite says "database or disk is full" at it."""
    store = Store.open(f"sqlite:///{tmp_path}/rows.db")
    with store.engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()

    def limit(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages + grown[0]}").close()

    grown = [0]
    event.listen(store.engine, "checkout", limit)

    def grow_later() -> None:
        time.sleep(0.7)
        grown[0] = 10_000

    thread = threading.Thread(target=grow_later)
    thread.start()
    store.insist(lambda tx: tx.events.add(1, "big", NOW, text="x" * 100_000))
    thread.join()
    with store.read() as tx:
        assert [len(line.text) for line in tx.events.of(1)] == [100_000]
    store.close()


def test_a_database_that_is_away_for_a_moment_is_asked_again(store: Store) -> None:
    away = [True, True]

    def break_off(*_: object) -> None:
        if away:
            away.pop()
            raise OperationalError("SELECT", None, Exception("the server is starting up"))

    event.listen(store.engine, "before_cursor_execute", break_off)

    assert store.insist_on_reading(lambda tx: tx.runs.recent(), sleep=lambda _: None) == []
    assert away == []


def test_a_database_that_cannot_be_opened_is_named_without_its_password() -> None:
    with pytest.raises(SetupProblem) as problem:
        Store.open("postgresql://bot:s3cret@127.0.0.1:1/rows")
    assert "127.0.0.1:1" in str(problem.value)
    assert "s3cret" not in str(problem.value)


def test_a_file_that_cannot_be_a_database_is_looked_for_on_its_disk_and_on_no_server(tmp_path: Path) -> None:
    with pytest.raises(SetupProblem) as problem:
        Store.open(f"sqlite:///{tmp_path}")

    assert str(problem.value).endswith("Check that its disk has room, and that it may be written: stackhand doctor")


def test_the_tables_of_a_newer_program_are_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/rows.db"
    store = Store.open(url)
    with store.begin() as tx:
        tx.session.execute(text("UPDATE alembic_version SET version_num = '9000'"))
    store.close()

    with pytest.raises(SetupProblem) as problem:
        Store.open(url)

    assert problem.value.reason.startswith("The database is of a newer Stackhand (its tables are 9000")


def test_two_processes_may_bring_the_tables_up_to_date_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/rows.db"
    problems: list[BaseException] = []

    def open_it() -> None:
        try:
            Store.open(url).close()
        except BaseException as problem:  # noqa: BLE001 - told to the test
            problems.append(problem)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_the_newest_migration_is_the_one_that_is_asked_for() -> None:
    folder = ScriptDirectory(str(Path(migrate.__file__).parent / "migrations"))
    assert folder.get_current_head() == migrate.HEAD


def test_the_migrations_make_the_tables_that_the_code_declares(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlmodel import SQLModel

    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        difference = compare_metadata(context, SQLModel.metadata)
    assert difference == []
