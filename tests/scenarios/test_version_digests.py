"""Channels that want one message for a day or a week of new versions: at nine, once, and none where nothing is new."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.app import App
from bot.base.clock import SystemClock
from bot.sandbox.clock import MovableClock
from bot.settings import Settings
from tests.fakes.told_site import Told, told_site
from tests.slack import Slack, read

BERLIN = ZoneInfo("Europe/Berlin")
STACK = """\
stack: radar
title: Radar
channel: "#ops"
resources:
  app: {check: http.versions, every: 1s, with: {url: "SITE/app", json_path: "$[*]"}, announce: DAILY}
  base: {check: http.versions, every: 1s, with: {url: "SITE/base", json_path: "$[*]"}, announce: DAILY}
  tools: {check: http.versions, every: 1s, with: {url: "SITE/tools", json_path: "$[*]"}, announce: WEEKLY}
"""
ANNOUNCE = {"DAILY": '{channel: "#general", digest: daily}', "WEEKLY": '{channel: "#support", digest: weekly}'}


@pytest.fixture
def site() -> Iterator[Told]:
    with told_site() as told:
        told.pages |= {"/app": ["1.0"], "/base": ["2.0"], "/tools": ["3.0"]}
        yield told


@dataclass(frozen=True)
class Radar:
    """A bot whose clock is moved by hand, and the site that it looks at."""

    app: App
    clock: MovableClock
    site: Told
    slack: Slack

    def at(self, moment: str) -> None:
        """The clocks in Berlin show *moment*, and the bot looks at it."""
        self.clock.set(datetime.fromisoformat(moment).replace(tzinfo=BERLIN).timestamp())
        self.app._version_digests.owe_due()

    def release(self, name: str, *numbers: str) -> None:
        """The site lists these from now on; returns once the bot has written it down."""
        self.site.pages[f"/{name}"] = list(numbers)
        self.slack.until(lambda: self.known(name) == set(numbers))

    def known(self, name: str) -> set[str]:
        """What the bot has seen there."""
        return {version.number for version in self.app.control.watch.versions("radar", name)}

    def told(self, channel: str, *messages: str) -> None:
        """The channel was told exactly this."""
        self.slack.until(lambda: [_words(one) for one in self.slack.messages(channel)] == list(messages) or None)


@pytest.fixture
def radar(site: Told, tmp_path: Path) -> Iterator[Radar]:
    stack = STACK.replace("SITE", site.url)
    for word, announce in ANNOUNCE.items():
        stack = stack.replace(word, announce)
    (tmp_path / "stacks" / "radar").mkdir(parents=True)
    (tmp_path / "stacks" / "radar" / "stack.yml").write_text(stack)
    clock = MovableClock(SystemClock())
    clock.set(datetime(2026, 3, 3, 12, tzinfo=BERLIN).timestamp())
    settings = Settings(data=tmp_path / "data", stacks=tmp_path / "stacks", port=0, digest_zone=str(BERLIN))
    app = App.open(settings, clock)
    try:
        app.start()
        made = Radar(app, clock, site, Slack(app.url or ""))
        for name in ("app", "base", "tools"):
            made.slack.until(lambda name=name: made.known(name))  # type: ignore[misc]
        yield made
    finally:
        app.close()


def _words(message: dict[str, object]) -> str:
    """What stands in it; of links the text."""
    return re.sub(r"<[^|>]*\|([^>]*)>", r"\1", read(message).partition("\n")[2])


def test_a_channel_hears_once_a_day_or_a_week_of_all_that_is_new_and_of_nothing_where_nothing_is(radar: Radar) -> None:
    radar.at("2026-03-03 14:00")
    radar.release("app", "1.0", "1.1")
    radar.release("app", "1.0", "1.1", "1.2")
    radar.release("base", "2.0", "2.1")
    radar.release("tools", "3.0", "3.1")
    radar.at("2026-03-04 08:59")
    radar.told("#general")

    radar.at("2026-03-04 09:00")
    tuesday = "New versions of the last day\n• *app*: 1.2, 1.1\n• *base*: 2.1"
    radar.told("#general", tuesday)

    radar.at("2026-03-05 09:00")
    radar.release("base", "2.0", "2.1", "2.2")
    radar.at("2026-03-06 09:00")
    radar.told("#general", tuesday, "New versions of the last day\n• *base*: 2.2")

    radar.told("#support")
    radar.release("tools", "3.0", "3.1", "3.2")
    radar.at("2026-03-09 09:00")
    radar.told("#support", "New versions of the last week\n• *tools*: 3.2, 3.1")
