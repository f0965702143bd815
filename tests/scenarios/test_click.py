"""The promise itself, in a real browser: one click puts a real site into maintenance, and one click brings it back."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from bot.playground import lay_out
from bot.sandbox.sandbox import Sandbox
from tests.scenarios.conftest import Bot

ROOT = Path(__file__).parents[2]
CHROMIUM = "/usr/bin/chromium"
REASON = "We move the database to a bigger machine"
#: Where screenshots are written. With PICTURES=docs the README's is made anew.
PICTURES = ROOT / os.environ.get("PICTURES", "artifacts")

pytestmark = [pytest.mark.full, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def bot(asleep: Bot) -> Bot:
    """Not up yet, with the stacks that come with the program."""
    asleep.stacks = ROOT / "stacks"
    return asleep


def open_page(browser: Browser, url: str, *, dark: bool = False) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 860}, color_scheme="dark" if dark else "light")
    page.set_default_timeout(20_000)
    expect.set_options(timeout=20_000)
    page.goto(f"{url}?as=U0ADA&channel=C0OPS")
    return page


def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    page.mouse.move(0, 0)
    page.screenshot(path=PICTURES / f"{name}.png")


def newest(page: Page, text: str) -> Locator:
    return page.get_by_role("log", name="Messages").get_by_role("article").filter(has_text=text).last


def put_into_maintenance(page: Page, site: str, name: str) -> None:
    """Click, fill, look, confirm; and see it happen."""
    assert requests.get(site, timeout=5).status_code == 200
    newest(page, "Visitors see a page").get_by_role("button", name="Maintenance on").click()
    form = page.get_by_role("dialog", name="Maintenance on")
    form.get_by_label("Reason shown to visitors").fill("no")
    form.get_by_role("button", name="Continue").click()
    expect(form.get_by_role("alert").filter(has_text="At least 3 characters.")).to_be_visible()
    form.get_by_label("Reason shown to visitors").fill(REASON)
    picture(page, f"{name}-form")
    form.get_by_role("button", name="Continue").click()
    sure = page.get_by_role("dialog", name="Maintenance on").filter(has_text="1 task would change something")
    expect(sure).to_contain_text(REASON)
    picture(page, f"{name}-preview")
    sure.get_by_role("button", name="Maintenance on").click()
    run = newest(page, "maintenance #1 · by")
    expect(run).to_contain_text("Running")
    expect(run).to_contain_text("Succeeded")
    expect(run).to_contain_text("web1 changed · web2 changed · web3 changed")
    expect(newest(page, "Maintenance is on for playground")).to_contain_text("(by Ada Lovelace)")
    answer = requests.get(site, timeout=5)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "300")
    assert REASON in answer.text


def bring_back(page: Page, site: str) -> None:
    newest(page, "maintenance #1 · by").get_by_role("button", name="Undo").click()
    question = page.get_by_role("alertdialog")
    question.get_by_role("button", name=re.compile("Undo")).click()
    expect(newest(page, "maintenance #2")).to_contain_text("Succeeded")
    expect(newest(page, "maintenance #1 · by")).to_contain_text("undone")
    assert requests.get(site, timeout=5).status_code == 200


def test_a_click_puts_a_site_into_maintenance_and_undo_brings_it_back(browser: Browser, bot: Bot) -> None:
    bot.start()
    page = open_page(browser, bot.url)
    put_into_maintenance(page, f"{bot.url}site/", "socket")
    newest(page, "maintenance #1 · by").get_by_text("1 reply").click()
    expect(page.get_by_role("log", name="Thread")).to_contain_text("Log of maintenance #1")
    picture(page, "thread")
    page.get_by_role("button", name=re.compile("Close")).first.click()
    picture(page, "page")
    bring_back(page, f"{bot.url}site/")
    page.close()
    assert bot.stop() == 0


def test_the_same_over_http(browser: Browser, bot: Bot) -> None:
    """Slack calls the bot, every request signed; the workspace is a process's own, as the real one is."""
    playground = bot.folder / "playground"
    workspace = Sandbox(manifest=ROOT / "manifest.yml", site=lay_out(playground, stacks=bot.stacks))
    workspace.start()
    site = f"{workspace.url}site/"
    bot.start(
        SLACK_BOT_TOKEN=workspace.bot_token,
        SLACK_SIGNING_SECRET=workspace.signing_secret,
        SLACK_API_URL=workspace.api_url,
        STACKHAND_VARS=json.dumps({"sandbox": True, "playground_root": str(playground), "playground_url": site}),
        NO_PROXY="127.0.0.1",
    )
    assert bot.url == "connected to Slack as @stackhand in Acme"
    # Slack asks the address for a challenge before it takes it.
    here = {"request_url": f"http://127.0.0.1:{bot.port}/slack/events"}
    requests.post(f"{workspace.url}sandbox/app", json=here, timeout=5).raise_for_status()
    page = open_page(browser, workspace.url, dark=True)
    box = page.get_by_role("combobox", name="Message #ops")
    box.fill("/stack board maintenance")
    box.press("Enter")
    put_into_maintenance(page, site, "http")
    picture(page, "http-run")
    bring_back(page, site)
    page.close()
    assert bot.stop() == 0
    workspace.stop()
