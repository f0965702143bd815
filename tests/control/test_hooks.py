"""Who calls a webhook proves it, each call counts once, and what it says is only data."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from actions.api import ActionFailed
from bot.base.errors import NotAllowed, Refused
from bot.catalog.expressions import ExpressionProblem
from bot.control.watchers.hooks import Call, Hooks
from bot.watch.hook_server import HookServer
from tests.control.front import NOON, Front

STACK = """
stack: web
owners: ["@web"]
channel: "#ops"
resources:
  app: {check: http.versions, every: 1h, with: {url: "http://a/", pattern: "x"}}
webhooks:
  pushed: {sign: github, secret: "env:X", when: "payload.ref == 'main'", fields: {by: "{{ payload.by }}"}, look: [app]}
  merged: {sign: gitlab, secret: "env:X"}
  custom: {sign: hmac, secret: "env:X"}
  alerts: {sign: alertmanager, secret: "env:X"}
jobs:
  deploy:
    form: {by: {type: text}}
    triggers: [{webhook: pushed, form: {by: "{{ webhook.by }}"}}]
    steps: [{wait: 1s}]
  follow:
    triggers: [{webhook: merged}, {webhook: custom}]
    steps: [{wait: 1s}]
  mend:
    form: {host: {type: text}}
    triggers: [{alert: {alertname: Down, severity: high}, form: {host: "{{ alert.labels.host }}"}}]
    steps: [{wait: 1s}]
"""
#: A call says where its job runs.
PLACES = """
stack: web
owners: ["@web"]
channel: "#ops"
environments: {staging: }
webhooks:
  pushed: {sign: github, secret: "env:X", fields: {place: "{{ payload.place }}"}}
jobs:
  deploy:
    triggers: [{webhook: pushed, environment: "{{ webhook.place }}"}]
    steps: [{wait: 1s}]
