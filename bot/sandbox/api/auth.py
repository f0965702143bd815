"""auth.*, apps.*, team.* and their like: who the app is, and how it connects."""

from bot.sandbox.api.method import Method, required
from bot.sandbox.rates import Tier
from bot.sandbox.seed import APP_ID, BOT_ID, BOT_USER, TEAM_DOMAIN, TEAM_ID, TEAM_NAME
from bot.sandbox.wire import Json, Refusal
from bot.sandbox.world import World


def test_auth(world: World, asked: Json) -> Json:
    """auth.test."""
    del asked
    return {
        "url": world.url,
        "team": TEAM_NAME,
        "user": world.app.name.lower(),
        "team_id": TEAM_ID,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def test_api(world: World, asked: Json) -> Json:
    """api.test."""
    del world
    if asked.get("error"):
        raise Refusal(str(asked["error"]), args=asked)
    return {"args": asked}


def open_connection(world: World, asked: Json) -> Json:
    """apps.connections.open."""
    del asked
    return {"url": f"{world.url.replace('http', 'ws', 1)}link?ticket={world.sockets.ticket()}"}


def team_info(world: World, asked: Json) -> Json:
    """team.info."""
    del asked
    return {"team": {"id": TEAM_ID, "name": TEAM_NAME, "domain": TEAM_DOMAIN, "url": world.url, "icon": {}}}


def bot_info(world: World, asked: Json) -> Json:
    """bots.info."""
    if required(asked, "bot") != BOT_ID:
        raise Refusal("bot_not_found")
    shown = {"id": BOT_ID, "name": world.app.name, "user_id": BOT_USER, "app_id": APP_ID, "deleted": False}
    return {"bot": {**shown, "updated": 0, "icons": {}}}


METHODS = {
    "auth.test": Method(do=test_auth, tier=Tier.SPECIAL, caller="anyone"),
    "api.test": Method(do=test_api, tier=Tier.FOUR, caller="anyone"),
    "apps.connections.open": Method(do=open_connection, tier=Tier.THREE, caller="app"),
    "team.info": Method(do=team_info, tier=Tier.THREE, scopes=("team:read",)),
    "bots.info": Method(do=bot_info, tier=Tier.THREE, scopes=("users:read",)),
}
