"""views.*: modals and the App Home."""

from bot.sandbox.api.method import Method, required
from bot.sandbox.blocks import take_view
from bot.sandbox.rates import Tier
from bot.sandbox.wire import Json, Refusal
from bot.sandbox.world import World


def open_modal(world: World, asked: Json) -> Json:
    """views.open."""
    view = take_view(asked.get("view"), world.ids, kind="modal")
    trigger = world.addresses.use_trigger(required(asked, "trigger_id"))
    return {"view": world.modals.open(trigger.user, view)}


def push(world: World, asked: Json) -> Json:
    """views.push."""
    view = take_view(asked.get("view"), world.ids, kind="modal")
    trigger = world.addresses.use_trigger(required(asked, "trigger_id"))
    return {"view": world.modals.push(trigger.user, view)}


def update(world: World, asked: Json) -> Json:
    """views.update, by view_id or external_id."""
    found = _modal(world, asked)
    home = next((view for view in world.workspace.homes.values() if view["id"] == asked.get("view_id")), None)
    old = found[1] if found else home
    if old is None:
        raise Refusal("not_found")
    view = take_view(asked.get("view"), world.ids, kind=old["type"])
    if asked.get("hash") not in (None, "", old["hash"]):
        raise Refusal("hash_conflict")
    if found:
        return {"view": world.modals.update(found[0], old, view)}
    user = next(user for user, view in world.workspace.homes.items() if view is old)
    return {"view": _publish(world, user, view)}


def publish(world: World, asked: Json) -> Json:
    """views.publish."""
    if not world.app.has_home:
        raise Refusal("not_enabled")
    user = required(asked, "user_id")
    if user not in world.workspace.people:
        raise Refusal("user_not_found")
    view = take_view(asked.get("view"), world.ids, kind="home")
    old = world.workspace.homes.get(user)
    if old and asked.get("hash") not in (None, "", old["hash"]):
        raise Refusal("hash_conflict")
    return {"view": _publish(world, user, view)}


def _modal(world: World, asked: Json) -> tuple[str, Json] | None:
    if asked.get("view_id"):
        return world.modals.find(str(asked["view_id"]))
    if asked.get("external_id"):
        view = world.modals.find_external(str(asked["external_id"]))
        return world.modals.find(view["id"]) if view else None
    raise Refusal("invalid_arguments", messages=["[ERROR] missing required field: view_id or external_id"])


def _publish(world: World, user: str, view: Json) -> Json:
    made = world.modals.made(view)
    if old := world.workspace.homes.get(user):
        made |= {"id": old["id"], "root_view_id": old["id"]}
    world.workspace.publish_home(user, made)
    return made


METHODS = {
    "views.open": Method(do=open_modal, tier=Tier.FOUR),
    "views.push": Method(do=push, tier=Tier.FOUR),
    "views.update": Method(do=update, tier=Tier.FOUR),
    "views.publish": Method(do=publish, tier=Tier.FOUR),
}
