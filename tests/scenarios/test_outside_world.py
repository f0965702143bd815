"""The world outside of the playground, with the stacks as they come: what others do there is told, and starts jobs."""

import shutil
from pathlib import Path

import pytest
import requests

from tests.fakes.forges import forge
from tests.slack import read

ROOT = Path(__file__).parents[2]
LONG_S = 60
#: What somebody adds whose repository is on GitLab.
ON_GITLAB = """\
  shop: {{code_host: gitlab, repository: acme/shop-infra, endpoint: "{url}", token: env:GITLAB_TOKEN}}

jobs:
"""


@pytest.fixture
def bot(_shared):
    """One whose playground has its site, which comes with this stack."""
    if not _shared.is_up:
        shutil.copytree(ROOT / "stacks" / "maintenance", _shared.stacks / "maintenance")
        _shared.start(GITLAB_TOKEN="a-token-of-gitlab")
    return _shared


@pytest.fixture
def gitlab():
    """A GitLab with a repository that says which Terraform it wants."""
    with forge("gitlab") as server:
        server.forge.add_repository("acme/shop-infra", {"versions.tf": 'required_version = "1.9.8"\n'})
        yield server


@pytest.fixture
def stacks(bot, slack):
    """Adds shipped stacks, and waits until the first look at what they watch is through."""

    def add(**watched):
        for name in watched:
            if not (bot.stacks / name).exists():
                shutil.copytree(ROOT / "stacks" / name, bot.stacks / name)

        def all_are_well():
            listed = [line.split() for line in bot.ask("watch", "list").splitlines()]
            return {f"{name}/{of}" for name, of in watched.items()} <= {
                line[0] for line in listed if line[-1] == "well"
            }

        slack.until(all_are_well, timeout_s=LONG_S)

    return add


def test_a_release_outside_is_told_and_its_button_opens_the_request_on_github_or_gitlab(bot, slack, stacks, gitlab):
    shipped = (ROOT / "stacks" / "terraform-releases" / "stack.yml").read_text()
    bot.write("stack.yml", shipped.replace("\njobs:\n", ON_GITLAB.format(url=gitlab.url)), stack="terraform-releases")
    stacks(**{"terraform-releases": "terraform"})
    shown = slack.post("outside/release", version=slack.get("outside")["next"], notes="Faster plans.")
    assert (shown["newest"], shown["pulls"]) == ("v1.10.0", [])
    release = slack.message_with("v1.10.0", timeout_s=LONG_S)
    assert "Faster plans." in str(release)

    def upgrade(environment):
        slack.click(release, "Start upgrade")
        form = slack.until(lambda: form if "1.10.0" in str(form := slack.modal()) else None)
        slack.submit(form, {"Environment": environment})

    upgrade("playground")
    told = slack.message_with("Ada Lovelace asks for Terraform 1.10.0. To merge: ", timeout_s=LONG_S)
    assert f"To merge: <{shown['url']}/acme/infra/pull/1>" in read(told)
    [pull] = slack.get("outside")["pulls"]
    asked = {"repository": "acme/infra", "number": 1}
    assert pull == {**asked, "title": "Terraform 1.10.0", "state": "open"}
    merged = slack.post("outside/merge", **asked)
    assert ([one["state"] for one in merged["pulls"]], "1.10.0" in merged["file"]) == (["merged"], True)

    upgrade("playground")
    slack.message_with("To merge: nothing, versions.tf has it already", timeout_s=LONG_S)

    upgrade("shop")
    there = f"To merge: <{gitlab.url}/acme/shop-infra/-/merge_requests/1>"
    slack.until(lambda: there in read(slack.message_with("To merge: ")), timeout_s=LONG_S)
    [request] = gitlab.forge.repository("acme/shop-infra").pulls.values()
    assert (request.title, request.is_open, request.labels) == ("Terraform 1.10.0", True, ["dependencies"])
    assert request.head.files == {"versions.tf": 'required_version = "1.10.0"\n'}
    assert len(slack.get("outside")["pulls"]) == 1


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
