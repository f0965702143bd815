"""How the Web API answers: tokens, scopes, limits, and its way to say no."""

import asyncio

import pytest
import requests
from slack_sdk import WebClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.sandbox import Sandbox
from tests.sandbox.bare_api import Api
from tests.sandbox.samples import section
from tests.slack import Slack


def test_the_sdk_signs_in(sandbox: Sandbox) -> None:
    who = WebClient(token=sandbox.bot_token, base_url=sandbox.api_url).auth_test()

    assert (who["user_id"], who["bot_id"], who["team"]) == ("U0STACKHAND", "B0STACKHAND", "Acme")


def test_an_unknown_method_is_named(api: Api) -> None:
    assert api("chat.shout") == {"ok": False, "error": "unknown_method", "req_method": "chat.shout"}


@pytest.mark.parametrize(("token", "error"), [("", "not_authed"), ("xoxb-other", "invalid_auth")])
def test_a_wrong_token_is_refused(api: Api, token: str, error: str) -> None:
    assert api.with_token(token)("chat.postMessage", channel="#ops", text="x")["error"] == error


def test_each_kind_of_token_opens_its_own_methods(sandbox: Sandbox, api: Api) -> None:
    assert api("apps.connections.open")["error"] == "not_allowed_token_type"
    assert api.with_token(sandbox.app_token)("chat.postMessage", channel="#ops", text="x")["error"] == (
        "not_allowed_token_type"
    )


def test_a_scope_that_the_manifest_does_not_have_is_missing(api: Api) -> None:
    answer = api("reactions.add", channel="#ops", timestamp="1.1", name="eyes")

    assert answer["error"] == "missing_scope"
    assert answer["needed"] == "reactions:write"
    assert "chat:write" in answer["provided"].split(",")


def test_arguments_come_as_json_as_a_form_or_in_the_address(sandbox: Sandbox, ada: Slack) -> None:
    url, said = f"{sandbox.api_url}chat.postMessage", {"channel": "#ops", "text": "x", "token": sandbox.bot_token}
    blocks = '[{"type":"section","text":{"type":"mrkdwn","text":"hi"}}]'

    assert requests.post(url, json=said, timeout=5).json()["ok"]
    assert requests.post(url, data={**said, "blocks": blocks}, timeout=5).json()["ok"]
    assert requests.post(url, params=said, timeout=5).json()["ok"]
    assert ada.messages()[1]["blocks"][0]["text"]["text"] == "hi"


def test_a_method_may_be_asked_with_get_as_the_asynchronous_sdk_does(sandbox: Sandbox) -> None:
    who = asyncio.run(AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url).users_info(user="U0ADA"))

    assert who["user"]["name"] == "ada"


def test_too_many_calls_of_a_method_have_to_wait(api: Api) -> None:
    answers = [api.ask("conversations.list")]
    while answers[-1].status_code == 200:
        answers.append(api.ask("conversations.list"))

    # 20 a minute, and another one for each 3 s that these calls take.
    assert 20 <= len(answers) - 1 < 30
    assert answers[-1].json() == {"ok": False, "error": "ratelimited"}
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 3


def test_time_that_passes_lets_calls_through_again(api: Api, ada: Slack) -> None:
    while api.ask("conversations.list").status_code == 200:
        pass

    ada.advance(3)

    assert api.ask("conversations.list").status_code == 200


def test_a_channel_bears_one_message_per_second_after_a_short_burst(api: Api) -> None:
    codes = [api.ask("chat.postMessage", channel="#ops", text="x").status_code for _ in range(6)]

    assert codes == [200] * 5 + [429]
    assert api.ask("chat.postMessage", channel="#general", text="x").status_code == 200


def test_a_benchmark_may_lift_the_limits(api: Api, ada: Slack) -> None:
    ada.post("rates", on=False)

    assert {api.ask("chat.postMessage", channel="#ops", text="x").status_code for _ in range(10)} == {200}


def test_an_ordered_error_comes_once(api: Api, ada: Slack) -> None:
    ada.fault("chat.postMessage", "error", error="restricted_action")

    answers = [api("chat.postMessage", channel="#ops", text="x") for _ in range(2)]

    assert answers[0] == {"ok": False, "error": "restricted_action"}
    assert answers[1]["ok"]


def test_an_ordered_limit_says_how_long_to_wait(api: Api, ada: Slack) -> None:
    ada.fault("chat.update", "ratelimited", retry_after=7)

    answer = api.ask("chat.update")

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


@pytest.mark.parametrize(("do", "posted"), [("reset_before", 0), ("reset_after", 1)])
def test_a_lost_answer_tells_nothing_of_what_was_done(api: Api, ada: Slack, do: str, posted: int) -> None:
    ada.fault("chat.postMessage", do)

    with pytest.raises(requests.ConnectionError):
        api("chat.postMessage", channel="#ops", text="x")

    assert len(ada.messages()) == posted


def test_a_delay_comes_before_the_answer(api: Api, ada: Slack) -> None:
    ada.fault("auth.test", "delay", delay_s=0.3)

    assert api.ask("auth.test").elapsed.total_seconds() >= 0.3


def test_a_fault_can_be_taken_back(api: Api, ada: Slack) -> None:
    ada.fault("auth.test", "error", error="fatal_error", times=9)

    ada.delete("faults")

    assert api("auth.test")["ok"]


def test_the_journal_shows_calls_without_tokens(sandbox: Sandbox, api: Api, ada: Slack) -> None:
    api.with_token("")("chat.postMessage", channel="#ops", text="x", token=sandbox.bot_token, blocks=[section("x")])

    entry = ada.journal("call")[-1]

    assert entry["method"] == "chat.postMessage"
    assert entry["response"]["ok"]
    assert entry["body"]["token"] == "xoxb-…"


def test_another_site_in_the_same_browser_gets_nothing(sandbox: Sandbox) -> None:
    foreign = {"Origin": "https://evil.example"}

    assert requests.get(f"{sandbox.url}sandbox/app", headers=foreign, timeout=5).status_code == 403
    assert requests.get(f"{sandbox.url}sandbox/app", headers={"Host": "evil.example"}, timeout=5).status_code == 403
