"""Release notes in Slack: they look right, and strangers mention nobody."""

import pytest

from bot.slack.markdown import alarming, to_mrkdwn


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**bold** and [a link](https://a.example/x)", "*bold* and <https://a.example/x|a link>"),
        ("## Fixes\n* one\n* two", "*Fixes*\n•   one\n•   two"),
        ("<details><summary>More</summary>\n\nwords</details>", "More\n\nwords"),
        ("<!-- made by a robot -->words", "words"),
    ],
)
def test_markdown_becomes_mrkdwn(written: str, shown: str) -> None:
    assert to_mrkdwn(written, 1000) == shown


@pytest.mark.parametrize("written", ["> hi <!channel>", "<@U123> <!here>", "[<!everyone>](https://a.example)"])
def test_notes_mention_nobody(written: str) -> None:
    assert not {"<!", "<@"} & {to_mrkdwn(written, 1000)[i : i + 2] for i in range(len(to_mrkdwn(written, 1000)))}


def test_long_notes_are_cut_at_the_end_of_a_line() -> None:
    shown = to_mrkdwn("\n\n".join(f"Paragraph number {number}." for number in range(100)), 200)

    assert len(shown) <= 200
    assert shown.endswith(".\n…")


def test_below_what_was_cut_stands_where_the_rest_is() -> None:
    assert to_mrkdwn("one\n\n" + "two " * 100, 50, rest="<https://a.example|more>").endswith(
        "\n<https://a.example|more>"
    )
    assert to_mrkdwn("one", 50, rest="<https://a.example|more>") == "one"


def test_breaking_changes_and_holes_are_found() -> None:
    notes = "## BREAKING CHANGES\n* The flag `-x` is gone.\n## Security\n* Fixes CVE-2026-12345 in the parser.\n* fast"

    assert alarming(notes) == ["The flag `-x` is gone.", "Fixes CVE-2026-12345 in the parser."]
    assert alarming("1. **Breaking:** `-x` is gone") == ["**Breaking:** `-x` is gone"], "to be shown as it was meant"


def test_all_that_is_listed_below_a_heading_is_found_and_nothing_behind_it() -> None:
    notes = "BREAKING CHANGES:\n\n* `-x` is gone\n* states of 0.11 are not read\n\nNEW:\n\n* Breaking: y\n* slow"

    assert alarming(notes) == ["`-x` is gone", "states of 0.11 are not read", "Breaking: y"]
