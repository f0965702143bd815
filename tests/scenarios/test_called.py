"""Others call the bot: who proves to be one of them starts the job, once, and its message says why it runs."""

import hashlib
import hmac
import json
import time

import pytest
import requests

from tests.fakes.ports import free_port
from tests.scenarios.watched import runs
from tests.slack import read

SECRET = "told-to-the-builder-too"
STACK = """\
stack: builds
title: Builds
channel: "#ops"
owners: ["@platform"]
webhooks:
  built:
    sign: hmac
    secret: "env:BUILT_HOOK"
    when: payload.branch == 'main'
    fields: {version: "{{ payload.build.version }}", by: "{{ payload.by }}"}
jobs:
  deploy:
    title: Deploy a build
    form: {version: {type: text}, by: {type: text}}
    triggers: [{webhook: built, form: {version: "{{ webhook.version }}", by: "{{ webhook.by }}"}}]
    steps:
      - {title: Deploy, uses: command.run, with: {argv: [sh, -c, 'echo "$1" >> deployed', sh, "{{ form.version }}"]}}
"""


@pytest.fixture(scope="module")
def port():
    """Where the bot takes calls."""
    return free_port()


@pytest.fixture
def bot(_shared, port):
    if not _shared.is_up:
        _shared.write("stack.yml", STACK, stack="builds")
        _shared.start(STACKHAND_HOOKS_PORT=str(port), BUILT_HOOK=SECRET)
    return _shared


@pytest.fixture
def call(bot, port):
    """Calls the webhook as the builder does; the status of the answer."""
    assert bot.is_up

    def call(*, at=None, secret=SECRET, **payload):
        at = int(at or time.time())
        said = {"branch": "main", "build": {"version": "1.4.0"}, "by": "Ada", **payload}
        body = json.dumps({name: value for name, value in said.items() if value}).encode()
        signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {"X-Timestamp": str(at), "X-Signature-256": f"sha256={signed}"}
        return requests.post(f"http://127.0.0.1:{port}/hooks/builds/built", data=body, headers=headers, timeout=30)

    return call


@pytest.fixture
def deployed(bot):
    """The versions that were deployed, in order."""
    file = bot.stacks / "builds" / "deployed"
    return lambda: file.read_text().split() if file.exists() else []


def test_a_signed_call_starts_the_job_with_what_it_says_and_the_message_names_the_cause(slack, call, deployed):
    answer = call(build={"version": "1.3.0"}, by="<!channel> & *Grace*")

    assert (answer.status_code, answer.text) == (202, "Taken.\n")
    [run] = slack.until(lambda: runs(slack))
    text = run.until("*Succeeded*")
    assert "because the webhook built was called" in text
    assert "Version: *1.3.0*" in text
    assert "<!channel>" not in text
    assert deployed() == ["1.3.0"]


def test_what_is_forged_old_sent_again_or_of_another_branch_starts_nothing(slack, call, deployed):
    before, now = len(runs(slack)), int(time.time())
    sent = call(at=now)
    again = call(at=now)
    others = [call(secret="guessed"), call(at=now - 600), call(branch="topic", build={"version": "2.0.0"})]
    call(build={"version": "1.5.0"})

    slack.until(lambda: {"1.4.0", "1.5.0"} <= set(deployed()))
    slack.until(lambda: len(runs(slack)) >= before + 2)

    assert (sent.status_code, again.status_code) == (202, 200)
    assert [answer.status_code for answer in others] == [403, 403, 202]
    # They run side by side.
    assert sorted(deployed()[before:]) == ["1.4.0", "1.5.0"]
    assert len(runs(slack)) == before + 2


def test_a_call_that_says_something_else_than_is_declared_is_told_to_the_owners(slack, call):
    answer = call(build=None)

    assert answer.status_code == 422
    told = read(slack.message_with("@platform: a call of the webhook *built* could not be taken"))
    assert "{{ payload.build.version }} cannot be computed: there is no payload.build." in told
    assert "Mend its `when` or `fields` in stack.yml" in told
