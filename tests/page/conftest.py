"""The page in a real browser, before a real workspace with a small app in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.sandbox.sandbox import Sandbox
from tests.page.echo_app import EchoApp

CHROMIUM = "/usr/bin/chromium"
MANIFEST = Path(__file__).parents[2] / "manifest.yml"

Look = Callable[..., Page]


# Not for the session: while Playwright is there, an event loop runs in this thread, and the engine refuses to start.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def workspace() -> Iterator[Sandbox]:
    sandbox = Sandbox(manifest=MANIFEST)
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture(scope="session")
def connected(workspace: Sandbox) -> Iterator[EchoApp]:
    app = EchoApp(workspace.api_url, workspace.bot_token, workspace.app_token)
    app.start()
    yield app
    app.stop()


@pytest.fixture
def app(workspace: Sandbox, connected: EchoApp) -> EchoApp:
    """The app, in a workspace where nothing was said yet."""
    requests.post(f"{workspace.url}sandbox/reset", json={}, timeout=10)
    connected.heard.clear()
    return connected


@pytest.fixture
def look(workspace: Sandbox, browser: Browser, app: EchoApp) -> Iterator[Look]:
    """Opens the page as somebody; a mistake in any script fails the test."""
    mistakes: list[str] = []
    pages: list[Page] = []

    def open_page(
        as_: str = "U0ADA", *, channel: str = "C0OPS", width: int = 1280, height: int = 800, dark: bool = False
    ) -> Page:
        scheme = "dark" if dark else "light"
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
        page.set_default_timeout(5000)
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        page.goto(f"{workspace.url}?as={as_}&channel={channel}")
        expect(page.get_by_role("log", name="Messages")).to_be_visible()
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert mistakes == []


@pytest.fixture
def page(look: Look) -> Page:
    """Ada looks at #ops."""
    return look()
