"""The files that the server hands out: its page, what the app uploaded, and the playground's site."""

import contextlib
from pathlib import Path

from aiohttp import web

from bot.sandbox.wire import Refusal
from bot.sandbox.world import World

PAGE = Path(__file__).parent / "page"
_FRESH = {"Cache-Control": "no-store"}
#: Messages hold what strangers wrote: whatever gets into the page, no script of it runs.
_OWN_SCRIPTS_ONLY = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: http: https:; object-src 'none'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )
}
#: The site stands at the same address as the control routes; its scripts may run, but not as if they were ours.
_STRANGER = {"Content-Security-Policy": "sandbox allow-scripts allow-popups"}
#: Its presence in the site's folder puts the site into maintenance.
_MAINTENANCE = "maintenance.html"
_RETRY_AFTER_S = "300"


async def page(request: web.Request) -> web.FileResponse:
    """The workspace in a browser."""
    del request
    return web.FileResponse(PAGE / "index.html", headers={**_FRESH, **_OWN_SCRIPTS_ONLY})


async def asset(request: web.Request) -> web.FileResponse:
    """A script, style or picture of the page."""
    path = PAGE / request.match_info["name"]
    if path.parent != PAGE or path.suffix not in {".js", ".css", ".svg"} or not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers=_FRESH)


def uploaded(world: World, request: web.Request) -> web.Response:
    """A file, to whoever looks at the page. Never shown as a page of ours, whatever is in it."""
    try:
        file = world.files.find(request.match_info["id"])
    except Refusal as refusal:
        raise web.HTTPNotFound from refusal
    is_text = file.mimetype.startswith("text/")
    headers = {
        **_FRESH,
        "Content-Type": "text/plain; charset=utf-8" if is_text else "application/octet-stream",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(body=file.read(), headers=headers)


def private(world: World, request: web.Request) -> web.Response:
    """A file, to the app: without its token, or the scope, Slack leads to its sign-in page instead of refusing."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token != world.app.keys.bot_token or "files:read" not in world.app.scopes:
        raise web.HTTPFound("/?redir=files-pri")
    try:
        file = world.files.find(request.match_info["id"])
    except Refusal as refusal:
        raise web.HTTPNotFound from refusal
    return web.Response(body=file.read(), content_type=file.mimetype)


def playground(folder: Path | None, request: web.Request) -> web.StreamResponse:
    """A page of the small site that the maintenance stack works on."""
    if folder is None:
        raise web.HTTPNotFound
    with contextlib.suppress(FileNotFoundError):
        text = (folder / _MAINTENANCE).read_text(encoding="utf-8")
        headers = {**_FRESH, **_STRANGER, "Retry-After": _RETRY_AFTER_S}
        return web.Response(status=503, headers=headers, text=text, content_type="text/html")
    path = (folder / request.match_info["path"]).resolve()
    if path.is_dir():
        path /= "index.html"
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise web.HTTPNotFound(headers=_FRESH)
    return web.FileResponse(path, headers={**_FRESH, **_STRANGER})
