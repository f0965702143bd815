"""The actions on GitHub, by the real PyGithub."""

import pytest
from pydantic import ValidationError

from actions.api import ActionFailed
from actions.github.comment import Comment
from actions.github.dispatch_workflow import DispatchWorkflow
from actions.github.open_pull_request import OpenPullRequest
from actions.github.set_commit_status import SetCommitStatus
from bot.sandbox.outside.things import Result

SHOP = "acme/shop"
PATTERN = r'required_version = "([\d.]+)"'


@pytest.fixture
def ctx(context):
    return context(secrets={"env:TOKEN": "t0ken"})


def bump(at, **more) -> OpenPullRequest:
    fields = {"path": "infra/versions.tf", "pattern": PATTERN, "value": "1.10.0", "title": "Terraform 1.10.0", **more}
    return OpenPullRequest(**at, **fields)


def test_a_pull_request_changes_one_value_and_nothing_else(github, at, ctx):
    done = bump(at, labels=["dependencies"], text="Notes").run(ctx)

    shop = github.forge.repository(SHOP)
    pull = shop.pull(done.number)
    assert pull.head.changed(pull.root) == ["infra/versions.tf"]
    assert pull.head.files["infra/versions.tf"] == 'terraform {\n  required_version = "1.10.0"\n}\n'
    assert (pull.title, pull.text, pull.labels, pull.base) == ("Terraform 1.10.0", "Notes", ["dependencies"], "main")
    assert (done.before, done.url) == ("1.9.0", f"{github.url}/acme/shop/pull/1")
    assert '"1.9.0"' in shop.branch("main").files["infra/versions.tf"]


def test_a_second_try_finds_the_branch_and_the_pull_request_of_the_first(github, at, context):
    dones = [bump(at, labels=["a"]).run(context(secrets={"env:TOKEN": "t0ken"})) for _ in range(2)]

    shop = github.forge.repository(SHOP)
    assert dones[0] == dones[1]
    assert len(shop.pulls) == 1
    assert [one.message for one in shop.branch(dones[0].branch).history()] == ["Terraform 1.10.0", "Begin"]


@pytest.mark.parametrize("broken", ["/git/refs", "/contents/", "/pulls"])
def test_what_broke_in_the_middle_is_taken_up_there(github, at, ctx, context, broken):
    bump(at).preview(ctx)
    github.manners.fail(500, path=f"{broken}$" if broken != "/contents/" else "versions.tf$")
    with pytest.raises(ActionFailed, match="500"):
        bump(at).run(ctx)

    done = bump(at).run(context(secrets={"env:TOKEN": "t0ken"}))

    assert len(github.forge.repository(SHOP).pulls) == 1
    assert done.number == 1


def test_a_value_that_is_there_already_opens_nothing(github, at, ctx):
    done = bump(at, value="1.9.0").run(ctx)

    assert (done.number, github.forge.repository(SHOP).pulls) == (0, {})
    assert "nothing to do" in ctx.text


def test_a_preview_says_what_becomes_what_and_changes_nothing(github, at, ctx):
    said = bump(at).preview(ctx)

    assert said.splitlines() == [
        "infra/versions.tf: 1.9.0 → 1.10.0",
        "On branch stackhand/versions.tf-1.10.0, as pull request “Terraform 1.10.0” for main.",
    ]
    assert {one.method for one in github.manners.asked} == {"GET"}


def test_a_pattern_that_fits_more_than_once_changes_nothing(github, at, ctx):
    with pytest.raises(ActionFailed, match="2 places"):
        bump(at, pattern=r"(e)r").run(ctx)


@pytest.mark.parametrize("pattern", ["no group", "(a)(b)", "("])
def test_a_pattern_needs_one_group(at, pattern):
    with pytest.raises(ValidationError, match="pattern"):
        bump(at, pattern=pattern)


def test_a_comment_is_written_once_however_often_its_step_runs(github, at, context):
    github.forge.open_pull(SHOP, "One")
    for _ in range(2):
        Comment(**at, number=1, text="Ready").run(context(secrets={"env:TOKEN": "t0ken"}))

    (comment,) = github.forge.repository(SHOP).pull(1).comments
    assert comment.text.startswith("Ready\n")


def test_a_comment_with_a_key_takes_the_place_of_the_earlier(github, at, ctx):
    github.forge.open_pull(SHOP, "One")
    for text in ("At a1", "At b2"):
        Comment(**at, number=1, text=text, key="preview").run(ctx)

    (comment,) = github.forge.repository(SHOP).pull(1).comments
    assert comment.text.startswith("At b2\n")


def test_a_workflow_is_started_and_its_jobs_are_followed(github, at, ctx):
    action = DispatchWorkflow(**at, workflow="ci.yml", inputs={"to": "staging"}, every_s=0.05)
    ctx.cancelled = lambda: move(github)

    done = action.run(ctx)

    run = github.forge.repository(SHOP).run(done.id)
    assert (run.inputs, run.event, done.result) == ({"to": "staging"}, "workflow_dispatch", "success")
    assert [line for line in ctx.lines if line.startswith("build")] == [
        "build: queued",
        "build: in_progress",
        "build: success",
    ]
    assert ctx.steps[-1][:2] == (2, 2)


def move(github) -> bool:
    """Move the newest run on by one step, after it was seen so; for `cancelled`, which is asked while one waits."""
    (run,) = github.forge.repository(SHOP).runs
    jobs = sum("/jobs" in one.path for one in github.manners.asked)
    if jobs == 1:
        github.forge.move_run(SHOP, run.id, "build")
    elif jobs == 2:
        github.forge.finish_run(SHOP, run.id)
    return False


def test_a_workflow_that_fails_fails_the_step(github, at, ctx):
    def end() -> bool:
        (run,) = github.forge.repository(SHOP).runs
        github.forge.finish_run(SHOP, run.id, Result.FAILURE)
        return False

    ctx.cancelled = end

    with pytest.raises(ActionFailed, match=r"ci\.yml ended with failure"):
        DispatchWorkflow(**at, workflow="ci.yml", every_s=0.05).run(ctx)


def test_nobody_waits_for_a_workflow_when_nobody_wants_to(github, at, ctx):
    done = DispatchWorkflow(**at, workflow="ci.yml", wait=False).run(ctx)

    assert (done.id, done.result) == (github.forge.repository(SHOP).runs[0].id, "")


def test_a_commit_is_told_how_it_fares(github, at, ctx):
    SetCommitStatus(**at, commit="main", state="success", context="preview", text="Up", url="https://x.example").run(
        ctx
    )

    (status,) = github.forge.repository(SHOP).statuses
    assert (status.state, status.context, status.text, status.url) == ("success", "preview", "Up", "https://x.example")
