"""A bot that is killed at any moment between finding a version and announcing it announces it once."""

import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.told_site import Told, told_site
from tests.scenarios.forks import Forks, forks
from tests.slack_edge.tiny_slack import TinySlack

KILLS = 50
STACK = """
stack: web
resources:
  app:
    check: http.versions
    with: {{url: "{url}/app", json_path: "$[*]"}}
    announce: {{channel: "#ops"}}
"""


@pytest.fixture
def told() -> Iterator[Told]:
    with told_site() as site:
        yield site


@pytest.fixture
def slack() -> Iterator[TinySlack]:
    slack = TinySlack()
    slack.start()
    yield slack
    slack.stop()


@pytest.fixture
def announcer(tmp_path: Path, told: Told, slack: TinySlack) -> Iterator[Forks]:
    (tmp_path / "stacks" / "web").mkdir(parents=True)
    (tmp_path / "stacks" / "web" / "stack.yml").write_text(STACK.format(url=told.url))
    with forks("tests.scenarios.announcer", str(tmp_path), slack.api_url) as process:
        yield process


def test_each_version_is_announced_once_though_the_bot_is_killed_at_fifty_moments(announcer, told, slack):
    numbers = [f"1.{number}" for number in range(KILLS + 3)]
    moments = random.Random(20260101)
    told.pages["/app"] = numbers[:1]
    assert announcer.work() == 0
    told.pages["/app"] = numbers[:2]
    began = time.monotonic()
    assert announcer.work() == 0
    length_s = time.monotonic() - began

    killed = 0
    for number in range(3, KILLS + 3):
        told.pages["/app"] = numbers[:number]
        killed += announcer.work(kill_after_s=moments.uniform(0, length_s)) == -signal.SIGKILL
    told.pages["/app"] = numbers
    assert announcer.work() == 0

    said = Counter(str(one["text"]) for one in slack.messages["C0OPS"].values())
    assert said == Counter(f"app {number} is out" for number in numbers[1:])
    assert killed, "every round was over before its kill"
