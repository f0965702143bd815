"""What channels are told by the clock: each moment once, late if it is still of use, else noted."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.model.message import Message, MessageKind
from bot.model.person import Person
from bot.slack.views.scheduled_message import scheduled_blocks, scheduled_words
from tests.control.front import Front

ADA = Person(id="U1", name="Ada")
STACK = """
stack: web
owners: ["@web"]
channel: "#ops"
resources:
  app: {check: http.versions, with: {url: "http://a/", pattern: "x"}}
announcements:
  news:
    title: News
    zone: Europe/Berlin
    late: 2h
    template: "{% for one in resources.app %}{{ link('https://a/' ~ one.number, one.number) }} {% endfor %}"
    WHEN
"""
DAILY = 'cron: "30 13 * * *"'
#: At noon in UTC: each day that passes comes to it.
NOON = 'cron: "0 13 * * *"'


@pytest.fixture
def front(tmp_path: Path, database_url: str | None) -> Iterator[Callable[[str], Front]]:
    fronts = []

    def make(when: str = DAILY) -> Front:
        fronts.append(Front(tmp_path, STACK.replace("WHEN", when), database_url))
        fronts[-1].control.scheduled.owe_due()
        return fronts[-1]

    yield make
    for one in fronts:
        one.store.close()


def owed(web: Front) -> list[Message]:
    web.control.scheduled.owe_due()
    with web.store.begin() as tx:
        return tx.messages.claim(by="test", now=web.clock.now(), lease_s=0, limit=100)


def moments(web: Front) -> list[str]:
    """Of what is owed: the moments, and how late each is told."""
    told = [one for one in owed(web) if one.kind is MessageKind.SCHEDULED]
    return [f"{one.body['moment'][5:16]} {one.body['late']}".strip() for one in told]


def at(web: Front, written: str) -> None:
    """Set the clock, forwards or back."""
    web.clock.moment = datetime.fromisoformat(written).replace(tzinfo=UTC)


# The bot is up at the first of the moments, all in UTC; it looks at each, and nothing is told twice.
@pytest.mark.parametrize(
    ("when", "looks", "told"),
    [
        (DAILY, ["2026-03-02 12:00", "2026-03-02 12:29"], []),
        (DAILY, ["2026-03-02 12:00", "2026-03-02 12:30"], ["03-02T12:30"]),
        # An hour late, and three hours: too late.
        (DAILY, ["2026-03-02 12:00", "2026-03-02 13:30"], ["03-02T12:30 1h"]),
        (DAILY, ["2026-03-02 12:00", "2026-03-02 15:30"], []),
        # A week of downtime: the last one, if it is still of use.
        (DAILY, ["2026-03-02 12:00", "2026-03-09 13:00"], ["03-09T12:30 30m"]),
        (DAILY, ["2026-03-02 12:00", "2026-03-09 12:00"], []),
        # The clock jumps back over what was told, and passes it again.
        (DAILY, ["2026-03-02 12:00", "2026-03-02 12:31", "2026-03-02 12:00", "2026-03-02 12:31"], ["03-02T12:30"]),
        # It was years ahead for a moment: it goes on from where it really is.
        (DAILY, ["2030-01-01 00:00", "2026-03-02 12:00", "2026-03-02 12:30"], ["03-02T12:30"]),
        # The hour that is skipped in spring is made up for; the one that comes twice in autumn counts once.
        ('cron: "30 2 * * *"', ["2026-03-29 00:00", "2026-03-29 01:30"], ["03-29T01:30"]),
        ('cron: "30 2 * * *"', ["2026-10-25 00:00", "2026-10-25 00:30", "2026-10-25 01:30"], ["10-25T00:30"]),
        # Half past one in the afternoon, before and after the clocks change.
        (DAILY, ["2026-03-29 11:00", "2026-03-29 11:30"], ["03-29T11:30"]),
        # A calendar, and holidays: of a country, of a part of it, or a date.
        ('dates: ["2026-03-02 14:00"]', ["2026-03-02 12:00", "2026-03-02 13:00"], ["03-02T13:00"]),
        (f"{DAILY}\n    holidays: DE", ["2026-12-25 12:00", "2026-12-25 12:30"], []),
        (f"{DAILY}\n    holidays: [DE-BE]", ["2026-03-08 12:00", "2026-03-08 12:30"], []),
        (f"{DAILY}\n    holidays: DE", ["2026-03-08 12:00", "2026-03-08 12:30"], ["03-08T12:30"]),
        (f"{DAILY}\n    holidays: 2026-03-02", ["2026-03-02 12:00", "2026-03-02 12:30"], []),
    ],
)
def test_what_is_announced_when_the_clock_shows(tmp_path, front, when, looks, told):
    web = front(when)
    with web.store.begin() as tx:
        for id in tx.starts.untils():
            tx.starts.remember(id, until=None)
    for moment in looks:
        at(web, moment)
        web.control.scheduled.owe_due()

    assert moments(web) == told


def test_several_bots_announce_a_moment_once(front):
    web = front()
    bots = [web.control, web.another()]
    web.clock.pass_(minutes=30)
    for bot in bots:
        bot.scheduled.owe_due()

    assert [(one.channel, one.wanted) for one in owed(web)] == [("#ops", 1)]


def test_what_came_too_late_is_noted(front):
    web = front()
    web.clock.pass_(hours=6)

    assert owed(web) == []
    with web.store.read() as tx:
        [noted] = tx.audit.recent(limit=10)
    assert (noted.target, noted.answer) == ("web/news", "missed")


@pytest.mark.parametrize(
    ("show", "sent"),
    [
        ("new", ["scheduled 1", "scheduled 1"]),
        ("update", ["scheduled 2"]),
        ("pin", ["scheduled 2"]),
    ],
)
def test_the_next_one_is_a_message_of_its_own_or_an_edit_of_the_last(front, show, sent):
    web = front(f"{NOON}\n    show: {show}")
    for _ in range(2):
        web.clock.pass_(days=1)
        told = owed(web)

    assert [f"{one.kind} {one.wanted}" for one in told] == sent
    with web.store.read() as tx:
        assert (tx.messages.get("scheduled:web/news:#ops:pin") is not None) is (show == "pin")


def test_nobody_is_told_while_the_condition_is_not_true(front):
    web = front(f'{NOON}\n    when: "{{{{ resources.app | length > 1 }}}}"')
    web.find("1.0")
    web.clock.pass_(days=1)
    assert moments(web) == []
    web.find("1.0", "1.1")
    web.clock.pass_(days=1)

    assert len(moments(web)) == 1


def test_owners_are_told_once_that_a_condition_cannot_be_computed(front):
    web = front(f'{NOON}\n    when: "{{{{ resources.app[0].number }}}}"')
    for _ in range(2):
        web.clock.pass_(days=1)
        told = owed(web)

    [text] = [str(one.body["text"]) for one in told]
    assert text.startswith("@web: *News* was not announced: ")


def test_its_template_sees_the_versions_that_are_there_and_escapes_them(front):
    web = front()
    web.find("1.0", "<here>")

    view = web.control.scheduled.view("web", "news", web.clock.now(), late="1h")

    assert scheduled_words(view) == "<https://a/&lt;here&gt;|&lt;here&gt;> <https://a/1.0|1.0>"
    assert [block["type"] for block in scheduled_blocks(view)] == ["header", "section", "context"]


def test_people_see_what_is_announced_next(front):
    [following] = front().control.scheduled.coming(ADA)

    assert (following.announcement.title, following.at.isoformat()) == ("News", "2026-03-02T12:30:00+00:00")
