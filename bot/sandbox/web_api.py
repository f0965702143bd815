"""The Web API over HTTP: arguments in any of Slack's ways, tokens, scopes, limits, and faults on request."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from bot.sandbox.api import auth, chat, conversations, files, functions, pins, reactions, users, views
from bot.sandbox.api.method import Method
from bot.sandbox.rates import TooOften
from bot.sandbox.wire import Json, Refusal
from bot.sandbox.world import World

METHODS: dict[str, Method] = {
    **auth.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **functions.METHODS,
    **pins.METHODS,
    **reactions.METHODS,
    **users.METHODS,
    **views.METHODS,
}
#: Arguments that are JSON, also where the rest is a form.
_NESTED = ("attachments", "blocks", "files", "metadata", "outputs", "view")


class WebApi:
    """Answers /api/METHOD."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def answer(self, request: web.Request) -> web.Response:
        """One call."""
        name = request.match_info["method"]
        asked = await _arguments(request)
        token = _token(request, asked)
        entry = self._world.journal.add("call", method=name, body=asked)
        fault = self._world.faults.take(name)
        if fault and fault.do == "delay":
            await asyncio.sleep(fault.delay_s)
        if fault and fault.do == "reset_before":
            _reset(request)
        try:
            if fault and fault.do == "error":
                raise Refusal(fault.error)
            if fault and fault.do == "ratelimited":
                raise TooOften(fault.retry_after)
            body = {"ok": True, **self._do(name, asked, token)}
            status, headers = 200, {}
        except TooOften as refusal:
            body, status, headers = refusal.answer(), 429, {"Retry-After": str(refusal.retry_after)}
        except Refusal as refusal:
            body, status, headers = refusal.answer(), 200, {}
        entry["response"] = body
        if fault and fault.do == "reset_after":
            _reset(request)
        return web.json_response(body, status=status, headers=headers)

    def _do(self, name: str, asked: Json, token: str) -> Json:
        method = METHODS.get(name)
        if method is None:
            raise Refusal("unknown_method", req_method=name)
        self._let_in(method, token)
        self._world.rates.method(name, method.tier)
        return method.do(self._world, asked)

    def _let_in(self, method: Method, token: str) -> None:
        keys, scopes = self._world.app.keys, self._world.app.scopes
        if method.caller == "anyone" and method.do is auth.test_api:
            return
        if not token:
            raise Refusal("not_authed")
        known = (keys.bot_token, keys.app_token, *self._world.workspace.functions.tokens())
        if token not in known:
            raise Refusal("invalid_auth")
        if method.caller != "anyone" and (token == keys.app_token) != (method.caller == "app"):
            raise Refusal("not_allowed_token_type")
        if method.scopes and not scopes.intersection(method.scopes):
            raise Refusal("missing_scope", needed=",".join(method.scopes), provided=",".join(sorted(scopes)))


async def _arguments(request: web.Request) -> Json:
    """Query, form and JSON together: the SDK's clients use all three."""
    text = await request.text()
    asked: Json = dict(request.query)
    if request.content_type == "application/json" and text:
        try:
            found = json.loads(text)
        except ValueError:
            found = {}
        asked |= found if isinstance(found, dict) else {}
    else:
        asked |= dict(parse_qsl(text, keep_blank_values=True))
    return {name: _read(value) if name in _NESTED else value for name, value in asked.items() if value is not None}


def _read(value: Any) -> Any:
    """A nested argument; in a form it is text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _token(request: web.Request, asked: Json) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ").strip() or str(asked.get("token") or "")


def _reset(request: web.Request) -> None:
    """Break the connection off, as a network does at the worst moment; raises what aiohttp expects then."""
    if isinstance(request.transport, asyncio.WriteTransport):
        request.transport.abort()
    raise ConnectionResetError
