"""The servers like GitHub and GitLab: real HTTP, with the manners and the shapes of the real ones."""

import base64
from collections.abc import Iterator

import pytest
import requests

from bot.sandbox.outside.server import ForgeServer
from bot.sandbox.outside.things import Result
from tests.fakes.described.described import Described
from tests.fakes.forges import forge

SHOP = "acme/shop"


@pytest.fixture
def github() -> Iterator[ForgeServer]:
    with forge("github") as server:
        server.forge.add_repository(SHOP, {"versions.tf": "1.9.0\n"}, workflows={"ci.yml": ["build", "test"]})
        yield server


@pytest.fixture
def gitlab() -> Iterator[ForgeServer]:
    with forge("gitlab") as server:
        server.forge.add_repository(SHOP)
        yield server


@pytest.fixture(params=["github", "gitlab"])
def either(request: pytest.FixtureRequest) -> ForgeServer:
    server: ForgeServer = request.getfixturevalue(request.param)
    return server


def home(server: ForgeServer) -> str:
    return f"{server.url}/repos/{SHOP}" if server.kind == "github" else f"{server.url}/api/v4/projects/acme%2Fshop"


def test_a_long_list_comes_in_pages_that_lead_to_one_another(either):
    for number in range(25):
        either.forge.publish_release(SHOP, f"v1.{number}")

    first = requests.get(f"{home(either)}/releases", params={"per_page": "10"}, timeout=10)
    seen, page = first.json(), first
    while "next" in page.links:
        page = requests.get(page.links["next"]["url"], timeout=10)
        seen += page.json()

    assert [one["tag_name"] for one in seen] == [f"v1.{number}" for number in reversed(range(25))]
    assert len(first.json()) == 10


def test_an_unchanged_answer_is_told_as_such_and_costs_nothing(either):
    first = requests.get(f"{home(either)}/releases", timeout=10)
    tag = {"If-None-Match": first.headers["ETag"]}

    again = requests.get(f"{home(either)}/releases", headers=tag, timeout=10)
    either.forge.publish_release(SHOP, "v1")
    changed = requests.get(f"{home(either)}/releases", headers=tag, timeout=10)

    assert (again.status_code, again.content, changed.status_code) == (304, b"", 200)
    assert either.manners.cost == 2


@pytest.mark.parametrize(("kind", "status", "name"), [("github", 403, "X-RateLimit"), ("gitlab", 429, "RateLimit")])
def test_a_used_up_quota_is_answered_as_the_real_one_does(request, kind, status, name):
    server: ForgeServer = request.getfixturevalue(kind)
    server.manners.quota, server.manners.quota_reset_at = 1, 2_000_000_000

    answers = [requests.get(home(server), timeout=10) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, status]
    assert {answer.headers[f"{name}-Reset"] for answer in answers} == {"2000000000"}
    assert answers[1].headers[f"{name}-Remaining"] == "0"


def test_what_is_ordered_to_go_wrong_goes_wrong_that_often(either):
    either.manners.fail(502, path="releases", times=2, headers={"Retry-After": "7"})

    asked = [requests.get(f"{home(either)}{path}", timeout=10) for path in ("", "/releases", "/releases", "/releases")]

    assert [answer.status_code for answer in asked] == [200, 502, 502, 200]
    assert asked[1].headers["Retry-After"] == "7"


def test_a_slow_answer_is_slow(either):
    either.manners.fail(None, delay_s=30)

    with pytest.raises(requests.Timeout):
        requests.get(home(either), timeout=0.1)

    assert requests.get(home(either), timeout=10).status_code == 200


def test_wrong_credentials_are_refused(either):
    either.manners.token = "right"

    known = requests.get(home(either), headers={"Authorization": "Bearer right"}, timeout=10)
    unknown = requests.get(home(either), headers={"Authorization": "Bearer wrong"}, timeout=10)

    assert (known.status_code, unknown.status_code) == (200, 401)


@pytest.mark.parametrize("path", ["/pulls/7", "/pulls/x", "/releases/tags/v9", "/contents/none", "/branches/none"])
def test_what_is_not_there_is_not_found(github, path):
    assert requests.get(home(github) + path, timeout=10).status_code == 404


def test_a_merged_pull_request_has_its_files_on_the_base(either):
    pull = either.forge.open_pull(SHOP, "Mend it", files={"mended.txt": "yes"})
    either.forge.push("acme/shop", {"other.txt": "meanwhile"})

    either.forge.merge_pull(SHOP, pull.number)

    repository = either.forge.repository(SHOP)
    assert {"mended.txt", "other.txt"} <= set(repository.branch("main").files)
    assert not pull.is_open


def test_all_that_github_is_asked_and_answers_is_as_github_describes_it(github):
    fill(github)
    at = home(github)
    run = github.forge.repository(SHOP).runs[0]
    for path in (
        *("", "/releases", "/releases/latest", "/releases/tags/v1", "/tags", "/commits", "/commits/main", "/branches"),
        *("/branches/main", "/git/ref/heads/main", "/contents/versions.tf", "/pulls", "/pulls/1", "/pulls/1/files"),
        *("/issues/1/comments", "/actions/workflows/ci.yml", "/actions/workflows/ci.yml/runs", "/actions/runs"),
        *(f"/actions/runs/{run.id}", f"/actions/runs/{run.id}/jobs", "/security-advisories", "/commits/main/statuses"),
    ):
        assert requests.get(at + path, timeout=10).status_code == 200
    write(github)

    assert Described("github").problems(github.manners.asked) == []


def fill(server: ForgeServer) -> None:
    """One of each thing."""
    forge = server.forge
    forge.publish_release(SHOP, "v1", "First")
    forge.publish_release(SHOP, "v2-rc1", is_prerelease=True)
    forge.open_pull(SHOP, "Mend it", labels=["preview"], is_draft=True)
    forge.comment(SHOP, 1, "Well done")
    for result in Result:
        forge.finish_run(SHOP, forge.start_run(SHOP, "ci.yml").id, result)
    forge.start_run(SHOP, "ci.yml")
    advisory = forge.add_advisory(SHOP, "Leaks", cve="CVE-2026-0001")
    forge.withdraw_advisory(SHOP, advisory.id)
    forge.set_status(SHOP, "main", "success", "deploy")


def write(server: ForgeServer) -> None:
    """Change one of each thing over the wire."""
    at = home(server)
    file = requests.get(f"{at}/contents/versions.tf", timeout=10).json()
    content = base64.b64encode(b"1.10.0\n").decode()
    comment = server.forge.repository(SHOP).pull(1).comments[0].id
    head = server.forge.repository(SHOP).branch("main").sha
    for method, path, body in (
        ("POST", "/git/refs", {"ref": "refs/heads/bump", "sha": head}),
        ("PUT", "/contents/versions.tf", {"message": "m", "content": content, "sha": file["sha"], "branch": "bump"}),
        ("POST", "/pulls", {"title": "Bump", "head": "bump", "base": "main"}),
        ("POST", "/issues/2/labels", {"labels": ["bump"]}),
        ("POST", "/issues/2/comments", {"body": "Hello"}),
        ("PATCH", f"/issues/comments/{comment}", {"body": "Edited"}),
        ("POST", f"/statuses/{head}", {"state": "success", "context": "deploy"}),
        ("POST", "/actions/workflows/ci.yml/dispatches", {"ref": "main", "return_run_details": True}),
        ("PUT", "/pulls/2/merge", {}),
    ):
        assert requests.request(method, at + path, json=body, timeout=10).ok, path