"""
SECRET = b"both know it"


def signed(body: bytes) -> str:
    return "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()


@pytest.fixture
def web(tmp_path: Path, database_url: str | None) -> Iterator[Front]:
    front = Front(tmp_path, STACK, database_url)
    yield front
    front.store.close()


@pytest.fixture
def hooks(web: Front) -> Hooks:
    return web.hooks(lambda _reference, _folder: SECRET.decode())


def push(**payload: str) -> Call:
    body = json.dumps({"ref": "main", "by": "Ada", **payload}).encode()
    return Call(stack="web", name="pushed", headers={"x-hub-signature-256": signed(body)}, body=body)


def test_a_call_starts_its_job_once_however_often_it_is_sent(web, hooks):
    assert [hooks.take(push()), hooks.take(push())] == [True, False]

    assert web.started() == ["deploy - Ada (because the webhook pushed was called)"]


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999"])
def test_a_number_that_no_database_keeps_is_no_json(hooks, number):
    body = f'{{"ref": "main", "by": {number}}}'.encode()

    with pytest.raises(Refused, match="holds no JSON"):
        hooks.take(Call(stack="web", name="pushed", headers={"x-hub-signature-256": signed(body)}, body=body))


@pytest.mark.parametrize("text", ["Ada\0", "\ud800"])
def test_a_text_that_no_database_keeps_is_refused(web, hooks, text):
    for call in (push(by=text), alert(since=text)):
        with pytest.raises(Refused, match="The call cannot be kept: a text that cannot be written"):
            hooks.take(call)

    assert web.started() == []


def test_an_environment_with_a_name_longer_than_any_is_told_and_nothing_starts(web, hooks):
    web.edit(PLACES)

    # As random as a key: nothing that a database could pack smaller.
    assert hooks.take(push(place=secrets.token_hex(2000)))
    assert hooks.take(push(place="staging"))

    assert web.started() == ["deploy staging (because the webhook pushed was called)"]
    assert web.messages()[0] == (
        "*Deploy* did not start by itself: The name of its environment has 4000 characters; 150 are the most."
    )


def test_an_alert_whose_marks_are_longer_than_any_of_alertmanager_is_refused(web, hooks):
    with pytest.raises(Refused, match="no alert of Alertmanager"):
        hooks.take(alert(since=secrets.token_hex(2000)))

    assert web.started() == []


def test_who_shows_the_secret_may_say_the_same_again_a_little_later(web, hooks):
    call = Call(stack="web", name="merged", headers={"x-gitlab-token": SECRET.decode()}, body=b"{}")

    taken = [hooks.take(call), hooks.take(call)]
    web.clock.pass_(minutes=6)
    taken.append(hooks.take(call))

    assert taken == [True, False, True]
    assert [run.job for run in web.runs()] == ["follow", "follow"]


def test_why_a_secret_cannot_be_read_is_for_the_owners_alone(web):
    def unset(_reference: str, _folder: Path) -> str:
        raise ActionFailed("The environment has no X.", hint="Set it.")

    hooks = web.hooks(unset)

    for _ in range(2):
        with pytest.raises(NotAllowed) as refused:
            hooks.take(push())

    assert "X" not in str(refused.value)
    assert web.messages() == [
        "@web: a call of the webhook *pushed* could not be checked: The environment has no X. Set it. "
        "Until then all of them are refused."
    ]


def test_a_signed_call_is_never_a_new_one(web, hooks):
    hooks.take(push())
    web.clock.pass_(days=8)

    hooks.take(push())

    assert len(web.runs()) == 1


def test_a_call_lets_the_checks_look_sooner(web, hooks):
    web.find("1.0")
    assert web.control.watch.watchers()[0].next_at > NOON

    hooks.take(push(ref="other"))

    assert web.control.watch.watchers()[0].next_at == NOON
    assert web.started() == [], "its `when` is not true"


def test_what_a_call_says_is_never_evaluated(web, hooks):
    hooks.take(push(by="{{ 7 * 7 }}"))

    assert web.started() == ["deploy - {{ 7 * 7 }} (because the webhook pushed was called)"]


def custom(timestamp: int, body: bytes = b"{}") -> Call:
    headers = {"x-timestamp": str(timestamp), "x-signature-256": signed(f"{timestamp}.".encode() + body)}
    return Call(stack="web", name="custom", headers=headers, body=body)


@pytest.mark.parametrize(
    "call",
    [
        Call(stack="web", name="pushed", headers={}, body=b"{}"),
        Call(stack="web", name="pushed", headers={"x-hub-signature-256": signed(b"{ }")}, body=b"{}"),
        Call(stack="web", name="merged", headers={"x-gitlab-token": "wrong"}, body=b"{}"),
        Call(stack="web", name="alerts", headers={"authorization": "Bearer é"}, body=b"{}"),
        custom(int(NOON.timestamp()) - 400),
        custom(int(NOON.timestamp()) + 400),
    ],
)
def test_who_does_not_prove_it_is_refused(web, hooks, call):
    with pytest.raises(NotAllowed):
        hooks.take(call)

    assert web.started() == []


def test_the_other_ways_to_prove_it(web, hooks):
    assert hooks.take(custom(int(NOON.timestamp())))
    assert hooks.take(Call(stack="web", name="merged", headers={"x-gitlab-token": SECRET.decode()}, body=b"{}"))

    assert [run.job for run in web.runs()] == ["follow", "follow"]


def test_a_call_that_is_sent_again_counts_once_whatever_its_unsigned_headers_say(web, hooks):
    first = custom(int(NOON.timestamp()))
    again = replace(first, headers={**first.headers, "x-delivery": "another", "x-request-id": "2"})

    assert [hooks.take(first), hooks.take(again)] == [True, False]
    assert hooks.take(custom(int(NOON.timestamp()) + 1)), "signed anew, it is another call"
    web.clock.pass_(minutes=6)
    with pytest.raises(NotAllowed):
        hooks.take(first)


def alert(status: str = "firing", since: str = "2026-03-02T11:59:00Z", severity: str = "high") -> Call:
    one = {
        "status": status,
        "labels": {"alertname": "Down", "severity": severity, "host": "db1"},
        "fingerprint": "abc",
        "startsAt": since,
    }
    body = json.dumps({"version": "4", "alerts": [one], "nonce": [status, since, severity]}).encode()
    return Call(stack="web", name="alerts", headers={"authorization": f"Bearer {SECRET.decode()}"}, body=body)


def test_an_alert_starts_its_job_once_for_each_time_it_begins_to_fire(web, hooks):
    hooks.take(alert())
    hooks.take(alert(severity="low"))
    hooks.take(alert(status="resolved"))
    assert web.started() == ["mend - db1 (because the alert Down fires)"]

    hooks.take(alert(since="2026-03-02T13:00:00Z"))

    assert len(web.started()) == 2


def test_calls_arrive_by_http(web, hooks):
    server = HookServer(hooks, host="127.0.0.1", port=0)
    url = server.start()
    try:
        call, nul = push(), push(by="\0")
        answers = [
            requests.post(f"{url}web/pushed", data=call.body, headers=dict(call.headers), timeout=10),
            requests.post(f"{url}web/pushed", data=call.body, headers=dict(call.headers), timeout=10),
            requests.post(f"{url}web/pushed", data=b"{}", timeout=10),
            requests.post(f"{url}web/nothing", data=b"{}", timeout=10),
            requests.post(f"{url}web/alerts", data=b"{}", headers={"Authorization": b"Bearer \xff"}, timeout=10),
            requests.post(f"{url}web/pushed", data=nul.body, headers=dict(nul.headers), timeout=10),
        ]
    finally:
        server.stop()

    assert [answer.status_code for answer in answers] == [202, 200, 403, 403, 403, 422]
    assert answers[2].text == answers[3].text


def test_owners_are_told_once_that_calls_cannot_be_read_as_declared(web, hooks):
    body = b'{"by": "Ada"}'
    call = Call(stack="web", name="pushed", headers={"x-hub-signature-256": signed(body)}, body=body)

    for _ in range(2):
        with pytest.raises(ExpressionProblem):
            hooks.take(call)

    with web.store.begin() as tx:
        [told] = tx.messages.claim(by="test", now=web.clock.now(), lease_s=0, limit=10)
    assert (told.channel, told.wanted) == ("#ops", 1)
    assert str(told.body["text"]).startswith("@web: a call of the webhook *pushed* could not be taken: ")
