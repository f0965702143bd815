"""What people do in modals: send them, close them, and look for options."""

from collections.abc import Callable

from bot.sandbox import payloads
from bot.sandbox.acts import Rest, message_for
from bot.sandbox.blocks import take_view
from bot.sandbox.inputs import state, wrong
from bot.sandbox.letter import Ack
from bot.sandbox.seed import Person
from bot.sandbox.telling import TROUBLE, Outcome, tell
from bot.sandbox.wire import Json, Refusal, no_such
from bot.sandbox.world import World


def submit(world: World, person: Person, asked: Json) -> Rest:
    """Send a modal; what Slack itself finds wrong in it is shown and not sent."""
    view = _top(world, person, asked)
    values = _with_files(world, state(view["blocks"], (asked.get("state") or {}).get("values")))
    if errors := wrong(view["blocks"], values):
        _show_errors(world, person, view, errors)
        return _not_sent(errors)
    view = world.modals.keep_state(person.id, view["id"], values)
    payload = {**payloads.from_view(world, "view_submission", person, view), "response_urls": []}

    def taken(ack: Ack) -> None:
        _go_on(world, person, view, ack.payload or {})

    failed = _trouble(world, person, view)
    return tell(world, "interactive", payload, user=person.id, busy=view["id"], taken=taken, failed=failed)


def close(world: World, person: Person, asked: Json) -> Rest:
    """Close a modal, by its button, or with all that are below it (`is_cleared`)."""
    view = _top(world, person, asked)
    is_cleared = bool(asked.get("is_cleared") or view["clear_on_close"])
    if is_cleared:
        world.modals.clear(person.id)
    else:
        world.modals.close(person.id, view["id"])
    if not view["notify_on_close"]:
        return None
    payload = {**payloads.from_view(world, "view_closed", person, view), "is_cleared": is_cleared}
    return tell(world, "interactive", payload, user=person.id, busy=None, failed=lambda _: None)


def options(world: World, person: Person, asked: Json) -> Rest:
    """Type into a select whose options the app looks up."""
    container = asked.get("container") or {}
    if container.get("type") == "view":
        view = _top(world, person, {"view_id": container.get("view_id")})
        payload = payloads.from_view(world, "block_suggestion", person, view)
        payload["container"] = {"type": "view", "view_id": view["id"]}
    else:
        channel, found = message_for(world, person, container)
        payload = payloads.from_message(world, "block_suggestion", person, channel, found)
        payload["container"] = payloads.message_container(channel, found)
    payload |= {name: asked.get(name) for name in ("block_id", "action_id", "value")}
    return tell(world, "interactive", payload, user=person.id, busy=None, failed=lambda _: None)


def _go_on(world: World, person: Person, view: Json, answer: Json) -> None:
    """What the app's answer makes of the modals. Raises Refusal when Slack could not use it."""
    action = answer.get("response_action")
    if world.modals.find(view["id"]) is None:
        return
    if action == "errors":
        errors = answer.get("errors")
        asking = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not asking.issuperset(errors):
            raise Refusal("invalid_errors")
        _show_errors(world, person, view, {str(block): str(text) for block, text in errors.items()})
    elif action == "clear":
        world.modals.clear(person.id)
    elif action == "update":
        world.modals.update(person.id, view, take_view(answer.get("view"), world.ids, kind="modal"))
    elif action == "push":
        world.modals.push(person.id, take_view(answer.get("view"), world.ids, kind="modal"))
    elif action is None:
        world.modals.close(person.id, view["id"])
    else:
        raise Refusal("invalid_response_action")


def _with_files(world: World, values: Json) -> Json:
    """*values* with all that Slack says of the files that were chosen. Raises Wrong."""
    for inputs in values.values():
        for given in inputs.values():
            if given["type"] == "file_input":
                given["files"] = [_shown_file(world, str(file.get("id"))) for file in given["files"]]
    return values


def _shown_file(world: World, id: str) -> Json:
    try:
        return world.files.shown(world.files.find(id))
    except Refusal as refusal:
        raise no_such("file", id) from refusal


async def _not_sent(errors: dict[str, str]) -> Outcome:
    return Outcome(is_acked=False, payload={"errors": errors})


def _top(world: World, person: Person, asked: Json) -> Json:
    opened = world.modals.stack(person.id)
    if not opened or opened[-1]["id"] != asked.get("view_id"):
        raise no_such("open modal", asked.get("view_id"))
    return opened[-1]


def _show_errors(world: World, person: Person, view: Json, errors: dict[str, str]) -> None:
    world.feed.publish("modal_errors", {"view_id": view["id"], "errors": errors}, to=[person.id])


def _trouble(world: World, person: Person, view: Json) -> Callable[[str], None]:
    def failed(word: str) -> None:
        del word
        world.feed.publish("modal_failed", {"view_id": view["id"], "text": TROUBLE}, to=[person.id])

    return failed
