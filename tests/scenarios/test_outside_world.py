"""The world outside of the playground, with the stacks as they come: what others do there is told, and starts jobs."""

import shutil
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parents[2]
LONG_S = 60


@pytest.fixture
def bot(_shared):
    """One whose playground has its site, which comes with this stack."""
    if not _shared.is_up:
        shutil.copytree(ROOT / "stacks" / "maintenance", _shared.stacks / "maintenance")
        _shared.start()
    return _shared


@pytest.fixture
def stacks(bot, slack):
    """Adds shipped stacks, and waits until the first look at what they watch is through."""

    def add(**watched):
        for name in watched:
            shutil.copytree(ROOT / "stacks" / name, bot.stacks / name)

        def all_are_well():
            listed = [line.split() for line in bot.ask("watch", "list").splitlines()]
            return {f"{name}/{of}" for name, of in watched.items()} <= {
                line[0] for line in listed if line[-1] == "well"
            }

        slack.until(all_are_well, timeout_s=LONG_S)

    return add


def test_a_release_outside_is_told_and_its_button_opens_the_pull_request_that_takes_it(slack, stacks):
    stacks(**{"terraform-releases": "terraform"})
    shown = slack.post("outside/release", version=slack.get("outside")["next"], notes="Faster plans.")
    assert (shown["newest"], shown["pulls"]) == ("v1.10.0", [])

    told = slack.message_with("v1.10.0", timeout_s=LONG_S)
    assert "Faster plans." in str(told)
    slack.click(told, "Start upgrade")
    slack.until(lambda: "1.10.0" in str(slack.modal()))
    slack.submit()
    slack.message_with("A pull request asks for Terraform 1.10.0", timeout_s=LONG_S)

    [pull] = slack.get("outside")["pulls"]
    asked = {"repository": "acme/infra", "number": 1}
    assert pull == {**asked, "title": "Terraform 1.10.0", "state": "open"}
    merged = slack.post("outside/merge", **asked)
    assert ([one["state"] for one in merged["pulls"]], "1.10.0" in merged["file"]) == (["merged"], True)


def test_pull_requests_images_and_alerts_outside_reach_people_by_the_shipped_stacks(bot, slack, stacks):
    stacks(previews="pull", deploy="image", monitoring="alerts")

    slack.post("outside/open", title="Bigger <pictures>")
    slack.message_with("because acme/shop#1 was opened", timeout_s=LONG_S)
    slack.message_with("The preview of acme/shop#1 is ready", timeout_s=LONG_S)
    preview = f"{bot.url}site/previews/1/"
    assert "<h1>Bigger &lt;pictures&gt;</h1>" in requests.get(preview, timeout=10).text
    slack.post("outside/push", number=1)
    slack.message_with("because acme/shop#1 was pushed to", timeout_s=LONG_S)

    slack.post("outside/fire", name="SiteIsSlow", summary="Visitors wait.")
    slack.message_with("because the alert SiteIsSlow fires", timeout_s=LONG_S)
    slack.message_with("Visitors wait. Looked at playground: visitors are served.", timeout_s=LONG_S)
    alerts = slack.post("outside/fire", name="DiskFull")["alerts"]
    slack.message_with("because the alert DiskFull fires", timeout_s=LONG_S)

    # While another one fires, the list is not empty, and what is gone from it is believed at once.
    slack.post("outside/open", title="Smaller pictures")
    slack.message_with("The preview of acme/shop#2 is ready", timeout_s=LONG_S)
    slack.post("outside/resolve", fingerprint=alerts[0]["fingerprint"])
    slack.post("outside/merge", number=1)
    slack.message_with("because SiteIsSlow fires no more", timeout_s=LONG_S)
    slack.message_with("because acme/shop#1 was closed or merged", timeout_s=LONG_S)
    slack.until(lambda: requests.get(preview, timeout=10).status_code == 404, timeout_s=LONG_S)

    slack.post("outside/image", tag="1.5.0")
    told = slack.message_with("acme/shop:1.5.0 is out", timeout_s=LONG_S)
    slack.click(told, "Start upgrade")
    slack.until(lambda: "1.5.0" in str(slack.modal()))
