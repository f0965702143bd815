"""`backup.*` of databases: each product's own programs, a real restic repository, and back."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from actions.api import ActionFailed
from actions.backup.cli import WORK
from actions.backup.create import Create
from actions.backup.meeting import Meeting
from actions.backup.restore import Restore
from actions.backup.verify import Verify
from tests.actions.backup.conftest import SECRETS
from tests.actions.backup.databases import SHOP, Databases, databases_of
from tests.fakes.restic import restic_repository

pytestmark = pytest.mark.full
PRODUCTS = ("sqlite", "postgresql", "mariadb")
ROWS = {"orders": 3, "empty": 0}
NOTES = "SELECT note FROM orders ORDER BY id"


@pytest.fixture(params=PRODUCTS)
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Databases]:
    with databases_of(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def shop(databases: Databases) -> str:
    """A database with three orders."""
    address = databases.new()
    databases.ask(address, *SHOP)
    return address


def _filled(rows: dict[str, int]) -> dict[str, int]:
    return {table: count for table, count in rows.items() if count}


def _locks(repository: Path) -> str:
    """The locks as restic sees them: half a file, whose writer was killed, is none."""
    argv = ["restic", f"--repo={repository}", "--no-cache", "--no-lock", "list", "locks"]
    environment = {"PATH": os.environ["PATH"], "RESTIC_PASSWORD": SECRETS["env:BACKUP_PASSWORD"]}
    return subprocess.run(argv, env=environment, check=True, capture_output=True, text=True).stdout


def test_a_database_comes_back_as_it_was_with_its_rows_counted(backup, databases, shop):
    place = databases.new()

    saved = backup(Create, database=shop)
    restored = backup(Restore, database=place)

    assert _filled(saved.rows) == {"orders": 3}
    assert restored.rows == ROWS
    assert databases.ask(place, NOTES) == databases.ask(shop, NOTES)


def test_a_database_in_use_is_not_restored_into(backup, databases, shop):
    backup(Create, database=shop)
    used = databases.new()
    databases.ask(used, "CREATE TABLE orders (id integer)", "INSERT INTO orders VALUES (7)")

    with pytest.raises(ActionFailed, match=r"is not empty|already"):
        backup(Restore, database=used)

    assert databases.ask(used, "SELECT id FROM orders") == [(7,)]


def test_a_trial_counts_every_table_and_leaves_nothing(backup, databases, shop, tmp_path, context):
    saved = backup(Create, database=shop)

    scratch = {} if databases.product == "sqlite" else {"scratch": shop}
    verified = backup(Verify, rows=saved.rows, **scratch)

    assert verified.rows == ROWS
    assert databases.trials(shop) == []


def test_a_backup_with_other_rows_than_were_counted_is_not_verified(backup, databases, shop):
    backup(Create, database=shop)

    scratch = {} if databases.product == "sqlite" else {"scratch": shop}
    with pytest.raises(ActionFailed, match="orders has 3 rows and had 4"):
        backup(Verify, rows={"orders": 4}, **scratch)

    assert databases.trials(shop) == []


def test_a_dump_that_fails_is_no_backup(backup, databases, shop, tmp_path):
    with pytest.raises(ActionFailed, match="ended with code"):
        backup(Create, database=f"{shop}_that_is_not_there")

    assert list((tmp_path / "repository" / "snapshots").iterdir()) == []
    assert _locks(tmp_path / "repository") == ""


def test_a_dump_that_fails_while_restic_takes_its_lock_leaves_none(backup, tmp_path, monkeypatch):
    locks = tmp_path / "repository" / "locks"
    dump = tmp_path / "bin" / "sqlite3"
    dump.parent.mkdir()
    dump.write_text(f'#!/bin/sh\nuntil [ "$(ls {locks})" ]; do sleep 0.01; done\nexit 1\n')
    dump.chmod(0o755)
    monkeypatch.setenv("PATH", f"{dump.parent}:{os.environ['PATH']}")

    with pytest.raises(ActionFailed, match="sqlite3 ended with code 1"):
        backup(Create, database=f"sqlite://{tmp_path}/shop.db")

    assert _locks(tmp_path / "repository") == ""


def test_a_dump_whose_program_was_killed_is_no_backup(tmp_path):
    password = SECRETS["env:BACKUP_PASSWORD"]
    restic_repository(tmp_path / "repository", password)
    dump = tmp_path / "bin" / "sqlite3"
    dump.parent.mkdir()
    dump.write_text(f"#!/bin/sh\necho 'BEGIN;'\ntouch {tmp_path}/began\nexec sleep 600\n")
    dump.chmod(0o755)
    restic = ["restic", f"--repo={tmp_path}/repository", "--no-cache", "backup", "--stdin"]
    job = Meeting(task="save", database=f"sqlite://{tmp_path}/shop.db", restic=restic, store_env=["RESTIC_PASSWORD"])
    (tmp_path / "job.json").write_text(job.model_dump_json())
    environment = {"PATH": f"{dump.parent}:{os.environ['PATH']}", "RESTIC_PASSWORD": password}

    with subprocess.Popen([*WORK, str(tmp_path / "job.json")], env=environment) as killed:
        while not (tmp_path / "began").exists():
            assert killed.poll() is None
        programs = psutil.Process(killed.pid).children()
        killed.kill()

    psutil.wait_procs(programs, timeout=30)
    assert [program for program in programs if program.is_running()] == []
    assert list((tmp_path / "repository" / "snapshots").iterdir()) == []


def test_a_restore_that_breaks_off_leaves_nothing_in_the_way_of_the_next_one(
    backup, databases, shop, tmp_path, monkeypatch
):
    many = ", ".join(f"({id}, 'once more, as always, to the third floor')" for id in range(4, 4000))
    databases.ask(shop, f"INSERT INTO orders VALUES {many}")
    backup(Create, database=shop)
    place = databases.new()
    cut = tmp_path / "bin" / "restic"
    cut.parent.mkdir()
    restic = shutil.which("restic")
    others = f'case "$*" in *dump*) ;; *) exec {restic} "$@" ;; esac'
    cut.write_text(f'#!/bin/sh\n{others}\n{restic} "$@" | head -c -40\nexit 1\n')
    cut.chmod(0o755)
    with monkeypatch.context() as broken:
        broken.setenv("PATH", f"{cut.parent}:{os.environ['PATH']}")
        with pytest.raises(ActionFailed, match="restic ended with code 1"):
            backup(Restore, database=place)

    assert backup(Restore, database=place).rows == ROWS | {"orders": 3999}


@contextmanager
def half_restored(databases: Databases, place: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A restore into a database of MariaDB that has made a table and a view, and hangs."""
    half = folder / "half"
    made = "echo 'CREATE TABLE half (id int); CREATE VIEW seen AS SELECT 1;'"
    # More than any buffer on the way holds.
    half.write_text(f"#!/bin/sh\n{made}\nyes -- '-- and more' | head -c 1000000\nexec sleep 600\n")
    half.chmod(0o755)
    job = Meeting(task="restore", database=place, restic=[str(half)])
    (folder / "job.json").write_text(job.model_dump_json())
    with subprocess.Popen([*WORK, str(folder / "job.json")], env={"PATH": os.environ["PATH"]}) as work:
        while ("seen",) not in databases.ask(place, "SHOW TABLES"):
            assert work.poll() is None
        try:
            yield work
        finally:
            work.kill()


