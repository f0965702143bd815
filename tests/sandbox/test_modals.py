"""Modals: opened by a trigger, stacked, changed, sent and closed."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.bare_api import Api
from tests.sandbox.raw_app import RawApp
from tests.sandbox.samples import button, modal, plain, row, section, select, text_input
from tests.slack import Slack, read

Json = dict[str, Any]


@pytest.fixture
def trigger(ada: Slack, raw: RawApp) -> Callable[[], str]:
    """A fresh trigger_id of Ada's."""

    def take() -> str:
        ada.command("x", wait=False)
        return str(raw.next("slash_commands").payload["trigger_id"])

    return take


@pytest.fixture
def opened(api: Api, trigger: Callable[[], str]) -> Callable[..., Json]:
    """Opens a modal for Ada."""

    def open_one(*blocks: Json, **more: Any) -> Json:
        answer = api("views.open", trigger_id=trigger(), view=modal(*blocks, **more))
        assert answer["ok"], answer
        view: Json = answer["view"]
        return view

    return open_one


def answered(ada: Slack, raw: RawApp, payload: Json | None, **values: str) -> Json:
    """Ada sends the top modal, the app answers with *payload*; returns the outcome."""
    outcomes: list[Json] = []
    sending = threading.Thread(target=lambda: outcomes.append(ada.submit(values=values)))
    sending.start()
    raw.ack(raw.next("interactive"), payload)
    sending.join(5)
    return outcomes[0]


def test_a_trigger_opens_one_modal(api: Api, trigger: Callable[[], str], ada: Slack) -> None:
    id = trigger()

    assert api("views.open", trigger_id=id, view=modal(section("Hello")))["ok"]
    assert api("views.open", trigger_id=id, view=modal())["error"] == "exchanged_trigger_id"
    assert api("views.open", trigger_id="made-up", view=modal())["error"] == "invalid_trigger_id"
    assert read(ada.modal()) == "Hello"
    assert ada.as_name("grace").snapshot()["modals"] == []


def test_a_trigger_is_good_for_three_seconds(api: Api, trigger: Callable[[], str], ada: Slack) -> None:
    id = trigger()

    ada.advance(3.1)

    assert api("views.open", trigger_id=id, view=modal())["error"] == "expired_trigger_id"


def test_three_modals_stand_on_each_other_and_no_fourth(
    api: Api, trigger: Callable[[], str], opened: Callable[..., Json], ada: Slack
) -> None:
    first = opened()
    second = api("views.push", trigger_id=trigger(), view=modal())["view"]
    third = api("views.push", trigger_id=trigger(), view=modal())["view"]
    fourth = api("views.push", trigger_id=trigger(), view=modal())

    assert fourth["error"] == "push_limit_reached"
    assert (second["previous_view_id"], third["root_view_id"]) == (first["id"], first["id"])
    assert [view["id"] for view in ada.snapshot()["modals"]] == [first["id"], second["id"], third["id"]]


def test_an_open_modal_is_changed_by_its_id_or_its_name(api: Api, opened: Callable[..., Json], ada: Slack) -> None:
    view = opened(section("a"), external_id="mine")

    assert api("views.update", view_id=view["id"], view=modal(section("b"), external_id="mine"))["ok"]
    assert read(ada.modal()) == "b"
    assert api("views.update", external_id="mine", view=modal(section("c")))["ok"]
    assert read(ada.modal()) == "c"


def test_an_old_hash_is_refused(api: Api, opened: Callable[..., Json]) -> None:
    view = opened()
    new = api("views.update", view_id=view["id"], hash=view["hash"], view=modal())["view"]

    assert new["hash"] != view["hash"]
    assert api("views.update", view_id=view["id"], hash=view["hash"], view=modal())["error"] == "hash_conflict"


def test_a_modal_that_its_person_closed_is_not_found(api: Api, opened: Callable[..., Json], ada: Slack) -> None:
    view = opened()

    ada.close()

    assert api("views.update", view_id=view["id"], view=modal())["error"] == "not_found"


def test_two_open_modals_cannot_have_one_name(
    api: Api, trigger: Callable[[], str], opened: Callable[..., Json]
) -> None:
    opened(external_id="mine")

    answer = api("views.push", trigger_id=trigger(), view=modal(external_id="mine"))

    assert answer["error"] == "duplicate_external_id"


def test_what_is_required_is_asked_for_before_anything_is_sent(opened: Callable[..., Json], ada: Slack) -> None:
    number: Json = {"type": "number_input", "action_id": "value", "is_decimal_allowed": False}
    opened(
        text_input("Reason", "why"),
        {**text_input("Minutes", "minutes"), "element": number},
        text_input("Note", "note", optional=True),
    )

    outcome = ada.submit(values={"Minutes": "1.5"})

    assert outcome["errors"] == {
        "why": "Please complete this required field.",
        "minutes": "Please enter a whole number.",
    }
    assert ada.journal("envelope")[-1]["type"] == "slash_commands"


