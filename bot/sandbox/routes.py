"""Which address leads where, and how mistakes of the page or a test are answered."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from bot.sandbox import acts, control, looking, modal_acts, site
from bot.sandbox.replies import reply
from bot.sandbox.seed import Person
from bot.sandbox.telling import Outcome
from bot.sandbox.web_api import WebApi
from bot.sandbox.wire import Json, Refusal, Wrong, no_such
from bot.sandbox.world import World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_ACTS: dict[str, Callable[[World, Person, Json], acts.Rest]] = {
    "message": acts.message,
    "command": acts.command,
    "block": acts.block,
    "shortcut": acts.shortcut,
    "workflow": acts.workflow,
    "home": acts.home,
    "reaction": acts.reaction,
    "join": acts.join,
    "submit": modal_acts.submit,
    "close": modal_acts.close,
    "options": modal_acts.options,
}
_MOST_BYTES = 2**30
_OWN_NAMES = {"127.0.0.1", "localhost", "::1"}


def application(world: World, playground: Path | None) -> web.Application:
    """The whole server."""
    app = web.Application(client_max_size=_MOST_BYTES, middlewares=[_only_from_here(world), _explained])
    _slack_routes(app, world)
    _page_routes(app, world, playground)
    _control_routes(app, world)
    return app


def _slack_routes(app: web.Application, world: World) -> None:
    async def respond(request: web.Request) -> web.Response:
        asked = await _body(request)
        entry = world.journal.add("call", method="response_url", body=asked)
        try:
            reply(world, request.match_info["id"], asked)
        except Refusal as refusal:
            entry["response"] = refusal.answer()
            return web.json_response(refusal.answer(), status=404 if refusal.error.endswith("_url") else 400)
        return web.json_response({"ok": True})

    async def upload(request: web.Request) -> web.Response:
        try:
            world.files.take(request.match_info["id"], await request.read())
        except Refusal as refusal:
            return web.Response(status=404, text=refusal.error)
        return web.Response(text="OK")

    # The SDK's asynchronous client reads with GET, the other one posts everything.
    api = WebApi(world)
    app.router.add_get("/api/{method}", api.answer)
    app.router.add_post("/api/{method}", api.answer)
    app.router.add_get("/link", world.sockets.serve)
    app.router.add_post("/response/{id}", respond)
    app.router.add_post("/upload/{id}", upload)


def _page_routes(app: web.Application, world: World, playground: Path | None) -> None:
    async def uploaded(request: web.Request) -> web.StreamResponse:
        return site.uploaded(world, request)

    async def private(request: web.Request) -> web.StreamResponse:
        return site.private(world, request)

    async def choose(request: web.Request) -> web.StreamResponse:
        name, person = request.query.get("name") or "file", _person(world, request)
        file = world.files.choose(name, await request.read(), user=person.id)
        world.feed.publish("file", {"file": file.known()}, to=())
        return web.json_response(world.files.shown(file))

    async def played(request: web.Request) -> web.StreamResponse:
        return site.playground(playground, request)

    async def archive(request: web.Request) -> web.StreamResponse:
        place = {"channel": request.match_info["channel"], "thread": request.query.get("thread_ts")}
        raise web.HTTPFound(f"/?{urlencode({name: value for name, value in place.items() if value})}")

    async def snapshot(request: web.Request) -> web.StreamResponse:
        return web.json_response(looking.snapshot(world, _person(world, request)))

    async def stream(request: web.Request) -> web.StreamResponse:
        return await looking.stream(world, _person(world, request), request)

    async def act(request: web.Request) -> web.StreamResponse:
        return await _act(world, request)

    app.router.add_get("/", site.page)
    app.router.add_get("/assets/{name}", site.asset)
    # Of a name with braces, too.
    app.router.add_get("/files/{id}/{name:.+}", uploaded)
    app.router.add_get("/files-pri/{id}/download/{name:.+}", private)
    app.router.add_get("/archives/{channel}/{name}", archive)
    app.router.add_get("/site/{path:.*}", played)
    app.router.add_get("/sandbox/snapshot", snapshot)
    app.router.add_get("/sandbox/stream", stream)
    app.router.add_post("/sandbox/act/{name}", act)
    app.router.add_post("/sandbox/upload", choose)


def _control_routes(app: web.Application, world: World) -> None:
    def get(path: str, ask: Callable[[web.Request], Any]) -> None:
        async def answer(request: web.Request) -> web.StreamResponse:
            return web.json_response(ask(request))

        app.router.add_get(f"/sandbox/{path}", answer)

    def post(path: str, change: Callable[[World, Json], Any]) -> None:
        async def answer(request: web.Request) -> web.StreamResponse:
            found = change(world, await _body(request))
            return web.json_response(await found if isinstance(found, Awaitable) else found)

        app.router.add_post(f"/sandbox/{path}", answer)

    def delete(path: str, remove: Callable[[str | None], None]) -> None:
        async def answer(request: web.Request) -> web.StreamResponse:
            remove(request.match_info.get("id"))
            return web.json_response({"ok": True})

        app.router.add_delete(f"/sandbox/{path}", answer)

    get("journal", lambda request: control.journal(world, request.query))
    get("faults", lambda _: control.faults(world))
    post("faults", lambda world, asked: {"id": world.faults.add(asked).id})
    delete("faults", world.faults.remove)
    delete("faults/{id}", world.faults.remove)
    delete("files/{id}", lambda id: world.files.delete(id or ""))
    get("sockets", lambda _: world.sockets.shown())
    post("sockets/refresh", control.refresh_sockets)
    delete("sockets/{id}", lambda id: world.sockets.drop(id or ""))
    get("clock", lambda _: control.clock(world))
    post("clock", control.move_clock)
    get("app", lambda _: control.app(world))
    post("app", control.install)
    get("functions", lambda _: world.workspace.functions.all())
    get("people", lambda _: control.people(world))
    post("people", control.add_person)
    get("channels", lambda _: control.channels(world))
    post("channels", control.add_channel)
    get("groups", lambda _: control.groups(world))
    post("groups", control.put_group)
    get("outside", lambda _: control.outside(world))
    post("rates", control.set_rates)
    post("reset", control.reset)

    async def act_outside(request: web.Request) -> web.StreamResponse:
        return web.json_response(await control.act_outside(world, request.match_info["act"], await _body(request)))

    app.router.add_post("/sandbox/outside/{act}", act_outside)


async def _act(world: World, request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    if name not in _ACTS:
        raise no_such("act", name)
    rest = _ACTS[name](world, _person(world, request), await _body(request))
    if name == "options" and rest:
        return web.json_response((await rest).payload or {"options": []})
    if rest is None:
        return web.json_response({"ok": True})
    if request.query.get("wait") == "ack":
        return web.json_response((await rest).shown())

    async def forget(outcome: Awaitable[Outcome]) -> None:
        await outcome

    world.delivery.start(forget(rest))
    return web.json_response({"ok": True})


def _person(world: World, request: web.Request) -> Person:
    return world.workspace.person(request.query.get("as", ""))


async def _body(request: web.Request) -> Json:
    text = await request.text()
    try:
        found = json.loads(text or "{}")
    except ValueError as error:
        raise Wrong("The body is no JSON.") from error
    if not isinstance(found, dict):
        raise Wrong("The body is no JSON object.")
    return found


@web.middleware
async def _explained(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Wrong as wrong:
        return web.json_response({"ok": False, "error": str(wrong)}, status=wrong.status)


def _only_from_here(world: World) -> Any:
    """No other site that is open in the same browser may read or act: it would name itself, or another host."""
    own = {*_OWN_NAMES, urlsplit(world.url).hostname or ""}

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        host = urlsplit(f"//{request.host}").hostname
        origin = request.headers.get("Origin")
        if host not in own or (origin and urlsplit(origin).netloc != request.host):
            raise web.HTTPForbidden(text="This server only answers its own page.")
        return await handler(request)

    return check
