"""Jobs that take each other back say which of them was last."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from bot.app import App
from bot.control.start import Request
from bot.model.message import MessageKind
from bot.model.run import RunView
from bot.model.toggle import Standing
from bot.slack.door import Offer
from bot.slack.listeners.menu import menu_of
from bot.slack.views.board import BoardScene, board_blocks
from bot.slack.views.menu import Menu, menu_blocks
from bot.slack.views.run_list import standing_blocks
from tests.runner.lab import ADA, GRACE, say, wait_for

ON_AND_OFF = f"""\
environments: {{staging: {{}}, production: {{}}}}
jobs:
  enable:
    title: Maintenance on
    inverse: disable
    steps: [{{uses: command.run, with: {{argv: [./say, on], undo_argv: [./say, off]}}}}]
  disable: {{title: Maintenance off, inverse: enable, steps: [{say("off")}]}}
"""


def _standing(app: App, view: RunView, job: str) -> list[Standing]:
    stack = app.catalog.stack(view.run.stack)
    return app.control.toggles.standing(stack, stack.jobs[job])


def _words(states: list[Standing]) -> list[tuple[str, str | None, str]]:
    return [(one.title, one.environment, one.by) for one in states]


def test_both_jobs_know_which_was_last_in_each_environment(jobs: Any, app: App) -> None:
    run = jobs(ON_AND_OFF)

    run("enable", environment="staging")
    run("disable", environment="staging")
    last = run("enable", environment="production", by=GRACE)

    wanted = [("Maintenance on", "production", "Grace"), ("Maintenance off", "staging", "Ada")]
    assert _words(_standing(app, last, "enable")) == wanted
    assert _words(_standing(app, last, "disable")) == wanted
    assert _standing(app, last, "enable")[0].since == last.run.ended_at


def test_an_undo_counts_as_the_inverse(jobs: Any, app: App) -> None:
    run = jobs(ON_AND_OFF)
    view = run("enable", environment="staging")

    undo = app.control.runs.undo(view.run.number, Request(by=GRACE, origin="cli", key="undo the toggle"))
    wait_for(lambda: app.control.runs.get(undo.number).status.is_over)

    assert _words(_standing(app, view, "enable")) == [("Maintenance off", "staging", "Grace")]


def test_a_board_is_shown_anew_when_one_of_them_has_succeeded(jobs: Any, app: App) -> None:
    run = jobs(ON_AND_OFF + "  other: {title: Other, steps: [{uses: command.run, with: {argv: [./say, x]}}]}\n")
    stack = run("other", environment="staging").run.stack
    with app.store.begin() as tx:
        tx.messages.owe(key=f"board:{stack}:#ops", kind=MessageKind.BOARD, channel="#ops")

    run("enable", environment="staging")
    run("other", environment="staging")

    with app.store.read() as tx:
        board = tx.messages.get(f"board:{stack}:#ops")
    assert board
    assert board.wanted == 2


def test_a_pair_says_it_once_on_boards_and_menus(jobs: Any, app: App) -> None:
    view = jobs(ON_AND_OFF)("enable", environment="staging")
    stack = app.catalog.stack(view.run.stack)
    states = app.control.toggles.of_stack(stack, stack.menu)

    menu = menu_of(SimpleNamespace(door=app.control), ADA)  # type: ignore[arg-type]

    for blocks in (
        board_blocks(BoardScene(stack=stack, jobs=stack.menu, standing=states)),
        menu_blocks(replace(menu, offers=_of(menu, stack.name))),
    ):
        assert str(blocks).count("Now: *Maintenance on, staging* <!date") == 1


def _of(menu: Menu, stack: str) -> list[Offer]:
    return [offer for offer in menu.offers if offer.stack.name == stack]


def test_a_form_says_it_of_the_places_where_one_may(jobs: Any, app: App) -> None:
    view = jobs(ON_AND_OFF)("enable", environment="staging")
    states = _standing(app, view, "disable")

    assert "Now: *Maintenance on, staging* <!date" in str(standing_blocks(states, ["staging", "production"]))
    assert standing_blocks(states, ["production"]) == standing_blocks(states, [None]) == []
