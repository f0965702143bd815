"""The bot's own Slack edge in the sandbox: all that it sends is something that Slack takes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.base.clock import SystemClock
from bot.base.nudges import Nudges
from bot.model.form import Choice, FieldType, FormField, FormValue
from bot.sandbox.blocks import take_view
from bot.sandbox.clock import Ids, MovableClock
from bot.sandbox.sandbox import Sandbox
from bot.slack.edge import SlackEdge
from bot.slack.views.fields import field_input
from bot.slack.views.parts import modal
from bot.store.store import Store
from tests.sandbox.raw_app import Json
from tests.slack import Slack, read
from tests.slack_edge import front_door

_ANSWERS: dict[FieldType, FormValue] = {
    FieldType.INTEGER: 3,
    FieldType.NUMBER: 1.5,
    FieldType.DATE: "2026-11-24",
    FieldType.TIME: "14:02",
    FieldType.DATE_TIME: "2026-11-24T14:02+01:00",
}


@pytest.fixture
def edge(sandbox: Sandbox, tmp_path: Path) -> Iterator[front_door.FrontDoor]:
    store = Store.open(f"sqlite:///{tmp_path}/bot.db")
    nudges, clock = Nudges(), front_door.MovableClock()
    door = front_door.FrontDoor(store, nudges, clock)
    edge = SlackEdge(
        bot_token=sandbox.bot_token,
        app_token=sandbox.app_token,
        api_url=sandbox.api_url,
        control=door,
        catalog=door.catalog,
        store=store,
        previewer=door.previews,
        clock=clock,
        nudges=nudges,
    )
    edge.start(timeout_s=10)
    yield door
    edge.stop(timeout_s=5)
    store.close()


def test_the_menu_and_the_form_are_taken(edge: front_door.FrontDoor, ada: Slack) -> None:
    ada.command("maintenance enable on staging")

    assert "Reason shown to visitors" in read(ada.until(lambda: _with_inputs(ada)))
    refused = [entry for entry in ada.journal("call") if not entry["response"].get("ok", True)]
    assert refused == []


@pytest.mark.parametrize("kind", [kind for kind in FieldType if kind is not FieldType.GROUP])
def test_every_type_of_field_is_an_input_that_slack_takes(kind: FieldType) -> None:
    choices = tuple(Choice(value=f"c{nth}", label=f"Choice {nth}") for nth in range(3))
    field = FormField(name="field", type=kind, label="Label", choices=choices, help="Help", unit="min")
    view = modal("Title", [field_input(field, _ANSWERS.get(kind, "c1"))], submit="Start")

    assert take_view(view, Ids(MovableClock(SystemClock())), kind="modal")["blocks"]


def _with_inputs(ada: Slack) -> Json | None:
    opened = ada.snapshot()["modals"]
    return opened[-1] if opened and any(block["type"] == "input" for block in opened[-1]["blocks"]) else None
