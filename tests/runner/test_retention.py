"""What is older than anybody wants to look at is forgotten: rows, folders, entries of the engine. The audit stays."""

import os
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.app import App
from bot.base.errors import NotFound
from bot.control.logs import RunLog
from bot.control.retention import Retention
from bot.model.run import RunStatus
from tests.control.house import ADA
from tests.runner.lab import say

OLD = timedelta(days=91)


def sweep(app: App) -> int:
    logs = RunLog(app.settings.runs)
    return Retention(
        store=app.store,
        entries=app.engine,
        logs=logs,
        files=app.control.files,
        clock=app.clock,
        keep=timedelta(days=90),
    ).sweep()


def age(app: App, number: int) -> None:
    long_ago = app.clock.now() - OLD
    with app.store.begin() as tx:
        tx.runs.change(number, ended_at=long_ago)
    folder = RunLog(app.settings.runs).run_folder(number)
    if folder.exists():
        os.utime(folder, (long_ago.timestamp(), long_ago.timestamp()))


def rows_about(app: App, number: int) -> dict[str, Any]:
    tables = {"step": "run", "event": "run", "message": "run", "timer": "run", "run": "number"}
    with app.store.read() as tx:
        counted = {
            table: tx.session.execute(text(f"SELECT count(*) FROM {table} WHERE {key} = {number}")).scalar()
            for table, key in tables.items()
        }
        own = text(f"SELECT count(*) FROM workflow_status WHERE workflow_uuid LIKE '%{number:010d}%'")
        return {**counted, "engine": tx.session.execute(own).scalar()}


def test_a_draft_of_a_form_is_forgotten_after_a_day_and_a_younger_one_stays(app: App) -> None:
    drafts, now = app.control.drafts, app.clock.now()
    young = drafts.keep({"reason": "young"}, by=ADA)
    with app.store.begin() as tx:
        tx.drafts.add("old", person=ADA.id, inputs={}, at=now - timedelta(days=1, minutes=1))

    sweep(app)

    assert drafts.find(young, by=ADA) == {"reason": "young"}
    with pytest.raises(NotFound):
        drafts.find("old", by=ADA)


def test_an_old_run_is_forgotten_and_a_new_one_stays(jobs: Any, app: App) -> None:
    run = jobs(f"jobs: {{job: {{steps: [{say('old')}]}}}}")
    old, new = run("job").run.number, run("job").run.number
    folder = RunLog(app.settings.runs).run_folder(old)
    folder.mkdir(exist_ok=True)
    (folder / "1.log").write_text("said")
    age(app, old)
    before = rows_about(app, old)
    assert min(before[name] for name in ("step", "event", "message", "run", "engine")) >= 1

    assert sweep(app) == 1

    assert set(rows_about(app, old).values()) == {0}
    assert not folder.exists()
    assert app.control.runs.get(new).status is RunStatus.SUCCEEDED
    with pytest.raises(NotFound):
        app.control.runs.get(old)
    with app.store.read() as tx:
        assert [record.verb for record in tx.audit.recent() if f"#{old}" in record.detail] == ["run", "start"]
        assert tx.audit.first_broken() is None


def test_a_run_from_which_something_follows_stays(jobs: Any, app: App) -> None:
    run = jobs(
        f"jobs: {{job: {{steps: [{say('on')}], then: {{run: off, after: 200d}}}}, off: {{steps: [{say('off')}]}}}}"
    )
    promising, _ = run("job").run.number, run("off").run.number
    waiting = run("job").run.number
    age(app, promising)
    age(app, waiting)

    sweep(app)

    # The second one moved the moment to itself.
    assert app.control.runs.get(waiting).number == waiting


def test_the_newest_run_stays_so_that_no_number_comes_twice(jobs: Any, app: App) -> None:
    run = jobs(f"jobs: {{job: {{steps: [{say('a')}]}}}}")
    newest = run("job").run.number
    age(app, newest)

    sweep(app)

    assert run("job").run.number == newest + 1


def test_a_run_that_is_not_over_stays_however_old(jobs: Any, app: App) -> None:
    run = jobs("jobs: {job: {steps: [{wait: 1h}]}}")
    waiting = run("job", until=(RunStatus.WAITING,)).run.number
    run("job", until=(RunStatus.WAITING,))
    with app.store.begin() as tx:
        tx.runs.change(waiting, created_at=app.clock.now() - OLD)

    sweep(app)

    assert app.control.runs.get(waiting).status is RunStatus.WAITING


def test_a_folder_that_is_gone_already_stops_nothing(jobs: Any, app: App, tmp_path: Path) -> None:
    run = jobs(f"jobs: {{job: {{steps: [{say('a')}]}}}}")
    old = run("job").run.number
    run("job")
    age(app, old)
    shutil.rmtree(RunLog(app.settings.runs).run_folder(old), ignore_errors=True)

    assert sweep(app) >= 1
    assert sweep(app) == 0


def test_what_a_killed_preview_and_runs_of_long_ago_left_on_disk_is_removed(app: App) -> None:
    """Of several machines one forgets the row of a run, and each has a folder of its own."""
    logs, long_ago = RunLog(app.settings.runs), (app.clock.now() - OLD).timestamp()
    left = [logs.run_folder(999_998), logs.preview_folder() / "killed"]
    young = [logs.run_folder(999_999), logs.preview_folder() / "at-work"]
    for folder in (*left, *young):
        folder.mkdir(parents=True)
    for folder in left:
        os.utime(folder, (long_ago, long_ago))

    sweep(app)

    assert [folder.exists() for folder in (*left, *young)] == [False, False, True, True]
