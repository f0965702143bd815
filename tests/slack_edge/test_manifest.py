"""Both manifests declare what the listeners answer, ask for no scope more than is used, and are what Slack takes.

`manifest_schema` holds Slack's own schemas, from https://github.com/slackapi/manifest-schema (MIT, see its LICENSE).
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from bot.slack.app import Listeners

ROOT = Path(__file__).parents[2]
SCHEMAS = Path(__file__).parent / "manifest_schema"
BOTH = ("manifest.yml", "manifest-workflows.yml")
#: What each scope is asked for: a method that the program calls, or an event or command that it answers.
SCOPES = {
    "commands": "app.command",
    "chat:write": "chat_postMessage",
    "chat:write.public": "chat_postMessage",
    "im:write": "conversations_open",
    "im:history": '"message":',
    "app_mentions:read": '"app_mention":',
    "channels:history": "conversations_history",
    "groups:history": "conversations_history",
    "channels:read": "conversations_list",
    "groups:read": "conversations_list",
    "users:read": "users_info",
    "users:read.email": '"email"',
    "usergroups:read": "usergroups_list",
    "pins:write": "pins_add",
    "files:write": "files_getUploadURLExternal",
    "files:read": "files_info",
}


def manifest(name: str) -> dict[str, Any]:
    read: dict[str, Any] = YAML(typ="safe").load((ROOT / name).read_text())
    return read


@pytest.fixture
def listeners() -> Listeners:
    made = Listeners.__new__(Listeners)
    Listeners.__init__(made, None, None)  # type: ignore[arg-type]
    return made


@pytest.mark.parametrize("name", BOTH)
def test_slack_takes_it(name: str) -> None:
    declared = manifest(name)
    version = declared["_metadata"]["major_version"]
    schema = json.loads((SCHEMAS / f"manifest.schema.{version}.0.0.json").read_text())

    assert [f"{error.json_path}: {error.message}" for error in Draft7Validator(schema).iter_errors(declared)] == []


@pytest.mark.parametrize("name", BOTH)
def test_it_declares_what_the_listeners_answer(name: str, listeners: Listeners) -> None:
    declared = manifest(name)

    events = {
        re.sub(r"^message\..*", "message", one) for one in declared["settings"]["event_subscriptions"]["bot_events"]
    }
    assert {one["command"] for one in declared["features"]["slash_commands"]} == set(listeners.commands)
    assert {one["callback_id"] for one in declared["features"]["shortcuts"]} == set(listeners.shortcuts)
    assert events - {"function_executed"} == set(listeners.events)


def test_it_asks_for_no_scope_that_nothing_needs() -> None:
    program = "\n".join(path.read_text() for path in (ROOT / "bot" / "slack").rglob("*.py"))

    asked = manifest("manifest.yml")["oauth_config"]["scopes"]["bot"]
    assert [scope for scope in asked if SCOPES.get(scope, "(unknown)") not in program] == []


def test_the_one_with_workflows_differs_only_by_them(listeners: Listeners) -> None:
    plain, more = manifest("manifest.yml"), manifest("manifest-workflows.yml")

    assert set(more.pop("functions")) == set(listeners.steps)
    assert more["settings"].pop("function_runtime") == "remote"
    assert more["_metadata"].pop("major_version") == 2
    more["settings"]["event_subscriptions"]["bot_events"].remove("function_executed")
    more["settings"]["org_deploy_enabled"] = False
    del plain["_metadata"]["major_version"]
    assert more == plain