@pytest.mark.parametrize("databases", ["mariadb"], indirect=True)
def test_what_a_killed_restore_has_left_in_mariadb_is_cleared_away_by_the_next(backup, databases, shop, tmp_path):
    backup(Create, database=shop)
    place = databases.new()
    databases.ask(place, f"ALTER DATABASE {place.rpartition('/')[2]} COLLATE utf8mb4_bin")
    with half_restored(databases, place, tmp_path) as killed:
        killed.kill()

    assert backup(Restore, database=place).rows == ROWS

    assert databases.ask(place, "SHOW TABLES") == [("empty",), ("orders",)]
    assert databases.ask(place, "SELECT @@collation_database") == [("utf8mb4_bin",)]


@pytest.mark.parametrize("databases", ["mariadb"], indirect=True)
def test_what_a_restore_at_work_has_made_by_now_is_not_cleared_away_by_another_one(backup, databases, shop, tmp_path):
    backup(Create, database=shop)
    place = databases.new()

    with half_restored(databases, place, tmp_path):
        with pytest.raises(ActionFailed, match="A restore is at work"):
            backup(Restore, database=place)

        assert ("seen",) in databases.ask(place, "SHOW TABLES")


@pytest.mark.parametrize("databases", ["mariadb"], indirect=True)
def test_why_a_restore_broke_off_is_said_also_where_what_it_left_cannot_be_cleared_away(databases, tmp_path):
    place = databases.new()
    name = user = place.rpartition("/")[2]
    databases.ask(place, f"GRANT SELECT, CREATE, INSERT ON {name}.* TO '{user}'@'%' IDENTIFIED BY ''")
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    job = Meeting(task="restore", database=place.replace("root@", f"{user}@"), restic=[str(broken)])
    (tmp_path / "job.json").write_text(job.model_dump_json())

    done = subprocess.run([*WORK, str(tmp_path / "job.json")], check=False, capture_output=True, text=True)
    databases.ask(place, f"DROP USER '{user}'@'%'")

    assert "broken ended with code 3" in done.stdout


@pytest.mark.parametrize("databases", ["mariadb"], indirect=True)
def test_a_table_of_mariadb_that_keeps_its_history_is_counted(backup, databases, shop):
    databases.ask(shop, "CREATE TABLE prices (id int) WITH SYSTEM VERSIONING", "INSERT INTO prices VALUES (1), (2)")

    saved = backup(Create, database=shop)

    assert backup(Verify, rows=saved.rows, scratch=shop).rows == ROWS | {"prices": 2}


def test_a_database_goes_back_into_one_of_its_own_product_only(backup, tmp_path):
    with databases_of("sqlite", tmp_path) as sqlite:
        address = sqlite.new()
        sqlite.ask(address, *SHOP)
        backup(Create, database=address)

    with pytest.raises(ActionFailed, match="is of a sqlite database"):
        backup(Restore, database="mariadb://root@127.0.0.1/shop")
