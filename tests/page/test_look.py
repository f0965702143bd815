"""How the page stands in windows of different sizes, in light and dark."""

import pytest
from playwright.sync_api import Page, expect

from tests.page.conftest import Look
from tests.page.echo_app import MENU, EchoApp

pytestmark = pytest.mark.full


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


@pytest.mark.parametrize("dark", [False, True])
def test_long_words_never_make_the_page_wider_than_its_window(look: Look, app: EchoApp, dark: bool):
    posted = app.post("Board", blocks=MENU)
    app.post("a" * 500, thread_ts=posted["ts"])
    app.post("```" + "b" * 500 + "```")
    page = look(width=900, height=700, dark=dark)
    page.get_by_role("button", name="1 reply").click()
    expect(page.get_by_role("log", name="Thread")).to_contain_text("aaa")

    wider = (
        "[...document.querySelectorAll('*')].filter(one => one.getBoundingClientRect().right > innerWidth + 1).length"
    )
    assert page.evaluate(wider) == 0


def test_the_reader_chooses_dark_and_it_stays(page: Page):
    light = background(page)
    page.get_by_role("button", name="Dark colours").click()
    dark = background(page)

    page.reload()

    expect(page.get_by_role("button", name="Light colours")).to_be_visible()
    assert light != dark
    assert background(page) == dark


def test_arrow_keys_walk_through_the_messages(page: Page, app: EchoApp):
    app.post("first")
    app.post("second")
    expect(page.get_by_role("article")).to_have_count(2)
    page.get_by_role("combobox", name="Message").focus()

    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("article").last).to_be_focused()
    page.keyboard.press("ArrowUp")

    expect(page.get_by_role("article").first).to_be_focused()
