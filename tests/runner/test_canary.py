"""A secret that is used in many ways stands nowhere: in no row, no file, no log, and in nothing told to Slack."""

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stderr, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
import structlog
from rich.console import Console

from bot.app import App
from bot.base.errors import Refused
from bot.cli.as_json import dumps, run_object
from bot.cli.live import Lines, Picture
from bot.cli.own_words import speak_plainly
from bot.control.start import Request, StartJob
from bot.control.watchers.hooks import Call, Hooks
from bot.model.message import MessageKind
from bot.model.person import Person
from bot.model.run import RunStatus
from bot.runner.secrets import read_secret
from bot.settings import Settings
from bot.slack.live import Live
from bot.slack.views.log_modal import log_modal
from tests.runner.canary import BREAKING, CANARY, SECRETS, heard, jobs, own_actions, parrot, write
from tests.runner.lab import ADA, STILL, wait_for

WAYS = list(jobs("http://127.0.0.1"))
#: What holds something of each way: files that do not belong to one run.
EVERYWHERE = "everywhere"


@dataclass
class Cage:
    """All that was left behind, by the way of its run."""

    left: dict[str, list[bytes]]
    status: dict[str, RunStatus]
    log: str


@pytest.fixture(scope="module")
def cage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cage]:
    folder, said = tmp_path_factory.mktemp("cage"), io.StringIO()
    own = own_actions(folder / "actions")
    with own, parrot() as url, pytest.MonkeyPatch.context() as environ, redirect_stderr(said):
        for name, value in SECRETS.items():
            environ.setenv(name, value)
        write(folder / "stacks" / "cage", url)
        speak_plainly(0)
        app = App.open(Settings(data=folder / "data", stacks=folder / "stacks", runs_at_once=8))
        assert app.catalog.problems == ()
        try:
            app.start(slack=False)
            yield _sing(app, said)
        finally:
            app.close()
            structlog.reset_defaults()


def _sing(app: App, said: io.StringIO) -> Cage:
    asks = {way: _ask(nth) for nth, way in enumerate(WAYS)}
    left: dict[str, list[bytes]] = {way: [_shown(app, ask)] for way, ask in asks.items()}
    numbers = {way: app.control.runs.start(ask).number for way, ask in asks.items() if not way.startswith("choices")}
    for way, number in numbers.items():
        wanted = (RunStatus.WAITING,) if way == "approval" else STILL
        wait_for(partial(_stands, app, number, wanted), 60)
    undone = app.control.runs.undo(numbers["an undo"], Request(by=ADA, origin="cli", key="undo")).number
    wait_for(lambda: app.control.runs.get(undone).status in STILL, 60)
    _look_and_call(app)
    for way, number in {**numbers, "an undo": undone}.items():
        run = app.control.runs.get(number)
        left[way] += [file.read_bytes() for file in app.settings.runs.glob(f"{number}/**/*") if file.is_file()]
        left[way].append(repr(app.control.runs.view(number)).encode())
        left[way].append(_on_the_terminal(app, number))
        left[way].append(json.dumps(log_modal(run, []), ensure_ascii=False).encode())
    left[EVERYWHERE] = [file.read_bytes() for file in app.settings.data.rglob("*") if file.is_file()]
    left[EVERYWHERE] += [_pictures(app), said.getvalue().encode()]
    return Cage(left, {way: app.control.runs.get(number).status for way, number in numbers.items()}, said.getvalue())


def _stands(app: App, number: int, wanted: tuple[RunStatus, ...]) -> bool:
    return app.control.runs.get(number).status in wanted


def _ask(nth: int) -> StartJob:
    return StartJob(person=ADA, stack="cage", job=f"way-{nth}", inputs={}, key=f"ask {nth}", origin="cli")


def _shown(app: App, ask: StartJob) -> bytes:
    """What the form and the preview of a job show."""
    stack, job = app.catalog.job(ask.stack, ask.job)
    told: list[Any] = []
    for source in filter(None, (field.choices_from for field in job.form)):
        with suppress(Refused):
            told.append(app._choices.read(source, folder=stack.folder))
    try:
        told += app.previewer.preview(ask)
    except Refused as refused:
        told.append(str(refused))
    return repr(told).encode()


def _on_the_terminal(app: App, number: int) -> bytes:
    """What `stackhand run` and `stackhand show` print of a run: line by line, drawn, and as JSON."""
    said, view, log = io.StringIO(), app.control.runs.view(number), app.control.runs.log(number)
    for console in (Console(file=said, width=400), Console(file=said, width=400, force_terminal=True)):
        for shown in (Lines(console), Picture(console)):
            shown.show(view, log.tail(1000))
            shown.end(view, log.tail(1000))
    said.write(dumps(run_object(view)))
    return said.getvalue().encode()


def _look_and_call(app: App) -> None:
    """The resources are looked at, and the webhook is called by somebody who says the secret in the payload, too."""
    stack = app.catalog.stack("cage")
    for resource in stack.resources.values():
        app.control.watch.record(app.looker.look(stack, resource, {}))
    hooks = Hooks(
        store=app.store,
        catalog=app.catalog,
        triggers=app.control.watch.triggers,
        clock=app.clock,
        read_secret=lambda reference, folder: read_secret(reference, app.settings.environ, folder),
    )
    body = json.dumps({"said": f"it is {CANARY}"}).encode()
    assert hooks.take(Call(stack="cage", name="ring", headers={"x-gitlab-token": CANARY}, body=body))
    app.control.watch.follow()


def _pictures(app: App) -> bytes:
    """Every message that is owed to Slack, as it would be sent."""
    live = Live(door=app.control, stacks=app.catalog, group_id=lambda _: None, person=lambda id: Person(id=id, name=id))
    with app.store.begin() as tx:
        owed = tx.messages.claim(by="test", now=app.clock.now(), lease_s=0, limit=1000)
    seen = [live.picture(one) for one in owed if one.kind is not MessageKind.LOG]
    assert len(seen) > len(WAYS)
    return json.dumps([[one.text, one.blocks] for one in seen], ensure_ascii=False).encode()


@pytest.mark.parametrize("way", [*WAYS, EVERYWHERE])
def test_a_secret_is_not_to_be_found_wherever_it_was_used(cage: Cage, way: str) -> None:
    assert [heard(content) for content in cage.left[way] if heard(content)] == []


def test_there_are_fifty_ways_and_each_was_gone(cage: Cage) -> None:
    assert len(WAYS) >= 50
    assert cage.status["program: plain"] is RunStatus.SUCCEEDED
    assert cage.status["a later step, after a wait"] is RunStatus.SUCCEEDED
    assert any(b'here failed at "Break": no entry with ***' in told for told in cage.left["ansible variable"])
    broken = [way for way, status in cage.status.items() if status is RunStatus.ERRORED]
    assert broken == [f"action: {way}" for way in BREAKING]
