"""The announcements stack: what it would say, with what its checks know."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model.person import Person
from bot.slack.views.scheduled_message import scheduled_words
from tests.control.front import NOON, Front

SHIPPED = Path(__file__).parents[2] / "stacks" / "announcements"
ADA = Person(id="U1", name="Ada")


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    written = (SHIPPED / "stack.yml").read_text().replace("stack: announcements", "stack: web")
    front = Front(tmp_path, written, templates=SHIPPED / "templates")
    yield front
    front.store.close()


def said(front: Front, name: str) -> str:
    return scheduled_words(front.control.scheduled.view("web", name, front.clock.now()))


def is_told(front: Front, name: str) -> bool:
    return front.control.scheduled.is_told(front.control.scheduled.view("web", name, front.clock.now()))


def test_the_freeze_is_told_on_friday_afternoon_and_not_on_good_friday(front):
    def next_freeze() -> str:
        coming = front.control.scheduled.coming(ADA)
        return next(f"{one.at:%a %d %b %H:%M}" for one in coming if one.announcement.name == "freeze")

    assert next_freeze() == "Fri 06 Mar 14:00"
    front.clock.pass_(days=28)
    assert next_freeze() == "Fri 10 Apr 13:00"


def test_the_digest_names_what_waits_for_more_than_three_days(front):
    old, new = NOON - timedelta(days=5), NOON - timedelta(days=1)
    front.find_fields(
        "reviews",
        {"number": "7", "title": "Speed up", "url": "https://g/7", "published_at": old.isoformat()},
        {"number": "8", "title": "New", "url": "https://g/8", "published_at": new.isoformat()},
    )

    assert said(front, "weekly") == "Open for more than three days:\n• <https://g/7|Speed up>, 5 days"


def test_the_digest_is_friendly_when_nothing_waits(front):
    assert said(front, "weekly") == "Nothing waits for more than three days. Thank you!"


def test_certificates_are_told_of_only_while_one_expires_soon(front):
    fine, soon = {"number": "a", "days_left": 60, "problem": ""}, {"number": "b", "days_left": 3, "problem": ""}
    front.find_fields("certificates", fine)
    assert not is_told(front, "certificates")
    front.find_fields("certificates", fine, soon, {**soon, "number": "c", "days_left": 1})

    assert is_told(front, "certificates")
    assert said(front, "certificates") == "• *c*: 1 day left\n• *b*: 3 days left"


def test_certificates_are_told_in_a_new_message_each_week_so_that_somebody_hears_of_it(front):
    front.find_fields("certificates", {"number": "b", "days_left": 9, "problem": ""})
    front.control.scheduled.owe_due()
    for _ in range(14):
        front.clock.pass_(days=1)
        front.control.scheduled.owe_due()

    with front.store.begin() as tx:
        owed = tx.messages.claim(by="test", now=front.clock.now(), lease_s=0, limit=100)
    told = [one.body["moment"][:10] for one in owed if one.body.get("name") == "certificates"]
    assert told == ["2026-03-09", "2026-03-16"]
