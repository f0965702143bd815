"""What nobody asks for any more is forgotten; what keeps something from being done twice, not before its time."""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlmodel import select

from bot.control.logs import RunLog
from bot.control.retention import Retention
from bot.control.watchers.hooks import Call
from bot.model.announce import Mark
from bot.model.file import GivenFile
from bot.model.message import MessageKind
from bot.model.person import Person
from bot.model.run import Run
from bot.model.timer import TimerKind
from bot.store.form_tables import DraftRow
from bot.store.start_tables import StartRow
from bot.store.store import Transaction
from tests.control.front import Front
from tests.fakes.postgres import postgres_database

STACK = """
stack: web
channel: "#ops"
resources:
  app: {check: http.versions, with: {url: "http://a/", pattern: x}, announce: {}}
webhooks:
  pushed: {sign: github, secret: "env:X", fields: {by: "{{ payload.by }}"}}
jobs:
  deploy:
    environments: [staging]
    triggers: [{version: app}, {webhook: pushed, skip_if_same: true}]
    steps: [{wait: 1s}]
environments: {staging: }
"""
ADA = Person(id="U1ADA", name="Ada")
SECRET = b"both know it"


class NoEntries:
    """An engine that keeps nothing."""

    def forget(self, parts: Sequence[tuple[int, int]]) -> None:
        del parts


@pytest.fixture
def web(tmp_path: Path, database_url: str | None) -> Iterator[Front]:
    front = Front(tmp_path, STACK, database_url)
    yield front
    front.store.close()


def sweep(web: Front, *, keep_days: int = 90) -> None:
    Retention(
        store=web.store,
        entries=NoEntries(),
        logs=RunLog(web.folder / "runs"),
        files=web.control.files,
        clock=web.clock,
        keep=timedelta(days=keep_days),
    ).sweep()


def pass_days(web: Front, days: float) -> None:
    """Let time pass in which the bot looks after its rows: just now, and at the end."""
    sweep(web)
    web.clock.pass_(days=days)
    sweep(web)


def rows(web: Front, table: str) -> int:
    with web.store.read() as tx:
        return int(tx.session.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one())


def keys(web: Front) -> list[str]:
    """Of all messages."""
    with web.store.read() as tx:
        return [str(key) for (key,) in tx.session.execute(text("SELECT key FROM message ORDER BY id"))]


def owe(web: Front, key: str, kind: MessageKind = MessageKind.FIXED, **body: Any) -> None:
    with web.store.begin() as tx:
        tx.messages.owe(key=key, kind=kind, channel="#ops", body=body)


def push(web: Front, body: bytes) -> bool:
    """Somebody calls the webhook."""
    sign = "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    hooks = web.hooks(lambda _reference, _folder: SECRET.decode())
    return hooks.take(Call(stack="web", name="pushed", headers={"x-hub-signature-256": sign}, body=body))


@pytest.mark.full
def test_a_file_that_a_run_gets_this_moment_is_not_forgotten_by_another_bot(tmp_path: Path) -> None:
    with postgres_database() as url:
        web = Front(tmp_path, STACK, url)
        file = GivenFile(ref="a-file", person=ADA.id, source="F1", name="may.csv", size=1, sha256="")
        with web.store.begin() as tx:
            tx.files.add(file, at=web.clock.now() - timedelta(days=2))
        run = replace(a_run(web), inputs={"report": file.answer})

        with web.store.begin() as tx:
            web.control.files.use(tx, run)
            sweep(web)

        with web.store.read() as tx:
            assert tx.files.get("a-file") == file
        web.store.close()


def a_run(web: Front) -> Run:
    push(web, b'{"by": "Ada"}')
    [run] = web.runs()
    return run


def test_a_call_that_comes_again_starts_nothing_again_for_more_than_a_year(web: Front) -> None:
    push(web, b'{"by": "Ada"}')
    assert len(web.runs()) == 1

    pass_days(web, 399)
    push(web, b'{"by": "Ada"}')
    assert len(web.runs()) == 1

    assert rows(web, "start") == 1
    pass_days(web, 2)
    assert rows(web, "start") == 0


def test_of_what_was_started_no_more_than_its_key_is_kept(web: Front) -> None:
    push(web, b'{"by": "Ada"}')
    web.runs()

    with web.store.read() as tx:
        [start] = tx.session.exec(select(StartRow)).all()
    assert (start.state, start.inputs, start.given, start.behind) == ("started", {}, {}, {})


def test_a_version_that_is_gone_is_forgotten_and_starts_its_job_again_when_it_comes_back(web: Front) -> None:
    web.find("1.0")
    web.find("1.0", "1.1")
    web.find("1.0")
    assert len(web.runs()) == 1

    pass_days(web, 89)
    assert [one.number for one in web.control.watch.history("web", "app")] == ["1.0", "1.1"]
    pass_days(web, 2)
    assert [one.number for one in web.control.watch.history("web", "app")] == ["1.0"]

    assert web.find("1.0", "1.1") == ["1.1 appeared"]
    assert len(web.runs()) == 2


def test_a_change_starts_its_job_though_the_resource_was_away_for_a_while(web: Front) -> None:
    for state in ("a", "b"):
        web.find(f"1.0@{state}")
    assert len(web.runs()) == 1
    web.edit(STACK.replace("app: {check", "other: {check").replace("{version: app}", "{version: other}"))
    web.clock.pass_(hours=1)
    web.edit(STACK)
    web.find("1.0@b")

    web.find("1.0@c")

    assert len(web.runs()) == 2


