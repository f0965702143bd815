"""The checks and actions on GitLab, by the real python-gitlab."""

from collections.abc import Callable, Iterator

import pytest

from actions.api import ActionFailed, CheckContext
from actions.gitlab.comment import Comment
from actions.gitlab.merge_requests import MergeRequests
from actions.gitlab.open_merge_request import OpenMergeRequest
from actions.gitlab.packages import Packages
from actions.gitlab.pipelines import Pipelines
from actions.gitlab.releases import Releases
from actions.gitlab.tags import Tags
from actions.gitlab.trigger_pipeline import TriggerPipeline, is_over
from bot.base.clock import SystemClock
from bot.sandbox.outside.server import ForgeServer
from bot.sandbox.outside.things import Result
from bot.watch.look import LookContext
from bot.watch.polite import PoliteHttp
from tests.actions.pulls import CHOSEN, open_pulls
from tests.actions.recording import Recording
from tests.fakes.described.described import Described, description
from tests.fakes.forges import forge

SHOP = "acme/shop"
VERSIONS = 'required_version = "1.9.0"\n'


@pytest.fixture
def gitlab() -> Iterator[ForgeServer]:
    with forge("gitlab") as server:
        server.forge.add_repository(SHOP, {"versions.tf": VERSIONS}, workflows={".gitlab-ci.yml": ["build", "test"]})
        server.manners.token = "t0ken"
        yield server
        assert Described("gitlab").problems(server.manners.asked) == []


@pytest.fixture
def at(gitlab: ForgeServer) -> dict[str, str]:
    """The fields by which the shop's project is reached."""
    return {"project": SHOP, "token": "env:TOKEN", "endpoint": gitlab.url}


@pytest.fixture
def looks(looking: Callable[..., CheckContext]) -> CheckContext:
    return looking(secrets={"env:TOKEN": "t0ken"})


@pytest.fixture
def ctx(context: Callable[..., Recording]) -> Recording:
    return context(secrets={"env:TOKEN": "t0ken"})


def bump(at, **more) -> OpenMergeRequest:
    fields = {"path": "versions.tf", "pattern": '"([0-9.]+)"', "value": "1.10.0", "title": "Terraform 1.10.0", **more}
    return OpenMergeRequest(**at, **fields)


def test_releases_have_their_notes(gitlab, at, looks):
    gitlab.forge.publish_release(SHOP, "v1.10.0", "Faster", title="Ten")

    (release,) = Releases(**at).list_versions(looks)

    assert (release.number, release.title, release.notes) == ("v1.10.0", "Ten", "Faster")
    assert release.url == f"{gitlab.url}/acme/shop/-/releases/v1.10.0"
    assert release.published_at
    assert release.published_at.tzinfo


def test_all_tags_are_read_however_many_pages_they_have(gitlab, at, looks):
    for number in range(105):
        gitlab.forge.tag(SHOP, f"v{number}")

    assert {one.number for one in Tags(**at).list_versions(looks)} == {f"v{number}" for number in range(105)}


@pytest.mark.parametrize(("chosen", "numbers"), CHOSEN)
def test_merge_requests_are_chosen_by(gitlab, at, looks, chosen, numbers):
    open_pulls(gitlab.forge, SHOP)

    assert [one.number for one in MergeRequests(**at, **chosen).list_versions(looks)] == numbers


def test_a_merge_request_that_is_pushed_to_has_another_state(gitlab, at, looks):
    gitlab.forge.open_pull(SHOP, "Mend it", branch="mend", author="bob", labels=["preview"])
    (before,) = MergeRequests(**at).list_versions(looks)
    pushed = gitlab.forge.push_to_pull(SHOP, 1)

    (after,) = MergeRequests(**at).list_versions(looks)

    assert (before.name, before.author, before.branch, before.labels) == ("acme/shop!1", "bob", "mend", ["preview"])
    assert before.state != after.state == after.commit == pushed.sha


def test_a_pipeline_that_ends_has_another_state(gitlab, at, looks):
    run = gitlab.forge.start_run(SHOP)
    (before,) = Pipelines(**at, ref="main").list_versions(looks)
    gitlab.forge.finish_run(SHOP, run.id, Result.FAILURE)

    (after,) = Pipelines(**at, status="failed").list_versions(looks)

    assert (before.state, after.state, after.number) == ("pending", "failed", before.number)


def test_packages_are_those_of_exactly_this_name(gitlab, at, looks):
    for name, version in (("shop", "1.0"), ("shop", "1.1"), ("shop-api", "2.0")):
        gitlab.forge.publish_package(SHOP, name, version, kind="pypi")

    assert [one.number for one in Packages(**at, package="shop", kind="pypi").list_versions(looks)] == ["1.1", "1.0"]


