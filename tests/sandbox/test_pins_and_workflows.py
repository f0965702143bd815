"""Pins, and the steps of workflows that the app does."""

from pathlib import Path

import pytest

from tests.sandbox.bare_api import Api
from tests.sandbox.raw_app import RawApp
from tests.slack import Json, Slack

MANIFEST = Path(__file__).parents[2] / "manifest-workflows.yml"
STEP: Json = {"callback_id": "run_stack_job", "inputs": {"stack": "web", "job": "deploy"}}
OUTPUTS = {"status": "succeeded", "link": ""}


@pytest.fixture
def workflow(ada: Slack) -> Json:
    """A step that a workflow has come to, in a Slack whose app offers it."""
    ada.post("app", manifest=MANIFEST.read_text())
    ada.act("workflow", **STEP)
    [execution] = ada.get("functions")
    found: Json = execution
    return found


def test_a_message_is_pinned_once_until_it_is_taken_off(ada: Slack, api: Api) -> None:
    said = api("chat.postMessage", channel="#ops", text="Board")
    where = {"channel": said["channel"], "timestamp": said["ts"]}

    assert api("pins.add", **where) == {"ok": True}

    assert ada.message_with("Board")["pinned_to"] == [said["channel"]]
    assert api("pins.add", **where)["error"] == "already_pinned"
    assert api("pins.remove", **where) == {"ok": True}
    assert "pinned_to" not in ada.message_with("Board")
    assert api("pins.remove", **where)["error"] == "no_pin"


def test_what_is_not_there_cannot_be_pinned(api: Api) -> None:
    assert api("pins.add", channel="#ops", timestamp="1.0")["error"] == "message_not_found"


def test_a_step_ends_once(ada: Slack, api: Api, workflow: Json) -> None:
    assert api("functions.completeSuccess", function_execution_id=workflow["id"], outputs=OUTPUTS) == {"ok": True}

    [done] = ada.get("functions")
    again = api("functions.completeError", function_execution_id=workflow["id"], error="no")
    assert (done["status"], done["outputs"]) == ("completed", OUTPUTS)
    assert again["error"] == "execution_not_in_running_state"


def test_a_step_that_nobody_asked_for_cannot_end(api: Api) -> None:
    ended = api("functions.completeError", function_execution_id="Fx0", error="no")

    assert ended["error"] == "function_execution_not_found"


def test_the_token_of_a_step_is_good_until_it_ends(ada: Slack, raw: RawApp, api: Api) -> None:
    ada.post("app", manifest=MANIFEST.read_text())
    ada.act("workflow", **STEP)
    event = ada.until(lambda: [one for one in ada.journal("envelope") if "function_executed" in str(one)])[0]
    [execution] = ada.get("functions")
    its_own = api.with_token(f"xwfp-sandbox-{execution['id']}")

    assert "'inputs': {'stack': 'web', 'job': 'deploy'}" in str(event)
    assert f"xwfp-sandbox-{execution['id']}" not in str(event)
    assert its_own("functions.completeError", function_execution_id=execution["id"], error="no") == {"ok": True}
    assert its_own("auth.test")["error"] == "invalid_auth"


@pytest.mark.parametrize("inputs", [{"stack": "web"}, {"stack": "web", "job": "deploy", "colour": "red"}])
def test_a_step_wants_the_inputs_that_it_declares(ada: Slack, workflow: Json, inputs: Json) -> None:
    with pytest.raises(AssertionError, match="The step needs"):
        ada.act("workflow", callback_id="run_stack_job", inputs=inputs)
