"""The panel "Outside world" of the page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.sandbox.outside.outside import Outside
from bot.sandbox.sandbox import Sandbox
from tests.page.conftest import MANIFEST

pytestmark = pytest.mark.full


@pytest.fixture
def panel(browser: Browser) -> Iterator[Page]:
    """A page whose panel is open."""
    outside = Outside()
    outside.start()
    sandbox = Sandbox(manifest=MANIFEST, outside=outside)
    sandbox.start()
    page = browser.new_page()
    mistakes: list[str] = []
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    page.set_default_timeout(5000)
    page.goto(f"{sandbox.url}?as=U0ADA")
    page.get_by_role("button", name="Outside world").click()
    yield page
    page.close()
    sandbox.stop()
    outside.stop()
    assert mistakes == []


def test_on_a_phone_each_card_has_its_sign_beside_its_name(panel: Page) -> None:
    panel.set_viewport_size({"width": 390, "height": 844})

    for head in panel.get_by_role("dialog", name="Outside world").get_by_role("heading", level=3).all():
        sign, name = head.locator(".icon").bounding_box(), head.locator("span").last.bounding_box()
        assert sign and name
        assert sign["x"] + sign["width"] <= name["x"], head.inner_text()


def test_everything_that_others_do_can_be_done_by_clicks(panel: Page) -> None:
    world = panel.get_by_role("dialog", name="Outside world")

    def done(card: str, button: str, said: str) -> None:
        form = world.get_by_role("form", name=card)
        form.get_by_role("button", name=button, exact=True).click()
        expect(form.get_by_role("status")).to_contain_text(said)

    typed = world.get_by_role("form", name="Alerts").get_by_label("What it says")
    typed.fill("Half of it is written")
    done("Releases", "Publish a release", "1.10.0 is out")
    expect(world).to_contain_text("newest is v1.10.0")
    expect(typed).to_have_value("Half of it is written")
    done("Pull requests", "Open a pull request", "It is open")
    done("Pull requests", "Push acme/shop#1", "It was pushed to")
    done("Pull requests", "Merge acme/shop#1", "The bot looks twice")
    done("Pull requests", "Open a pull request", "It is open")
    done("Pull requests", "Close acme/shop#2", "The bot looks twice")
    assert world.locator(".state").all_inner_texts() == ["closed", "merged"]
    done("Images", "Push an image", "acme/shop:1.5.0 was pushed")
    done("Alerts", "Fire an alert", "SiteIsSlow fires")
    done("Alerts", "Resolve SiteIsSlow", "It is over")

    releases = world.get_by_role("form", name="Releases")
    releases.get_by_label("Version").fill("soon")
    releases.get_by_role("button", name="Publish a release").click()
    expect(releases.get_by_role("alert")).to_have_text("“soon” is no version. Write it like 1.10.0 or 1.11.0-rc1.")
