"""Buttons, choices, modals and the app's home, used on the page as people use them."""

from typing import Any

import pytest
import requests
from playwright.sync_api import Locator, Page, expect

from tests.page.echo_app import MENU, EchoApp

pytestmark = pytest.mark.full


def command(page: Page, text: str) -> None:
    box = page.get_by_role("combobox", name="Message")
    box.fill(text)
    box.press("Enter")


@pytest.fixture
def form(page: Page, app: EchoApp) -> Locator:
    """The form, open."""
    command(page, "/stack form")
    dialog = page.get_by_role("dialog", name="Form")
    expect(dialog).to_be_visible()
    return dialog


def choose(form: Locator, label: str, text: str) -> None:
    form.get_by_label(label).click()
    form.get_by_role("option", name=text).click()


def test_a_slash_shows_the_commands_and_what_may_follow(page: Page):
    box = page.get_by_role("combobox", name="Message")

    box.press_sequentially("/st")

    expect(page.get_by_role("option", name="/stack")).to_contain_text("Run a job, see what runs")
    box.press("Tab")
    expect(box).to_have_value("/stack ")
    expect(page.get_by_text("[stack] [job] on [environment]")).to_be_visible()


def test_a_command_that_nobody_knows_stays_with_a_sentence(page: Page):
    command(page, "/nothing at all")

    expect(page.get_by_role("alert").filter(has_text="/nothing is no command here.")).to_be_visible()
    expect(page.get_by_role("combobox", name="Message")).to_have_value("/nothing at all")


def test_a_private_answer_says_so(page: Page):
    command(page, "/stack")

    expect(page.get_by_role("article")).to_contain_text("Only visible to you")


def test_a_silent_app_is_told_in_slacks_words(page: Page):
    command(page, "/stack silence")

    banner = page.get_by_role("alert").filter(has_text="/stack failed with the error “operation_timeout”")
    expect(banner).to_be_visible()


def test_a_click_that_nobody_answers_leaves_a_sign_beside_the_button(page: Page, app: EchoApp):
    app.post("Board", blocks=MENU)
    silent = page.get_by_role("button", name="Silence")

    silent.click()

    expect(silent).to_have_attribute("aria-busy", "true")
    expect(page.get_by_role("article").get_by_role("alert")).to_contain_text("Stackhand did not respond")
    expect(silent).not_to_have_attribute("aria-busy", "true")


def test_a_dangerous_button_asks_first_and_enter_does_no_harm(page: Page, app: EchoApp):
    app.post("Board", blocks=MENU)
    page.get_by_role("button", name="Destroy").click()
    question = page.get_by_role("alertdialog", name="Really?")
    expect(question.get_by_role("button", name="Keep")).to_be_focused()
    page.keyboard.press("Enter")
    expect(question).to_have_count(0)
    assert app.heard == []

    page.get_by_role("button", name="Destroy").click()
    with page.expect_response("**/act/block*"):
        question.get_by_role("button", name="Destroy").click()

    assert [heard["actions"][0]["action_id"] for heard in app.heard] == ["destroy"]


def test_a_choice_in_a_message_is_told_at_once(page: Page, app: EchoApp):
    app.post("Board", blocks=MENU)
    page.get_by_role("combobox", name="Where").click()

    with page.expect_response("**/act/block*"):
        page.get_by_role("option", name="production").click()
    page.get_by_role("button", name="More", exact=True).click()
    with page.expect_response("**/act/block*"):
        page.get_by_role("menuitem", name="Delete").click()

    assert [heard["actions"][0]["selected_option"]["value"] for heard in app.heard] == ["production", "Delete"]


def test_a_form_goes_from_field_to_field_and_to_its_second_page(page: Page, form: Locator, app: EchoApp):
    expect(form.get_by_label("Environment")).to_be_focused()
    page.keyboard.type("prod")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Database move")
    form.get_by_label("Host").press_sequentially("web")
    form.get_by_role("option", name="web2.example.org").click()
    form.get_by_label("Day").fill("2026-11-24")
    form.get_by_label("List").set_input_files({"name": "hosts.csv", "mimeType": "text/csv", "buffer": b"web1"})
    form.get_by_role("button", name="Remove hosts.csv").click()
    form.get_by_label("List").set_input_files({"name": "web.csv", "mimeType": "text/csv", "buffer": b"web1"})
    expect(form.get_by_role("listitem")).to_contain_text("web.csv")
    form.get_by_label("customers").check()
    form.get_by_label("Reason").press("Enter")

    sure = page.get_by_role("dialog", name="Sure?")
    expect(sure).to_be_visible()
    sure.get_by_role("button", name="Yes").click()

    expect(page.get_by_role("dialog")).to_have_count(0)
    assert answers(app.heard[-2]) == {
        "where": "production",
        "why": "Database move",
        "minutes": "30",
        "host": "web2.example.org",
        "day": "2026-11-24",
        "list": ["web.csv"],
        "tell": ["customers"],
    }


