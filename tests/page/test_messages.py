"""What one reads and writes on the page."""

import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from bot.slack.mrkdwn import DAY_TIME, at_time, escape
from tests.page.conftest import Look
from tests.page.echo_app import MENU, EchoApp

pytestmark = pytest.mark.full


def write(page: Page, text: str) -> None:
    box = page.get_by_role("combobox", name="Message")
    box.fill(text)
    box.press("Enter")


def test_what_one_writes_stands_there_for_everybody(page: Page, look: Look):
    other = look("U0BEA")

    write(page, "Deploying *now*")

    expect(other.get_by_role("log")).to_contain_text("Deploying now")
    expect(other.get_by_role("article").last.locator("strong").last).to_have_text("now")


def test_what_strangers_write_is_never_markup(page: Page, app: EchoApp):
    write(page, "<img src=x onerror=alert(1)> & <b>bold</b>")
    app.post("<script>alert(1)</script>")

    log = page.get_by_role("log")
    expect(log).to_contain_text("<img src=x onerror=alert(1)> & <b>bold</b>")
    expect(log).to_contain_text("<script>alert(1)</script>")
    expect(log.locator("img, script, b")).to_have_count(0)


def test_what_somebody_answered_shows_as_it_was_typed_also_in_bold_print(page: Page, app: EchoApp):
    typed = "<!channel> *bold* _x_ ~s~ & <http://evil.example|click> end"

    app.post(f"Reason: *{escape(typed)}* and no more")

    message = page.get_by_role("article").last
    expect(message.locator("strong").last).to_have_text(typed)
    expect(message.locator("em, s")).to_have_count(0)


def test_a_message_that_changes_keeps_its_place_and_its_buttons_focus(page: Page, app: EchoApp):
    posted = app.post("Board", blocks=MENU)
    page.get_by_role("button", name="Open form").focus()

    app.client.chat_update(
        **posted, text="Board", blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": "Later"}}, MENU[1]]
    )

    expect(page.get_by_text("Later")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page.get_by_role("button", name="Open form")).to_be_focused()


def test_a_draft_stays_while_messages_come_and_channels_change(page: Page, app: EchoApp):
    page.get_by_role("combobox", name="Message").fill("half a sent")
    app.post("Something new")
    expect(page.get_by_text("Something new")).to_be_visible()
    page.get_by_role("button", name="general").click()
    expect(page.get_by_role("combobox", name="Message")).to_have_value("")

    page.get_by_role("button", name="ops").click()

    expect(page.get_by_role("combobox", name="Message")).to_have_value("half a sent")


def test_who_reads_old_messages_is_not_moved(page: Page, app: EchoApp):
    for number in range(4):
        app.post("\n".join(f"line {number}.{line}" for line in range(30)))
    log = page.get_by_role("log")
    expect(log).to_contain_text("line 3.29")
    log.evaluate("log => { log.scrollTop = 100; }")

    app.post("news")

    expect(page.get_by_role("button", name="New messages")).to_be_visible()
    assert log.evaluate("log => log.scrollTop") == 100


def test_a_message_elsewhere_is_counted(page: Page, app: EchoApp):
    app.post("hello", channel="C0GENERAL")

    expect(page.get_by_role("button", name="general, 1 new")).to_be_visible()


def test_a_thread_opens_beside_and_is_answered(page: Page, app: EchoApp, tmp_path: Path):
    posted = app.post("Run 12")
    (tmp_path / "run-12.log").write_text("PLAY [all]\nok: [web1]\n")
    app.upload(tmp_path / "run-12.log", posted)
    page.get_by_role("button", name="1 reply").click()
    thread = page.get_by_role("complementary", name="Thread")

    thread.get_by_role("combobox", name="Reply").fill("Thanks")
    thread.get_by_role("combobox", name="Reply").press("Enter")

    expect(thread.get_by_role("log")).to_contain_text("Thanks")
    expect(page.get_by_role("button", name="2 replies")).to_be_visible()
    thread.get_by_text("Preview").click()
    expect(thread.get_by_text("ok: [web1]")).to_be_visible()
    with page.expect_download() as download:
        thread.get_by_role("link", name="Download run-12.log").click()
    assert download.value.path().read_text() == "PLAY [all]\nok: [web1]\n"


def test_a_reaction_is_put_and_taken_back(page: Page, app: EchoApp):
    app.post("Done")
    page.get_by_role("article").hover()
    page.get_by_role("button", name="Add reaction").click()
    page.get_by_role("menuitem", name="tada").click()
    chip = page.get_by_role("button", name="tada, 1")
    expect(chip).to_have_attribute("aria-pressed", "true")

    chip.click()

    expect(chip).to_have_count(0)


def test_another_person_is_one_click_away_and_in_the_address(page: Page):
    page.get_by_role("button", name="Acting as Ada Lovelace").click()

    page.get_by_role("menuitemradio", name="Bea Miller").click()

    expect(page.get_by_role("button", name="Acting as Bea Miller")).to_be_visible()
    assert parse_qs(urlsplit(page.url).query) == {"as": ["U0BEA"], "channel": ["C0OPS"]}


def test_ctrl_k_goes_to_a_channel(page: Page):
    page.keyboard.press("Control+k")
    page.keyboard.type("gen")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="general")).to_be_visible()
    expect(page.get_by_role("combobox", name="Message #general")).to_be_focused()


def test_a_moment_is_told_in_the_readers_words(page: Page, app: EchoApp):
    app.post("Off at <!date^1700000000^{date_num} {time}^https://example.org/|later>")

    link = page.get_by_role("log").get_by_role("link")
    expect(link).to_contain_text("2023-11-1")
    expect(link).to_have_attribute("href", "https://example.org/")


def test_today_is_a_capital_where_it_comes_first_only(page: Page, app: EchoApp):
    now = datetime.now(UTC)
    app.post(f"It {at_time(now, f'starts {DAY_TIME}')} - {at_time(now, DAY_TIME)}")

    expect(page.get_by_role("article").last).to_contain_text(re.compile("It starts today at .* - Today at "))


def test_a_very_long_message_is_drawn(page: Page, app: EchoApp):
    app.post("*a* " * 9000)

    expect(page.get_by_role("article").locator("strong")).to_have_count(9001)
