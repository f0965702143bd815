"""Connecting, staying connected, and ending."""

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.base.errors import SetupProblem
from tests.slack_edge.tiny_slack import Fault

MANIFEST = Path(__file__).parents[2] / "manifest.yml"


def test_two_connections_are_open_once_it_started(bot, slack):
    assert len([socket for socket in slack.sockets if not socket.closed]) == 2


def test_a_wrong_bot_token_is_one_sentence(make_bot, slack):
    slack.faults.append(Fault("auth.test", "error", error="invalid_auth"))

    with pytest.raises(SetupProblem, match=r"^Slack refused the bot token \(invalid_auth\)\."):
        make_bot()


def test_a_wrong_app_token_is_one_sentence(make_bot, slack):
    slack.faults.append(Fault("apps.connections.open", "error", error="invalid_auth"))

    with pytest.raises(SetupProblem, match=r"^Slack refused the app token \(invalid_auth\)\."):
        make_bot()


def test_a_slack_that_is_not_there_is_one_sentence(make_bot):
    with pytest.raises(SetupProblem, match=r"^Slack is not reached at http://127\.0\.0\.1:9/api/: "):
        make_bot(api_url="http://127.0.0.1:9/api/")


def test_a_proxy_for_the_world_does_not_stand_before_this_machine(make_bot, slack, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    make_bot()
    slack.command("")

    assert slack.until(lambda: slack.private)


def test_clicks_still_arrive_after_a_connection_was_dropped(bot, slack):
    slack._loop.call_soon_threadsafe(slack.sockets[0]._req.transport.abort)
    slack.until(lambda: slack.sockets[0].closed)

    slack.command("")

    assert slack.until(lambda: slack.private)


def test_a_hundred_commands_at_once_are_all_acknowledged_in_time(bot, slack):
    with ThreadPoolExecutor(100) as pool:
        acks = list(pool.map(lambda _: slack.command("runs"), range(100)))

    assert "none" not in acks


def test_a_form_that_is_answered_too_late_is_not_called_out_of_date(bot, slack):
    slack.command("maintenance disable")
    form = slack.until(lambda: slack.modal if slack.modal.get("callback_id") == "job_form" else None)
    slack.patience_s = 60

    with bot.store.begin():
        answer = slack.submit(form, environment="staging")

    assert answer == {}
    assert slack.until(bot.runs) == ["maintenance #1"]


def test_stopping_ends_within_seconds_and_leaves_no_socket(make_bot, slack):
    bot = make_bot()
    began = time.monotonic()

    bot.edge.stop(timeout_s=5)

    assert time.monotonic() - began < 3
    slack.until(lambda: all(socket.closed for socket in slack.sockets))


class TestHttpMode:
    """Slack calls us, and signs."""

    @pytest.fixture
    def bot(self, make_bot):
        return make_bot(signing_secret="shhh", app_token=None)

    def post(self, bot, payload: dict[str, Any], *, secret: str = "shhh", age_s: float = 0) -> tuple[int, str]:
        body, at = urlencode(payload), str(int(time.time() - age_s))
        signed = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Signature": f"v0={signed}",
            "X-Slack-Request-Timestamp": at,
        }
        request = urllib.request.Request(bot.edge.http_url, data=body.encode(), headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def test_a_signed_command_is_answered(self, bot, slack):
        status, _ = self.post(bot, slack.command_payload("runs"))

        assert status == 200
        assert slack.until(lambda: slack.private)

    def test_a_wrong_signature_is_refused(self, bot, slack):
        assert self.post(bot, slack.command_payload("runs"), secret="guessed")[0] == 401

    def test_an_old_request_is_refused(self, bot, slack):
        assert self.post(bot, slack.command_payload("runs"), age_s=400)[0] == 401

    def test_a_replayed_form_starts_one_run(self, bot, slack):
        self.post(bot, slack.command_payload("maintenance disable"))
        form = slack.until(lambda: slack.modal if slack.modal.get("callback_id") == "job_form" else None)
        environment = {"environment": {"value": {"type": "static_select", "selected_option": {"value": "staging"}}}}
        view = {**form, "state": {"values": environment}}
        payload = {"type": "view_submission", "user": {"id": "U0ADA"}, "team": {"id": "T0ACME"}, "view": view}

        answers = [self.post(bot, {"payload": json.dumps(payload)}) for _ in range(2)]

        assert [json.loads(body) for _, body in answers] == [{"response_action": "clear"}] * 2
        assert bot.runs() == ["maintenance #1"]
