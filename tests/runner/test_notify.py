"""Which lines are owed when a run begins and ends."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.app import App
from bot.control.start import Request
from bot.model.message import MessageKind
from bot.model.person import TIMER
from bot.model.run import RunStatus
from tests.runner.lab import say, wait_for

RULES = "notify: [{channel: '#b', on: [finish], quiet: {from: '00:00', until: '23:59'}}]\n"


def owed(app: App, number: int, now: datetime) -> list[tuple[MessageKind, str]]:
    with app.store.begin() as tx:
        claimed = tx.messages.claim(by="test", now=now, lease_s=0.0, limit=100)
    return [(one.kind, one.channel) for one in claimed if one.run == number and one.kind is MessageKind.NOTICE]


def test_an_automatic_run_that_fails_is_told_where_the_stack_is_at_home(app: App, jobs: Any) -> None:
    run = jobs(f"jobs: {{job: {{steps: [{say('bad')}]}}}}")
    by_person = run("job").run
    by_timer = run("job", by=TIMER).run
    with app.store.begin() as tx:
        # As if it had been started where somebody pressed the button an hour ago.
        tx.runs.change(by_timer.number, channel="C0ELSEWHERE")
    again = app.control.runs.retry(by_timer.number, Request(by=TIMER, origin="timer", key="again by timer"))
    wait_for(lambda: app.control.runs.get(again.number).status is RunStatus.FAILED)

    now = app.clock.now()
    assert owed(app, by_person.number, now) == []
    assert owed(app, again.number, now) == [(MessageKind.NOTICE, "#ops")]


def test_quiet_hours_owe_one_line_for_all_runs_and_not_before_they_end(app: App, jobs: Any) -> None:
    run = jobs(f"{RULES}jobs: {{job: {{steps: [{say('a')}]}}}}")
    run("job")
    run("job")
    tonight = datetime.now(UTC).replace(hour=23, minute=59, second=0, microsecond=0)

    def lines(now: datetime) -> int:
        with app.store.begin() as tx:
            claimed = tx.messages.claim(by="test", now=now, lease_s=0.0, limit=100)
        return len([one for one in claimed if one.kind is MessageKind.QUIET])

    assert lines(tonight - timedelta(seconds=1)) == 0
    assert lines(tonight) == 1
