"""What announced versions look like: the digest of a channel."""

from bot.slack.limits import SECTION_TEXT
from bot.slack.views.versions_message import versions_blocks
from tests.slack import Json, read


def digest(*things: tuple[str, list[str], str]) -> Json:
    lines = [
        {"name": name, "versions": [{"number": number, "url": url and f"{url}/{number}"} for number in numbers]}
        for name, numbers, url in things
    ]
    return {"blocks": versions_blocks({"of": "week", "lines": lines})}


def test_each_version_leads_to_its_page_and_nobody_is_mentioned() -> None:
    shown = read(digest(("app", ["1.1", "1.0"], "https://a.example"), ("<!here> *x*", ["<@U1>"], "")))

    assert shown.splitlines()[:2] == [
        "New versions of the last week",
        "• *app*: <https://a.example/1.1|1.1>, <https://a.example/1.0|1.0>",
    ]
    assert "<!" not in shown
    assert "<@" not in shown


def test_however_much_came_it_fits_and_names_each_thing() -> None:
    numbers = [f"1.{number}" for number in range(50)]
    message = digest(*((f"thing{number}", numbers, "https://a.example/" + "x" * 60) for number in range(20)))

    assert all(len(block["text"]["text"]) <= SECTION_TEXT for block in message["blocks"])
    assert read(message).count("and 40 more") == 20
