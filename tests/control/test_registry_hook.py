"""The real docker-registry says that something was pushed, and the look comes at once."""

import time
from datetime import timedelta
from pathlib import Path

import pytest

from bot.base.errors import NotAllowed
from bot.control.watchers.hooks import Call, Hooks
from bot.watch.hook_server import HookServer
from tests.control.front import Front
from tests.fakes.registry import docker_registry

STACK = """
stack: web
resources:
  app: {check: registry.tags, every: 1h, with: {registry: "http://a", image: shop/api}}
webhooks:
  pushed: {sign: bearer, secret: "env:X", look: [app]}
jobs:
  a: {steps: [{wait: 1s}]}
"""
NOTIFY = """
notifications:
  endpoints:
    - name: stackhand
      url: {url}web/pushed
      headers: {{Authorization: ["Bearer both know it"]}}
      timeout: 5s
      threshold: 3
      backoff: 1s
      ignore: {{actions: [pull]}}
"""


@pytest.fixture
def front(tmp_path: Path):
    front = Front(tmp_path, STACK)
    front.find("1.0")
    yield front
    front.store.close()


@pytest.fixture
def hooks(front: Front) -> Hooks:
    return front.hooks(lambda _reference, _folder: "both know it")


def is_due(front: Front) -> bool:
    [watcher] = front.control.watch.watchers()
    return watcher.next_at <= front.clock.now()


@pytest.mark.full
def test_a_push_makes_the_look_come_at_once(front: Front, hooks: Hooks, tmp_path: Path) -> None:
    server = HookServer(hooks, host="127.0.0.1", port=0)
    url = server.start()
    try:
        with docker_registry(tmp_path, more=NOTIFY.format(url=url)) as registry:
            assert not is_due(front)

            registry.push("shop/api", "1.1", "new")

            until = time.monotonic() + 20
            while not is_due(front) and time.monotonic() < until:
                time.sleep(0.02)
            assert is_due(front)
    finally:
        server.stop()


def test_who_does_not_know_the_secret_is_sent_away(front: Front, hooks: Hooks) -> None:
    body = b'{"events": [{"id": "1", "action": "push"}]}'
    with pytest.raises(NotAllowed):
        hooks.take(Call(stack="web", name="pushed", headers={"authorization": "Bearer guessed"}, body=body))

    assert front.clock.now() + timedelta(minutes=1) < front.control.watch.watchers()[0].next_at