def test_a_deprecated_package_counts_as_withdrawn_and_one_that_gitlab_could_not_read_does_not_count(gitlab, at, looks):
    for version, status in (("1.0", "deprecated"), ("1.1", "default"), ("1.2", "error")):
        gitlab.forge.publish_package(SHOP, "shop", version, kind="npm").status = status

    listed = Packages(**at, package="shop").list_versions(looks)

    assert [(one.number, one.is_yanked) for one in listed] == [("1.1", False), ("1.0", True)]


def test_looking_again_at_what_did_not_change_costs_no_quota(gitlab, at, tmp_path):
    clock = SystemClock()
    http = PoliteHttp(clock.now)
    gitlab.forge.publish_release(SHOP, "v1")

    for _ in range(3):
        ctx = LookContext(folder=tmp_path, clock=clock, polite=http, read_secret=lambda *_: "t0ken", fresh_s=0.0)
        assert len(Releases(**at).list_versions(ctx)) == 1
    http.close()

    assert gitlab.manners.cost == 1


def test_a_used_up_quota_is_told_at_once_and_not_waited_for(gitlab, at, looks):
    gitlab.manners.quota, gitlab.manners.quota_reset_at = 0, 4_000_000_000

    with pytest.raises(ActionFailed, match="429"):
        Releases(**at).list_versions(looks)

    assert len(gitlab.manners.asked) == 1


def test_a_wrong_token_is_told_without_the_token(at, looking):
    with pytest.raises(ActionFailed, match="Bad credentials") as failed:
        Releases(**at).list_versions(looking(secrets={"env:TOKEN": "wr0ng"}))

    assert "wr0ng" not in failed.value.reason + failed.value.hint


def test_a_project_that_is_not_there_is_told(at, looks):
    with pytest.raises(ActionFailed, match="no such thing in acme/none"):
        Releases(**{**at, "project": "acme/none"}).list_versions(looks)


def test_a_merge_request_changes_one_value_and_a_second_try_finds_it(gitlab, at, context):
    dones = [bump(at, labels=["deps"]).run(context(secrets={"env:TOKEN": "t0ken"})) for _ in range(2)]

    (pull,) = gitlab.forge.repository(SHOP).pulls.values()
    assert dones[0] == dones[1]
    assert pull.head.files["versions.tf"] == 'required_version = "1.10.0"\n'
    assert [one.message for one in pull.head.history()] == ["Terraform 1.10.0", "Begin"]
    assert (pull.title, pull.labels, dones[0].before) == ("Terraform 1.10.0", ["deps"], "1.9.0")


@pytest.mark.parametrize("broken", ["/repository/branches$", "/repository/commits$", "/merge_requests$"])
def test_what_broke_in_the_middle_is_taken_up_there(gitlab, at, ctx, context, broken):
    gitlab.manners.fail(500, path=broken)
    with pytest.raises(ActionFailed, match="500"):
        bump(at).run(ctx)

    assert bump(at).run(context(secrets={"env:TOKEN": "t0ken"})).number == 1


def test_a_preview_says_what_becomes_what_and_changes_nothing(gitlab, at, ctx):
    assert bump(at).preview(ctx).splitlines() == [
        "versions.tf: 1.9.0 → 1.10.0",
        "On branch stackhand/versions.tf-1.10.0, as merge request “Terraform 1.10.0” for main.",
    ]
    assert {one.method for one in gitlab.manners.asked} == {"GET"}


def test_a_comment_is_written_once_and_one_with_a_key_is_replaced(gitlab, at, ctx):
    gitlab.forge.open_pull(SHOP, "One")
    for text in ("Ready", "Ready"):
        Comment(**at, number=1, text=text).run(ctx)
    for text in ("At a1", "At b2"):
        Comment(**at, number=1, text=text, key="preview").run(ctx)

    assert [one.text.split("\n")[0] for one in gitlab.forge.repository(SHOP).pull(1).comments] == ["Ready", "At b2"]


def test_a_pipeline_is_over_only_when_nothing_more_comes_of_it():
    known = description("gitlab")["$defs"]["pipeline"]["properties"]["status"]["enum"]

    assert [status for status in known if is_over(status)] == ["success", "failed", "canceled", "skipped"]


@pytest.mark.parametrize(("result", "said"), [(Result.SUCCESS, None), (Result.FAILURE, "ended with failed")])
def test_a_pipeline_is_started_and_followed_to_its_end(gitlab, at, ctx, result, said):
    def end() -> bool:
        (run,) = gitlab.forge.repository(SHOP).runs
        gitlab.forge.finish_run(SHOP, run.id, result)
        return False

    ctx.cancelled = end
    action = TriggerPipeline(**at, variables={"TO": "staging"}, every_s=0.05)
    if said:
        with pytest.raises(ActionFailed, match=said):
            action.run(ctx)
    else:
        assert action.run(ctx).result == "success"

    (run,) = gitlab.forge.repository(SHOP).runs
    assert run.inputs == {"TO": "staging"}
    assert ctx.lines[1] == "build: pending"
    assert ctx.steps[-1][:2] == (2, 2)
