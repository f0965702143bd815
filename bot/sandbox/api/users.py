"""users.* and usergroups.*: people and the groups they are in."""

from bot.sandbox.api.method import Method, is_yes, page, required
from bot.sandbox.rates import Tier
from bot.sandbox.seed import BOT_ID, BOT_USER, TEAM_ID, Group, Person
from bot.sandbox.wire import Json, Refusal
from bot.sandbox.world import World


def info(world: World, asked: Json) -> Json:
    """users.info."""
    user = required(asked, "user")
    if user == BOT_USER:
        return {"user": _shown(world, bot_as_person(world))}
    if user not in world.workspace.people:
        raise Refusal("user_not_found")
    return {"user": _shown(world, world.workspace.people[user])}


def list_all(world: World, asked: Json) -> Json:
    """users.list."""
    people = [*world.workspace.people.values(), bot_as_person(world)]
    return {**page("members", [_shown(world, one) for one in people], asked), "cache_ts": int(world.clock.unix())}


def lookup_by_email(world: World, asked: Json) -> Json:
    """users.lookupByEmail."""
    email = required(asked, "email").lower()
    found = next((one for one in world.workspace.people.values() if one.email == email), None)
    if found is None:
        raise Refusal("users_not_found")
    return {"user": _shown(world, found)}


def list_groups(world: World, asked: Json) -> Json:
    """usergroups.list."""
    with_users = is_yes(asked.get("include_users"))
    return {"usergroups": [_group(group, with_users=with_users) for group in world.workspace.groups.values()]}


def list_members(world: World, asked: Json) -> Json:
    """usergroups.users.list."""
    group = world.workspace.groups.get(required(asked, "usergroup"))
    if group is None:
        raise Refusal("no_such_subteam")
    return {"users": list(group.users)}


def bot_as_person(world: World) -> Person:
    """The app's own user."""
    name = world.app.name
    return Person(id=BOT_USER, name=name.lower(), real_name=name, color="#1f2a44", is_bot=True)


def _shown(world: World, person: Person) -> Json:
    profile: Json = {"real_name": person.real_name, "display_name": "", "team": TEAM_ID}
    if person.is_bot:
        profile["bot_id"] = BOT_ID
    elif "users:read.email" in world.app.scopes:
        profile["email"] = person.email
    return {
        "id": person.id,
        "team_id": TEAM_ID,
        "name": person.name,
        "real_name": person.real_name,
        "color": person.color.removeprefix("#"),
        "deleted": False,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "is_admin": False,
        "tz": "Etc/UTC",
        "tz_offset": 0,
        "profile": profile,
    }


def _group(group: Group, *, with_users: bool) -> Json:
    shown: Json = {
        "id": group.id,
        "team_id": TEAM_ID,
        "is_usergroup": True,
        "handle": group.handle,
        "name": group.name,
        "description": "",
        "date_delete": 0,
        "user_count": len(group.users),
    }
    return {**shown, "users": list(group.users)} if with_users else shown


METHODS = {
    "users.info": Method(do=info, tier=Tier.FOUR, scopes=("users:read",)),
    "users.list": Method(do=list_all, tier=Tier.TWO, scopes=("users:read",)),
    "users.lookupByEmail": Method(do=lookup_by_email, tier=Tier.THREE, scopes=("users:read.email",)),
    "usergroups.list": Method(do=list_groups, tier=Tier.TWO, scopes=("usergroups:read",)),
    "usergroups.users.list": Method(do=list_members, tier=Tier.TWO, scopes=("usergroups:read",)),
}