def test_what_was_told_and_said_of_a_version_stays_as_long_as_the_version(web: Front) -> None:
    web.find("1.0")
    web.find("1.0", "1.1", "1.2")
    for number in ("1.1", "1.2"):
        web.control.announcements.mark("web", "app", number, Mark.SKIPPED, by=ADA, origin="slack")
    web.find("1.0", "1.1")

    pass_days(web, 91)
    # A round finds the message of a version that the round before has forgotten.
    pass_days(web, 1)

    assert (keys(web), rows(web, "mark")) == (["version:web/app:1.1"], 1)


def test_a_message_is_forgotten_once_nobody_has_asked_for_it_for_long(web: Front) -> None:
    for key in ("told", "told again"):
        owe(web, key)
    owe(web, "board:web:#ops", MessageKind.BOARD, stack="web")
    pass_days(web, 50)
    owe(web, "told again")

    pass_days(web, 41)
    assert keys(web) == ["told again", "board:web:#ops"]
    pass_days(web, 500)
    assert keys(web) == ["board:web:#ops"]


def test_what_is_announced_by_the_clock_may_be_edited_a_year_later(web: Front) -> None:
    owe(web, "scheduled:web/yearly:#ops", MessageKind.SCHEDULED)

    pass_days(web, 399)
    assert keys(web) == ["scheduled:web/yearly:#ops"]
    pass_days(web, 2)
    assert keys(web) == []


def test_a_digest_that_was_told_is_known_for_two_months_however_soon_runs_are_forgotten(web: Front) -> None:
    owe(web, "versions:weekly:#ops:2026-03-02", MessageKind.VERSIONS)
    sweep(web, keep_days=1)
    web.clock.pass_(days=59)

    sweep(web, keep_days=1)

    assert keys(web) == ["versions:weekly:#ops:2026-03-02"]


def test_that_a_check_works_again_is_told_though_the_word_that_it_did_not_is_forgotten(web: Front) -> None:
    web.find("1.0")
    for _ in range(3):
        web.find(error="It is away.")
    pass_days(web, 91)
    assert keys(web) == []

    web.find("1.0")

    assert web.messages() == ["I can look at *app* of web again."]


def test_a_timer_of_a_person_is_forgotten_with_its_message_and_no_other_gets_its_number(web: Front) -> None:
    """Its number is in buttons, and in the key of the run that it starts."""
    pauses = web.control.pauses
    pauses.pause("web", by=ADA, why="Move", origin="slack", length=timedelta(hours=1), channel="#ops")
    web.clock.pass_(minutes=55)
    web.control.timers.fire_due()
    web.clock.pass_(minutes=10)
    web.control.timers.fire_due()
    pauses.pause("web", by=ADA, why="Move", origin="slack", length=timedelta(days=500), channel="#ops")
    assert "timer:1" in keys(web)

    pass_days(web, 91)

    assert keys(web) == []
    with web.store.begin() as tx:
        assert [tx.timers.get(id) is None for id in (1, 2)] == [True, False]
        tx.session.execute(text("DELETE FROM timer"))
        assert tx.timers.set(key="new", kind=TimerKind.START, at=web.clock.now()).id == 3


def test_a_lock_that_nobody_holds_is_forgotten_and_can_be_had_again(web: Front) -> None:
    def is_had(tx: Transaction, name: str) -> bool:
        hour = timedelta(hours=1)
        return tx.locks.reserve(name, person_id="U0ADA", holder="Ada", why="", length=hour, now=web.clock.now())

    with web.store.begin() as tx:
        assert is_had(tx, "web/pr-1")
        assert is_had(tx, "web/pr-2")
        tx.locks.end_reservation("web/pr-1", web.clock.now())

    sweep(web)

    assert rows(web, "lock") == 1
    with web.store.begin() as tx:
        assert is_had(tx, "web/pr-1")
        assert not is_had(tx, "web/pr-2")


def test_that_a_trigger_started_the_same_is_known_for_more_than_a_year(web: Front) -> None:
    push(web, b'{"by": "Ada"}')
    web.runs()

    pass_days(web, 399)
    push(web, b'{"by": "Ada", "again": true}')
    assert len(web.runs()) == 1

    pass_days(web, 401)
    push(web, b'{"by": "Ada", "again": 2}')
    assert len(web.runs()) == 2


def test_one_round_removes_no_more_than_others_can_wait_for(web: Front) -> None:
    long_ago = web.clock.now() - timedelta(days=9)
    with web.store.begin() as tx:
        drafts = [{"key": str(number), "person": ADA.id, "inputs": {}, "at": long_ago} for number in range(2010)]
        tx.session.execute(insert(DraftRow), drafts)

    sweep(web)
    assert rows(web, "draft") == 10
    sweep(web)
    assert rows(web, "draft") == 0


def test_the_audit_stays(web: Front) -> None:
    web.control.pauses.pause("web", by=ADA, why="Move", origin="slack", channel=None)

    pass_days(web, 5000)

    with web.store.read() as tx:
        assert [record.verb for record in tx.audit.recent()] == ["pause"]
        assert tx.audit.first_broken() is None
