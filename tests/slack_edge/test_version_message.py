"""The announcement of a version, as people read it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.model.announce import Mark
from bot.model.person import Person
from bot.slack.views.version_message import version_blocks, version_text
from tests.control.front import NOON, Front
from tests.slack import read

STACK = """
stack: web
channel: "#ops"
resources:
  app:
    check: http.versions
    with: {url: "http://a/", pattern: "x"}
    announce: {start: upgrade}
jobs:
  upgrade: {steps: [{wait: 1s}]}
"""
BUTTONS = ["[Start upgrade]", "[Skip this version]", "[Snooze]", "[Mark as deployed]"]
TAKE_BACK = "[Take it back]"
URL = "https://a.example/1.1"


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    front = Front(tmp_path, STACK)
    front.find("1.0", deployed="1.0")
    yield front
    front.store.close()


def shown(front: Front) -> list[str]:
    """The message about 1.1, line by line."""
    return read({"blocks": version_blocks(front.control.announcements.view("web", "app", "1.1"))}).splitlines()


def find(front: Front, **fields: Any) -> None:
    front.find_fields("app", {"number": "1.1", "name": "Cake 1.1", "url": URL, **fields})


def test_it_says_what_runs_now_how_old_the_version_is_and_what_one_can_do(front: Front) -> None:
    front.find("1.0", "1.1", deployed="1.0")
    front.clock.pass_(days=3)

    title, about, words, *buttons = shown(front)

    assert (title, words, buttons) == ("app 1.1 is out", "*Title of 1.1*", BUTTONS)
    assert about.startswith("Deployed now: *1.0* · ")
    assert about.endswith("(3 days ago)")


def test_what_breaks_and_what_is_dangerous_stands_first_as_it_was_meant(front: Front) -> None:
    find(front, notes="* fast\n\n## Breaking changes\n* `-x` is gone <!here>\n\n* Fixes **CVE-2026-1234**")

    lines = shown(front)

    first = lines.index("⚠️ *Look at this first*")
    assert lines[first + 1 : first + 3] == ["• `-x` is gone &lt;!here>", "• Fixes *CVE-2026-1234*"]
    assert lines.index("•   fast") > first


def test_of_many_warnings_it_says_how_many_are_left_out(front: Front) -> None:
    find(front, notes="## Breaking changes\n" + "\n".join(f"* `-{letter}` is gone" for letter in "abcdefg"))

    lines = shown(front)

    first = lines.index("⚠️ *Look at this first*")
    assert lines[first + 1 : first + 7] == [*(f"• `-{letter}` is gone" for letter in "abcde"), "_and 2 more_"]


def test_long_notes_end_with_a_link_to_the_rest(front: Front) -> None:
    find(front, notes="\n\n".join(f"Change number {number}." for number in range(500)))

    lines = shown(front)

    assert lines[lines.index(BUTTONS[0]) - 1] == f"<{URL}|… read all of it>"
    assert sum(map(len, lines)) < 2500


def test_a_yanked_version_says_so_and_nobody_can_upgrade_to_it(front: Front) -> None:
    find(front, is_yanked=True, notes="Breaking: all", published_at=(NOON - timedelta(hours=3)).isoformat())

    title, about, *rest = shown(front)

    assert (title, about.partition(" (")[2]) == ("Cake 1.1 was withdrawn", f"3 hours ago) · <{URL}|Read about it>")
    assert not {"⚠️ *Look at this first*", TAKE_BACK, *BUTTONS} & set(rest)


def test_what_is_no_release_is_told_in_the_words_of_its_check(front: Front) -> None:
    use = "check: github.pull_requests\n    with: {repository: acme/shop}"
    front.edit(STACK.replace('check: http.versions\n    with: {url: "http://a/", pattern: "x"}', use))
    front.find("40")
    front.find("40", "42@1st")
    assert title_of(front, "42") == "app 42 was opened"

    front.find("40")

    assert title_of(front, "42") == "app 42 was closed or merged"


def title_of(front: Front, number: str) -> str:
    view = front.control.announcements.view("web", "app", number)
    assert version_blocks(view)[0]["text"]["text"] == version_text(view)
    return version_text(view)


def test_a_tag_that_is_moved_after_it_was_told_says_since_when(front: Front) -> None:
    front.find("1.0", "1.1@first")
    assert "Changed" not in shown(front)[1]
    front.clock.pass_(hours=2)

    front.find("1.0", "1.1@second")

    assert " (2 hours ago) · <!date^" in shown(front)[1]
    assert "Changed " in shown(front)[1]


@pytest.mark.parametrize(
    ("mark", "said", "buttons"),
    [
        (Mark.SKIPPED, "⏭ Skipped by Ada", [TAKE_BACK]),
        (Mark.DEPLOYED, "✅ Marked as deployed by Ada", [TAKE_BACK]),
        (Mark.SNOOZED, "💤 Put off by Ada ", BUTTONS),
    ],
)
def test_it_says_who_settled_it(front: Front, mark: Mark, said: str, buttons: list[str]) -> None:
    front.find("1.0", "1.1", deployed="1.0")

    front.control.announcements.mark("web", "app", "1.1", mark, by=Person(id="U1", name="Ada"), origin="slack")

    lines = shown(front)
    assert [line for line in lines if line.startswith(said)]
    assert [line for line in lines if line in (*BUTTONS, TAKE_BACK)] == buttons
