"""Production's data for staging, in the words of Slack: by one click, table by table, and back by another."""

import json
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.actions.database import shop as rows
from tests.actions.database.products import Pair, pair
from tests.scenarios.conftest import ROOT, Bot
from tests.scenarios.watched import filled, start
from tests.slack import Slack, read

STACK = ROOT / "stacks" / "dump-prod-to-staging"
COPY = "Copy data to staging"
#: A rule at which the copy stands still for as long as somebody holds this lock of production's.
HELD = {"sql": "CASE WHEN pg_advisory_xact_lock_shared(7) IS NULL THEN NULL ELSE upper(town) END"}
OLD = "SELECT name FROM sqlite_master WHERE name = 'old'"


@pytest.fixture
def bot(_shared: Bot) -> Bot:
    """A bot with the shipped stack, on the playground's shop."""
    if not _shared.is_up:
        shutil.copytree(STACK, _shared.stacks / STACK.name)
        _shared.start()
    return _shared


@pytest.fixture
def shop(bot: Bot) -> Path:
    """The playground's shop, with a staging in use that has one table of its own."""
    folder = bot.data / "playground" / "shop"
    (folder / "staging.db").unlink(missing_ok=True)
    ask(folder / "staging.db", "CREATE TABLE old (id integer)")
    return folder


def ask(file: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as session:
        found = session.execute(statement).fetchall()
        session.commit()
        return found


def test_staging_gets_productions_data_table_by_table_and_undo_brings_the_old_back(slack: Slack, shop: Path):
    run = start(slack, COPY)
    text = run.until("*Succeeded*")

    assert "customers ok · items ok · orders ok" in text
    people = ask(shop / "production.db", "SELECT count(*) FROM customers")
    assert ask(shop / "staging.db", "SELECT count(*) FROM customers") == people
    slack.message_with("Staging has production's data of now:")

    run.click("Undo")
    run.until("undone")

    assert ask(shop / "staging.db", OLD)


def test_a_personal_column_without_a_rule_is_refused_by_name_and_with_the_rule_to_write(slack: Slack, shop: Path):
    ask(shop / "production.db", "ALTER TABLE orders ADD contact_email text")
    try:
        slack.click(slack.message_with(f"[{COPY}]"), COPY)
        slack.submit(filled(slack))
        told = slack.until(lambda: text if "Would fail" in (text := read(slack.modal())) else None)
    finally:
        ask(shop / "production.db", "ALTER TABLE orders DROP COLUMN contact_email")

    assert "1 column looks personal and has no rule: orders.contact_email (its name says so)." in told
    assert "orders: {columns: {contact_email: mask}}" in told
    assert ask(shop / "staging.db", OLD)


@pytest.mark.full
def test_kills_in_the_middle_leave_staging_as_it_was_and_the_copy_goes_on(bot: Bot, slack: Slack, tmp_path: Path):
    with pair("postgresql", tmp_path) as databases, psycopg.connect(databases.source, autocommit=True) as production:
        production.execute("SELECT pg_advisory_lock(7)")
        write_stack(bot, databases, tmp_path / "mask.key")
        bot.restart()
        slack.command("board refill")
        run = start(slack, "Refill staging")
        text = run.until("orders ok")
        assert "*customers running*" in text
        assert "copying customers" in text

        programs = programs_of(bot)
        bot.kill()
        assert programs_of(bot) == programs
        assert is_as_before(databases)
        bot.start()
        bot.kill()
        for program in programs:
            program.kill()
        assert is_as_before(databases)
        bot.start()
        production.execute("SELECT pg_advisory_unlock(7)")

        run.until("*Succeeded*")
        assert databases.ask(databases.target, "SELECT count(*) FROM customers") == [(rows.PEOPLE,)]
        assert len(databases.beside()) == 1


def write_stack(bot: Bot, databases: Pair, key: Path) -> None:
    key.write_text(rows.KEY)
    columns = rows.RULES["customers"]["columns"] | {"town": HELD}
    fields = {
        "source": databases.source,
        "target": databases.target,
        "key": f"file:{key}",
        "tables": rows.RULES | {"customers": {"columns": columns}},
    }
    step = {"title": "Copy the data", "uses": "database.copy_masked", "with": fields}
    job = {"title": "Refill staging", "steps": [step]}
    bot.write("stack.yml", json.dumps({"title": "Refill", "jobs": {"refill": job}}), stack="refill")


def is_as_before(databases: Pair) -> bool:
    return databases.ask(databases.target, "SELECT count(*) FROM old") == [(0,)]


def programs_of(bot: Bot) -> list[psutil.Process]:
    """What the bot has started, and what watches over it."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("STACKHAND_PROGRAM", "").startswith(str(bot.data)):
                found += [process, *process.parents()[:1]]
    return found