def test_a_sent_modal_carries_what_stands_in_it(opened: Callable[..., Json], ada: Slack, raw: RawApp) -> None:
    chosen = {"text": plain("b"), "value": "b"}
    opened(
        text_input("Reason", "why"),
        {**text_input("Kind", "kind"), "element": select("a", "b", initial_option=chosen)},
        private_metadata="kept",
    )

    ada.submit(values={"Reason": "because"}, wait=False)
    payload = raw.next("interactive").payload

    assert payload["type"] == "view_submission"
    assert payload["view"]["private_metadata"] == "kept"
    assert payload["view"]["state"]["values"] == {
        "why": {"value": {"type": "plain_text_input", "value": "because"}},
        "kind": {"pick": {"type": "static_select", "selected_option": chosen}},
    }


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        (None, ["first"]),
        ({"response_action": "clear"}, []),
        ({"response_action": "update", "view": modal(section("new"))}, ["first", "new"]),
        ({"response_action": "push", "view": modal(section("third"))}, ["first", "second", "third"]),
    ],
)
def test_the_answer_decides_what_becomes_of_the_modals(
    api: Api,
    trigger: Callable[[], str],
    opened: Callable[..., Json],
    ada: Slack,
    raw: RawApp,
    answer: Json | None,
    left: list[str],
) -> None:
    opened(section("first"))
    api("views.push", trigger_id=trigger(), view=modal(section("second")))

    answered(ada, raw, answer)

    assert [read(view) for view in ada.snapshot()["modals"]] == left


def test_errors_for_what_is_no_input_are_of_no_use(opened: Callable[..., Json], ada: Slack, raw: RawApp) -> None:
    opened(section("first"))

    outcome = answered(ada, raw, {"response_action": "errors", "errors": {"nothing": "wrong"}})

    assert outcome["error"] == "invalid_errors"
    assert len(ada.snapshot()["modals"]) == 1


def test_a_modal_stays_when_nobody_takes_it(opened: Callable[..., Json], ada: Slack) -> None:
    opened(text_input("Reason", "why"))

    outcome = ada.submit(values={"Reason": "because"})

    assert outcome["error"] == "operation_timeout"
    assert ada.modal()["state"]["values"]["why"]["value"]["value"] == "because"


def test_the_app_hears_of_a_closed_modal_only_if_it_asked(opened: Callable[..., Json], ada: Slack, raw: RawApp) -> None:
    opened()
    ada.close()
    view = opened(notify_on_close=True, callback_id="told")
    ada.close(all_of_them=True)

    payload = raw.next("interactive").payload

    assert (payload["type"], payload["view"]["id"], payload["is_cleared"]) == ("view_closed", view["id"], True)


def test_a_button_in_a_modal_sends_what_was_filled_in(opened: Callable[..., Json], ada: Slack, raw: RawApp) -> None:
    view = opened(text_input("Reason", "why"), row(button("Look", "look")))
    values = {"why": {"value": {"type": "plain_text_input", "value": "half"}}}
    action = {"block_id": "row", "action_id": "look"}

    ada.act("block", container={"type": "view", "view_id": view["id"]}, action=action, state={"values": values})
    payload = raw.next("interactive").payload

    assert payload["container"] == {"type": "view", "view_id": view["id"]}
    assert payload["actions"][0]["value"] == "1"
    assert payload["view"]["state"]["values"]["why"]["value"]["value"] == "half"


def test_options_are_looked_up_by_the_app(opened: Callable[..., Json], ada: Slack, raw: RawApp) -> None:
    external = {"type": "external_select", "action_id": "find"}
    view = opened({**text_input("Job", "job"), "element": external})
    container = {"type": "view", "view_id": view["id"]}
    found: list[Json] = []
    looking = threading.Thread(
        target=lambda: found.append(
            ada.act("options", container=container, block_id="job", action_id="find", value="ma")
        )
    )
    looking.start()

    arrival = raw.next("interactive")
    raw.ack(arrival, {"options": select("maintenance")["options"]})
    looking.join(5)

    assert arrival.payload["value"] == "ma"
    assert found[0]["options"][0]["value"] == "maintenance"


def test_an_app_home_needs_its_tab(api: Api, ada: Slack) -> None:
    home = {"type": "home", "blocks": [section("Welcome")]}
    first = api("views.publish", user_id="U0ADA", view=home)
    again = api("views.publish", user_id="U0ADA", view=home, hash=first["view"]["hash"])
    late = api("views.publish", user_id="U0ADA", view=home, hash=first["view"]["hash"])
    manifest = ada.get("app")["manifest"]
    manifest["features"]["app_home"]["home_tab_enabled"] = False
    ada.post("app", manifest=manifest)

    assert again["view"]["id"] == first["view"]["id"]
    assert late["error"] == "hash_conflict"
    assert api("views.publish", user_id="U0NOBODY", view=home)["error"] == "not_enabled"
