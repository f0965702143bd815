"""The checks on GitHub, by the real PyGithub."""

from collections.abc import Callable, Iterator
from datetime import UTC

import pytest

from actions.api import ActionFailed, CheckContext
from actions.github.advisories import Advisories
from actions.github.commits import Commits
from actions.github.pull_requests import PullRequests
from actions.github.releases import Releases
from actions.github.tags import Tags
from actions.github.workflow_runs import WorkflowRuns
from bot.base.clock import SystemClock
from bot.sandbox.outside.things import Result
from bot.watch.look import LookContext
from bot.watch.polite import PoliteHttp
from tests.actions.pulls import CHOSEN, open_pulls

SHOP = "acme/shop"


@pytest.fixture
def ctx(looking: Callable[..., CheckContext]) -> CheckContext:
    return looking(secrets={"env:TOKEN": "t0ken"})


@pytest.fixture
def polite_ctx(tmp_path) -> Iterator[Callable[[], LookContext]]:
    """Makes the contexts that the program itself gives to checks; they share what they know."""
    clock = SystemClock()
    http = PoliteHttp(clock.now)

    def make() -> LookContext:
        return LookContext(folder=tmp_path, clock=clock, polite=http, read_secret=lambda *_: "t0ken", fresh_s=0.0)

    yield make
    http.close()


def test_releases_have_their_notes_and_say_which_are_for_trying_out(github, at, ctx):
    github.forge.publish_release(SHOP, "v1.10.0", "Faster", title="Ten")
    github.forge.publish_release(SHOP, "v2.0.0-rc1", is_prerelease=True)
    github.forge.publish_release(SHOP, "v3", is_draft=True)

    trial, release = Releases(**at).list_versions(ctx)

    assert (release.number, release.title, release.notes) == ("v1.10.0", "Ten", "Faster")
    assert release.url == f"{github.url}/acme/shop/releases/tag/v1.10.0"
    assert release.published_at
    assert release.published_at.tzinfo == UTC
    assert (trial.number, trial.is_prerelease, release.is_prerelease) == ("v2.0.0-rc1", True, False)


def test_only_the_newest_hundred_releases_are_read(github, at, ctx):
    for number in range(105):
        github.forge.publish_release(SHOP, f"v{number}")

    assert [one.number for one in Releases(**at).list_versions(ctx)] == [f"v{n}" for n in range(104, 4, -1)]
    assert len(github.manners.asked) == 1


def test_all_tags_are_read_however_many_pages_they_have(github, at, ctx):
    for number in range(105):
        github.forge.tag(SHOP, f"v{number}")

    assert {one.number for one in Tags(**at).list_versions(ctx)} == {f"v{number}" for number in range(105)}


def test_a_moved_tag_has_another_state(github, at, ctx):
    github.forge.tag(SHOP, "latest")
    (before,) = Tags(**at).list_versions(ctx)
    github.forge.push(SHOP)
    github.forge.tag(SHOP, "latest")

    (after,) = Tags(**at).list_versions(ctx)

    assert before.state != after.state


def test_commits_of_a_branch_are_those_that_touch_a_path(github, at, ctx):
    github.forge.push(SHOP, {"docs/a.md": "a"}, message="Write\n\nAnd more", author="bob")
    github.forge.push(SHOP, {"other": "b"}, message="Other")

    (commit,) = Commits(**at, path="docs/a.md").list_versions(ctx)

    assert (commit.title, commit.author, commit.branch) == ("Write", "bob", "main")
    assert commit.published_at


@pytest.mark.parametrize(("chosen", "numbers"), CHOSEN)
def test_pull_requests_are_chosen_by(github, at, ctx, chosen, numbers):
    open_pulls(github.forge, SHOP)

    assert [one.number for one in PullRequests(**at, **chosen).list_versions(ctx)] == numbers


def test_a_pull_request_that_is_pushed_to_has_another_state(github, at, ctx):
    github.forge.open_pull(SHOP, "Mend it", branch="mend", author="bob", labels=["preview"], text="Because")
    (before,) = PullRequests(**at).list_versions(ctx)
    pushed = github.forge.push_to_pull(SHOP, 1, {"more": "more"})

    (after,) = PullRequests(**at).list_versions(ctx)

    assert (before.name, before.author, before.branch, before.base) == ("acme/shop#1", "bob", "mend", "main")
    assert (before.labels, before.notes, before.is_draft) == (["preview"], "Because", False)
    assert before.state != after.state == after.commit == pushed.sha


def test_a_workflow_run_that_ends_has_another_state(github, at, ctx):
    run = github.forge.start_run(SHOP, "ci.yml")
    check = WorkflowRuns(**at, workflow="ci.yml", branch="main")
    (before,) = check.list_versions(ctx)
    github.forge.finish_run(SHOP, run.id, Result.FAILURE)

    (after,) = check.list_versions(ctx)

    assert (before.state, after.state) == ("queued", "completed failure")
    assert (after.result, after.name) == ("failure", "ci #1")
    assert WorkflowRuns(**at, status="success").list_versions(ctx) == []


def test_an_advisory_says_how_bad_it_is_and_whether_it_was_withdrawn(github, at, ctx):
    made = github.forge.add_advisory(SHOP, "Leaks", severity="critical", cve="CVE-2026-0001")
    github.forge.add_advisory(SHOP, "Harmless", severity="low")
    github.forge.withdraw_advisory(SHOP, made.id)

    harmless, leak = Advisories(**at).list_versions(ctx)

    assert (leak.number, leak.cve, leak.severity, leak.is_yanked) == (made.id, "CVE-2026-0001", "critical", True)
    assert (harmless.title, harmless.is_yanked) == ("Harmless", False)


def test_looking_again_at_what_did_not_change_costs_no_quota(github, at, polite_ctx):
    for number in range(3):
        github.forge.publish_release(SHOP, f"v{number}")
    for _ in range(3):
        assert len(Releases(**at).list_versions(polite_ctx())) == 3

    assert github.manners.cost == 1
    assert [one.status for one in github.manners.asked] == [200, 304, 304]


def test_github_is_left_alone_when_the_quota_is_used_up(github, at, polite_ctx):
    github.manners.quota, github.manners.quota_reset_at = 0, 4_000_000_000
    for _ in range(2):
        ctx = polite_ctx()
        with pytest.raises(ActionFailed):
            Releases(**at).list_versions(ctx)

    assert ctx.held_until
    assert len(github.manners.asked) == 1


def test_a_wrong_token_is_told_without_the_token(github, at, looking):
    with pytest.raises(ActionFailed, match="Bad credentials") as failed:
        Releases(**at).list_versions(looking(secrets={"env:TOKEN": "wr0ng"}))

    assert "wr0ng" not in failed.value.reason + failed.value.hint


def test_a_repository_that_is_not_there_is_told(github, at, ctx):
    with pytest.raises(ActionFailed, match="no such thing in acme/none"):
        Releases(**{**at, "repository": "acme/none"}).list_versions(ctx)


def test_a_server_that_breaks_is_asked_once(github, at, ctx):
    github.manners.fail(502, times=5)

    with pytest.raises(ActionFailed, match="502"):
        Releases(**at).list_versions(ctx)

    assert len(github.manners.asked) == 1


def test_enterprise_is_reached_below_its_own_path(github, at, ctx):
    github.forge.publish_release(SHOP, "v1")

    assert len(Releases(**{**at, "endpoint": f"{github.url}/api/v3"}).list_versions(ctx)) == 1
