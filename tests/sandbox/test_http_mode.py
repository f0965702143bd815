"""Slack calls the app: signed, with retries, and served by Bolt's own adapter."""

import asyncio
import hashlib
import hmac
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
from aiohttp import web
from slack_bolt import App, BoltRequest
from slack_bolt.adapter.aiohttp import to_aiohttp_response

from bot.sandbox.sandbox import Sandbox
from tests.sandbox.samples import button, modal, row, text_input
from tests.slack import Slack


@dataclass
class Endpoint:
    """An address that Slack calls; what it got, and what it answers."""

    answer: Callable[[web.Request, str], Any]
    got: list[tuple[dict[str, str], str]] = field(default_factory=list)
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.text()
        self.got.append((dict(request.headers), body))
        if "url_verification" in body:
            return web.json_response({"challenge": (await request.json())["challenge"]})
        answer: web.Response = await self.answer(request, body)
        return answer


@pytest.fixture
def serve() -> Iterator[Callable[[Endpoint], Endpoint]]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runners: list[web.AppRunner] = []

    async def open_port(endpoint: Endpoint) -> None:
        app = web.Application()
        app.router.add_post("/slack/events", endpoint.take)
        runners.append(web.AppRunner(app, shutdown_timeout=0.1))
        await runners[-1].setup()
        await web.TCPSite(runners[-1], "127.0.0.1", 0).start()
        endpoint.url = f"http://127.0.0.1:{runners[-1].addresses[0][1]}/slack/events"

    def start(endpoint: Endpoint) -> Endpoint:
        asyncio.run_coroutine_threadsafe(open_port(endpoint), loop).result(5)
        return endpoint

    yield start
    for runner in runners:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


@pytest.fixture
def app(make_app: Callable[..., App], serve: Callable[[Endpoint], Endpoint], ada: Slack) -> App:
    """A Bolt app that Slack calls."""
    app = make_app()

    async def dispatch(request: web.Request, body: str) -> web.Response:
        headers: dict[str, Any] = {name: [value] for name, value in request.headers.items()}
        asked = BoltRequest(body=body, headers=headers)
        answer = await asyncio.get_running_loop().run_in_executor(None, app.dispatch, asked)
        response: web.Response = await to_aiohttp_response(answer)
        return response

    endpoint = serve(Endpoint(dispatch))
    ada.post("app", request_url=endpoint.url)
    return app


async def unwilling(request: web.Request, body: str) -> web.Response:
    return web.Response(status=500)


async def willing(request: web.Request, body: str) -> web.Response:
    return web.Response()


async def slow(request: web.Request, body: str) -> web.Response:
    await asyncio.sleep(3.5)
    return web.Response()


def test_a_command_is_answered_in_the_response(app: App, ada: Slack) -> None:
    app.command("/stack")(lambda ack, command: ack(f"you said {command['text']}"))

    assert ada.command("list & more")["acked"]
    assert ada.ephemerals()[0]["text"] == "you said list &amp; more"


def test_a_form_is_refused_and_taken_in_the_response(app: App, ada: Slack) -> None:
    @app.command("/stack")
    def ask(ack: Any, client: Any, body: Any) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=modal(text_input("Reason", "why")))
        ack()

    answers = iter([{"response_action": "errors", "errors": {"why": "No."}}, {}])
    app.view("sample")(lambda ack: ack(**next(answers)))

    ada.command("")

    assert ada.submit(values={"Reason": "x"})["errors"] == {"why": "No."}
    assert ada.submit(values={"Reason": "x"})["acked"]
    assert ada.snapshot()["modals"] == []


def test_a_click_and_an_event_arrive(app: App, ada: Slack) -> None:
    app.action("go")(lambda ack, respond: (ack(), respond("went", replace_original=False)))
    app.event("app_mention")(lambda say: say(text="yes?", blocks=[row(button("Go", "go"))]))

    ada.mention("hello")
    ada.click(ada.message_with("yes?"), "Go")

    assert ada.until(ada.ephemerals)[0]["text"] == "went"


def test_every_request_is_signed(serve: Callable[[Endpoint], Endpoint], sandbox: Sandbox, ada: Slack) -> None:
    endpoint = serve(Endpoint(willing))
    ada.post("app", request_url=endpoint.url)

    ada.command("x")

    headers, body = endpoint.got[-1]
    base = f"v0:{headers['X-Slack-Request-Timestamp']}:{body}".encode()
    signed = hmac.new(sandbox.signing_secret.encode(), base, hashlib.sha256).hexdigest()
    assert headers["X-Slack-Signature"] == f"v0={signed}"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert parse_qs(body)["command"] == ["/stack"]


def test_an_address_that_does_not_return_the_challenge_is_not_taken(sandbox: Sandbox) -> None:
    asked = {"request_url": f"{sandbox.url}api/auth.test"}

    answer = requests.post(f"{sandbox.url}sandbox/app", json=asked, timeout=5)

    assert answer.status_code == 400
    assert "did not return the challenge" in answer.json()["error"]


def test_an_event_that_fails_comes_again_and_says_why(serve: Callable[[Endpoint], Endpoint], ada: Slack) -> None:
    endpoint = serve(Endpoint(unwilling))
    ada.post("app", request_url=endpoint.url)

    ada.mention("hello")
    headers, _ = ada.until(lambda: endpoint.got[2:])[0]

    assert (headers["X-Slack-Retry-Num"], headers["X-Slack-Retry-Reason"]) == ("1", "http_error")


def test_a_person_hears_what_went_wrong(serve: Callable[[Endpoint], Endpoint], ada: Slack) -> None:
    broken, late = serve(Endpoint(unwilling)), serve(Endpoint(slow))

    ada.post("app", request_url=broken.url)
    assert ada.command("x")["error"] == "http_service_error"
    ada.post("app", request_url=late.url)
    assert ada.command("x")["error"] == "operation_timeout"
