"""What Slack tells an app about what a person did, field by field as in Slack's reference."""

from bot.sandbox.functions import token_of
from bot.sandbox.seed import APP_ID, TEAM_DOMAIN, TEAM_ID, Channel, Person
from bot.sandbox.wire import Json
from bot.sandbox.world import World

#: An old way to prove who calls; signatures took its place.
_VERIFICATION_TOKEN = "sandbox"  # noqa: S105


def command(world: World, person: Person, channel: Channel, name: str, text: str) -> Json:
    """A slash command."""
    reply = world.addresses.new_reply(person.id, channel.id)
    return {
        "token": _VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.is_im else channel.name,
        "user_id": person.id,
        "user_name": person.name,
        "command": name,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url(world, reply),
        "trigger_id": world.addresses.new_trigger(person.id),
    }


def from_message(world: World, kind: str, person: Person, channel: Channel, message: Json) -> Json:
    """An interaction with a message: a click, or a message shortcut."""
    reply = world.addresses.new_reply(person.id, channel.id, message)
    return {
        **_interaction(world, kind, person),
        "channel": {"id": channel.id, "name": "directmessage" if channel.is_im else channel.name},
        "message": {name: value for name, value in message.items() if name != "is_ephemeral"},
        "message_ts": message["ts"],
        "response_url": response_url(world, reply),
    }


def message_container(channel: Channel, message: Json) -> Json:
    """Where in a message something was clicked."""
    where = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel.id,
        "is_ephemeral": bool(message.get("is_ephemeral")),
    }
    return {**where, "thread_ts": message["thread_ts"]} if message.get("thread_ts") else where


def from_view(world: World, kind: str, person: Person, view: Json) -> Json:
    """An interaction with a modal or the App Home."""
    return {**_interaction(world, kind, person, view_id=view["id"]), "view": view}


def shortcut(world: World, person: Person, callback_id: str) -> Json:
    """A global shortcut."""
    return {**_interaction(world, "shortcut", person), "callback_id": callback_id, "action_ts": world.ids.ts()}


def function_executed(world: World, execution: Json) -> Json:
    """A workflow has come to a step of the app."""
    declared = world.app.functions[execution["callback_id"]]
    parameters = declared.get("input_parameters") or {}
    return {
        "type": "function_executed",
        "function": {
            "id": f"Fn{execution['callback_id'].upper()}",
            "callback_id": execution["callback_id"],
            "title": declared.get("title", ""),
            "description": declared.get("description", ""),
            "type": "app",
            "input_parameters": [{"name": name, **one} for name, one in (parameters.get("properties") or {}).items()],
            "app_id": APP_ID,
        },
        "inputs": execution["inputs"],
        "function_execution_id": execution["id"],
        "workflow_execution_id": execution["workflow"],
        "event_ts": world.ids.ts(),
        "bot_access_token": token_of(execution),
    }


def response_url(world: World, reply: str) -> str:
    """Where the app may answer."""
    return f"{world.url}response/{reply}"


def _interaction(world: World, kind: str, person: Person, *, view_id: str | None = None) -> Json:
    return {
        "type": kind,
        "token": _VERIFICATION_TOKEN,
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": TEAM_ID},
        "api_app_id": APP_ID,
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": world.addresses.new_trigger(person.id, view_id=view_id),
    }