def test_the_page_before_comes_back_as_it_was_left(page: Page, form: Locator):
    choose(form, "Environment", "staging")
    form.get_by_label("Reason").fill("Database move")
    form.get_by_role("button", name="Send it").click()

    page.get_by_role("button", name="Back").click()

    expect(form.get_by_label("Environment")).to_have_value("staging")
    expect(form.get_by_label("Reason")).to_have_value("Database move")


def test_the_cross_closes_all_pages(page: Page, form: Locator):
    choose(form, "Environment", "staging")
    form.get_by_label("Reason").fill("Database move")
    form.get_by_role("button", name="Send it").click()

    page.get_by_role("dialog", name="Sure?").get_by_role("button", name="Close all").click()

    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_number_has_to_be_one(form: Locator):
    form.get_by_label("Minutes").fill("soon")

    form.get_by_role("button", name="Send it").click()

    expect(form.get_by_label("Minutes")).to_have_accessible_description("Please enter a whole number.")


def test_a_wrong_answer_is_told_below_its_field(form: Locator):
    choose(form, "Environment", "staging")
    form.get_by_label("Reason").fill("Database move")
    form.get_by_label("Minutes").fill("999")

    form.get_by_role("button", name="Send it").click()

    expect(form.get_by_label("Minutes")).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_label("Minutes")).to_have_accessible_description("240 at most, not 999.")
    expect(form.get_by_label("Minutes")).to_be_focused()


def test_a_field_that_must_be_filled_is_asked_for_before_the_app_is(form: Locator, app: EchoApp):
    form.get_by_role("button", name="Send it").click()

    expect(form.get_by_role("alert").filter(has_text="Please complete this required field.")).to_have_count(2)
    assert [heard["type"] for heard in app.heard if "view" in heard] == []


def test_a_form_that_changes_keeps_what_one_is_typing(page: Page, form: Locator, app: EchoApp):
    form.get_by_label("Reason").fill("half a sent")
    modal = requests.get(f"{page.url.split('?')[0]}sandbox/snapshot?as=U0ADA", timeout=10).json()["modals"][0]

    view = {name: modal[name] for name in ("type", "callback_id", "title", "submit", "close")}
    news = {"type": "section", "text": {"type": "mrkdwn", "text": "News"}}
    app.client.views_update(view_id=modal["id"], view={**view, "blocks": [news, *modal["blocks"]]})

    expect(form.get_by_text("News")).to_be_visible()
    expect(form.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("ence")
    expect(form.get_by_label("Reason")).to_have_value("half a sentence")


def test_escape_closes_a_list_first_and_then_the_form(page: Page, form: Locator):
    form.get_by_label("Environment").click()
    expect(form.get_by_role("option")).to_have_count(2)

    page.keyboard.press("Escape")
    expect(form.get_by_role("option")).to_have_count(0)
    expect(form).to_be_visible()
    page.keyboard.press("Escape")

    expect(form).to_have_count(0)
    expect(page.get_by_role("combobox", name="Message")).to_be_focused()


def test_the_home_is_made_when_one_opens_it(page: Page, app: EchoApp):
    page.get_by_role("button", name="Stackhand", exact=True).click()

    expect(page.get_by_role("heading", name="Your jobs")).to_be_visible()
    with page.expect_response("**/act/block*"):
        page.get_by_role("button", name="Run it").click()
    assert app.heard[-1]["view"]["type"] == "home"


def test_a_shortcut_opens_its_form(page: Page):
    page.get_by_role("button", name="Shortcuts").click()
    page.get_by_role("menuitem", name="Start a job of a stack").click()

    expect(page.get_by_role("dialog", name="Form")).to_be_visible()


def test_a_bot_that_is_away_is_told(page: Page, app: EchoApp):
    app.stop()

    expect(page.get_by_role("status")).to_contain_text("Stackhand is not connected.")
    app.start()
    expect(page.get_by_role("status")).to_be_empty()


def answers(body: dict[str, Any]) -> dict[str, Any]:
    """What was sent, by block."""
    found = {}
    for block, fields in body["view"]["state"]["values"].items():
        given = fields["value"]
        if "selected_options" in given:
            found[block] = [option["value"] for option in given["selected_options"]]
        elif "selected_option" in given:
            found[block] = given["selected_option"]["value"]
        elif "files" in given:
            found[block] = [file["name"] for file in given["files"]]
        else:
            found[block] = given.get("selected_date", given.get("value"))
    return found
