"""`kill -9` of the bot, or of its whole machine, amid the daily work: what stands is whole, and the message says so."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
import requests

from tests.fakes.alertmanager import Alerts, alertmanager
from tests.fakes.postgres import postgres_database
from tests.fakes.restic import restic_repository
from tests.fakes.serving import Handler, serving
from tests.runner.lab import kill_programs
from tests.scenarios.conftest import Bot
from tests.scenarios.shipped import ship
from tests.scenarios.watched import Watched, start
from tests.slack import Slack

pytestmark = [pytest.mark.full, pytest.mark.timeout(600)]

BACKUP = """\
  shop:
    database: "{database}"
    database_password: null
    restored: "{restored}"
    restored_password: null
    files: []
    restored_files: ""
    scratch: "{restored}"
    scratch_password: null
    repository: {{place: "{folder}/backups", password: "file:{folder}/backup.key"}}
"""
MONITORING = '  shop: {{alertmanager: "{url}", site: "{url}/-/ready"}}\n'
#: From the second table on a restore stands still for as long as somebody holds this lock of the database.
HOLD = """
CREATE FUNCTION hold() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT FROM pg_class WHERE relname = 'cake') THEN PERFORM pg_advisory_xact_lock_shared(7); END IF;
END $$;
CREATE EVENT TRIGGER hold ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION hold();
"""
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = %s"
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"


@dataclass
class Slow:
    """An Alertmanager whose answers to new silences come when they are let through; it has made them at once."""

    behind: Alerts
    url: str = ""
    may_answer: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Slow]:
    with alertmanager(tmp_path / "alerts") as behind:
        slow = Slow(behind)

        class Manager(Handler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {"Content-Type": "application/json"}
                url = behind.url + self.path
                answer = requests.request(self.command, url, data=body, headers=headers, timeout=10)
                if self.command == "POST":
                    slow.may_answer.wait(60)
                self.reply(answer.status_code, answer.content)

            def do_POST(self) -> None:
                self.do_GET()

            def do_DELETE(self) -> None:
                self.do_GET()

        with serving(Manager) as server:
            slow.url = f"http://127.0.0.1:{server.server_port}"
            try:
                yield slow
            finally:
                slow.may_answer.set()


@pytest.fixture
def shop() -> Iterator[str]:
    """Production's database: three cakes, and a guest."""
    with postgres_database() as url, psycopg.connect(url) as session:
        session.execute("CREATE TABLE cake AS SELECT * FROM (VALUES ('plum'), ('cherry'), ('apple')) AS menu (name)")
        session.execute("CREATE TABLE guest AS SELECT 'Ada' AS name")
        session.commit()
        yield url


@pytest.fixture
def restored() -> Iterator[str]:
    """An empty database, into which a restore comes as far as to its second table while it is held up."""
    with postgres_database() as url, psycopg.connect(url) as session:
        session.execute(HOLD)
        session.commit()
        yield url


def waiting(session: psycopg.Connection, program: str) -> int:
    """How many sessions of one of PostgreSQL's own programs wait: also of one that was killed, until they may go on."""
    [(count,)] = session.execute(WAITING, (program,)).fetchall()
    return int(count)


def machine_dies(bot: Bot) -> None:
    """With all that the bot has started."""
    bot.kill()
    kill_programs(bot.data)


def test_a_silence_is_made_once_although_the_bot_was_killed_before_it_knew(asleep: Bot, slow: Slow) -> None:
    bot = asleep
    ship("monitoring", bot.stacks, MONITORING.format(url=slow.url))
    bot.start()
    slack = Slack(bot.url)
    run = start(slack, "Silence alerts", {"For how long (min)": 20, "Why": "We replace a disk"})
    [made] = slack.until(slow.behind.silences)

    bot.kill()
    slow.may_answer.set()
    bot.start()

    run.until("*Succeeded*")
    assert [one["id"] for one in slow.behind.silences()] == [made["id"]]
    run.click("Undo")
    run.until("undone")
    assert slow.behind.silences() == []


def test_a_backup_and_a_restore_go_on_and_one_that_died_leaves_nothing_half(
    asleep: Bot, shop: str, restored: str, tmp_path: Path
) -> None:
    bot, snapshots = asleep, tmp_path / "backups" / "snapshots"
    (tmp_path / "backup.key").write_text("not-for-production")
    restic_repository(tmp_path / "backups", "not-for-production")
    ship("backup", bot.stacks, BACKUP.format(database=shop, restored=restored, folder=tmp_path))
    bot.start()
    slack = Slack(bot.url)
    with psycopg.connect(shop, autocommit=True) as production, psycopg.connect(restored, autocommit=True) as place:
        with production.transaction():
            production.execute("LOCK TABLE cake IN ACCESS EXCLUSIVE MODE")
            save = start(slack, "Back up now")
            with psycopg.connect(shop, autocommit=True) as other:
                slack.until(lambda: waiting(other, "pg_dump"))
                bot.restart()
                assert waiting(other, "pg_dump") == 1, "the dump goes on without the bot"
                machine_dies(bot)
                assert list(snapshots.iterdir()) == []
                bot.start()
                slack.until(lambda: waiting(other, "pg_dump") == 2 or None)
        save.until("*Succeeded*", timeout_s=120)
        assert len(list(snapshots.iterdir())) == 1
        slack.message_with("A trial brought back 4 rows (tables: 2).")

        place.execute("SELECT pg_advisory_lock(7)")
        id = next(snapshots.iterdir()).name[:8]
        restore = bring_back(slack, id)
        slack.until(lambda: waiting(production, "pg_restore"))
        machine_dies(bot)
        assert place.execute(TABLES).fetchall() == []
        bot.start()
        assert "The machine died in the middle of this step" in restore.until("[Retry step]")
        restore.click("Retry step")
        slack.until(lambda: waiting(production, "pg_restore") == 2 or None)
        bot.restart()
        place.execute("SELECT pg_advisory_unlock(7)")

        restore.until("*Succeeded*", timeout_s=120)
        assert place.execute(TABLES).fetchall() == [("cake",), ("guest",)]
        assert place.execute("SELECT count(*) FROM cake").fetchall() == [(3,)]
        slack.message_with(f"Backup {id} of the shop was brought back into")


def bring_back(slack: Slack, id: str) -> Watched:
    """Restore the database from this backup; Grace agrees."""
    run = start(slack, "Bring a backup back", {"Which backup": id}, offers=id)
    slack.as_name("grace").click(slack.message_with("[Approve]"), "Approve")
    return run
