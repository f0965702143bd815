"""GitHub's REST API, as far as releases, pull requests, workflows and advisories go: https://docs.github.com/rest."""

import base64
import binascii
from collections.abc import Sequence

from bot.sandbox.outside import github_code as code
from bot.sandbox.outside import github_work as work
from bot.sandbox.outside.things import Missing, Pull, Release, Run, sha_of
from bot.sandbox.outside.wire import BARE_LIST, Ask, Json, Listed, Refused, Reply, Route

_BOT = "stackhand"
_STATES = ("error", "failure", "pending", "success")


def _repository(ask: Ask) -> Json:
    return code.repository(ask, ask.repository)


def _releases(ask: Ask) -> Sequence[Json]:
    home = ask.repository
    return [code.release(ask, home, one) for one in home.releases]


def _release(ask: Ask) -> Json:
    home = ask.repository
    found = next((one for one in home.releases if one.tag == ask.parts["tag"]), None)
    return code.release(ask, home, _there(found))


def _latest_release(ask: Ask) -> Json:
    home = ask.repository
    found = next((one for one in home.releases if not (one.is_prerelease or one.is_draft)), None)
    return code.release(ask, home, _there(found))


def _tags(ask: Ask) -> Sequence[Json]:
    home = ask.repository
    return [code.tag(ask, home, name) for name in sorted(home.tags, reverse=True)]


def _commits(ask: Ask) -> Sequence[Json]:
    home, path = ask.repository, ask.query.get("path")
    found = home.at(ask.query.get("sha") or home.default_branch).history()
    return [
        code.commit(ask, home, one)
        for one in found
        if not path or path in (one.changed(one.parent) if one.parent else one.files)
    ]


def _commit(ask: Ask) -> Json:
    home = ask.repository
    return code.commit(ask, home, home.at(ask.parts["ref"]))


def _branches(ask: Ask) -> Sequence[Json]:
    home = ask.repository
    return [code.branch(ask, home, name) for name in sorted(home.branches)]


def _branch(ask: Ask) -> Json:
    return code.branch(ask, ask.repository, ask.parts["branch"])


def _ref(ask: Ask) -> Json:
    home, name = ask.repository, ask.parts["ref"]
    return code.ref(ask, home, f"refs/{name}", home.branch(name.removeprefix("heads/")))


def _make_ref(ask: Ask) -> Reply:
    home = ask.repository
    name, sha = ask.given("ref", "sha")
    branch = str(name).removeprefix("refs/heads/")
    if branch in home.branches:
        raise Refused(422, "Reference already exists")
    return Reply(status=201, body=code.ref(ask, home, name, ask.forge.add_branch(home.name, branch, sha)))


def _content(ask: Ask) -> Json:
    home = ask.repository
    at, path = home.at(ask.query.get("ref") or home.default_branch), ask.parts["path"]
    if path not in at.files:
        raise Missing("Not Found")
    return code.content(ask, home, path, at)


def _write(ask: Ask) -> Reply:
    home, path = ask.repository, ask.parts["path"]
    message, written = ask.given("message", "content")
    branch = ask.body.get("branch") or home.default_branch
    known = home.branch(branch).files.get(path)
    if known is not None and ask.body.get("sha") != sha_of("blob", known):
        raise Refused(409, f"{path} does not match {ask.body.get('sha')}")
    try:
        text = base64.b64decode(written).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Refused(422, "content is not valid Base64") from error
    made = ask.forge.push(home.name, {path: text}, branch=branch, message=message, author=_BOT)
    body = {"content": code.content(ask, home, path, made), "commit": code.git_commit(ask, home, made)}
    return Reply(status=201 if known is None else 200, body=body)


def _pulls(ask: Ask) -> Sequence[Json]:
    home, query = ask.repository, ask.query
    owner = home.name.partition("/")[0]
    found = [
        one
        for one in reversed(home.pulls.values())
        if query.get("state", "open") in ("all", "open" if one.is_open else "closed")
        and query.get("base") in (None, one.base)
        and query.get("head") in (None, f"{owner}:{one.branch}")
    ]
    if query.get("sort") == "updated":
        found.sort(key=lambda one: one.updated_at, reverse=query.get("direction") == "desc")
    return [work.pull(ask, home, one) for one in found]


def _pull(ask: Ask) -> Json:
    return work.whole_pull(ask, ask.repository, _that_pull(ask))


def _pull_files(ask: Ask) -> Sequence[Json]:
    return work.pull_files(ask, ask.repository, _that_pull(ask))


def _open_pull(ask: Ask) -> Reply:
    home = ask.repository
    head, base = ask.given("head", "base")
    home.branch(base)
    branch = str(head).rpartition(":")[2]
    if branch not in home.branches:
        raise Refused(422, "Validation Failed: head is invalid")
    if any(one.is_open and (one.branch, one.base) == (branch, base) for one in home.pulls.values()):
        raise Refused(422, f"A pull request already exists for {head}.")
    made = ask.forge.open_pull(
        home.name,
        ask.body.get("title") or branch,
        branch=branch,
        base=base,
        text=ask.body.get("body") or "",
        author=_BOT,
        is_draft=bool(ask.body.get("draft")),
    )
    return Reply(status=201, body=work.whole_pull(ask, home, made))


def _merge_pull(ask: Ask) -> Json:
    pull = _that_pull(ask)
    if not pull.is_open:
        raise Refused(405, "Pull Request is not mergeable")
    made = ask.forge.merge_pull(ask.repository.name, pull.number)
    return {"sha": made.sha, "merged": True, "message": "Pull Request successfully merged"}


def _label(ask: Ask) -> Sequence[Json]:
    home, pull = ask.repository, _that_pull(ask)
    ask.forge.label(home.name, pull.number, *(ask.body.get(BARE_LIST) or ask.given("labels")[0]))
    return [work.label(ask, home, name) for name in pull.labels]


def _comments(ask: Ask) -> Sequence[Json]:
    pull = _that_pull(ask)
    return [work.comment(ask, ask.repository, pull.number, one) for one in pull.comments]


def _write_comment(ask: Ask) -> Reply:
    home, pull = ask.repository, _that_pull(ask)
    made = ask.forge.comment(home.name, pull.number, ask.given("body")[0], author=_BOT)
    return Reply(status=201, body=work.comment(ask, home, pull.number, made))


def _edit_comment(ask: Ask) -> Json:
    home, id = ask.repository, ask.number("comment")
    for pull in home.pulls.values():
        for comment in pull.comments:
            if comment.id == id:
                (comment.text,) = ask.given("body")
                return work.comment(ask, home, pull.number, comment)
    raise Missing("Not Found")


def _workflow(ask: Ask) -> Json:
    return work.workflow(ask, ask.repository, _that_workflow(ask))


def _dispatch(ask: Ask) -> Reply:
    home, file = ask.repository, _that_workflow(ask)
    (ref,) = ask.given("ref")
    inputs = ask.body.get("inputs") or {}
    try:
        made = ask.forge.start_run(home.name, file, ref=ref, event="workflow_dispatch", inputs=inputs)
    except Missing as error:
        raise Refused(422, f"No ref found for: {ref}") from error
    if not ask.body.get("return_run_details"):
        return Reply(status=204)
    shown = work.run(ask, home, made)
    return Reply(status=200, body={"workflow_run_id": made.id, "run_url": shown["url"], "html_url": shown["html_url"]})


def _runs(ask: Ask) -> Listed:
    return _listed(ask, ask.repository.runs)


def _workflow_runs(ask: Ask) -> Listed:
    file = _that_workflow(ask)
    return _listed(ask, [one for one in ask.repository.runs if one.workflow == file])


def _run(ask: Ask) -> Json:
    return work.run(ask, ask.repository, ask.repository.run(ask.number("run")))


def _jobs(ask: Ask) -> Listed:
    home = ask.repository
    run = home.run(ask.number("run"))
    return Listed(key="jobs", items=[work.job(ask, home, run, one) for one in run.jobs])


def _advisories(ask: Ask) -> Sequence[Json]:
    home = ask.repository
    return [work.advisory(ask, home, one) for one in home.advisories]


def _set_status(ask: Ask) -> Reply:
    home = ask.repository
    (state,) = ask.given("state")
    if state not in _STATES:
        raise Refused(422, f"state is one of {', '.join(_STATES)}")
    texts = {"text": ask.body.get("description") or "", "url": ask.body.get("target_url") or ""}
    made = ask.forge.set_status(home.name, ask.parts["sha"], state, ask.body.get("context") or "default", **texts)
    return Reply(status=201, body=work.status(ask, home, made))


def _statuses(ask: Ask) -> Sequence[Json]:
    home = ask.repository
    sha = home.at(ask.parts["ref"]).sha
    return [work.status(ask, home, one) for one in home.statuses if one.sha == sha]


def _listed(ask: Ask, runs: Sequence[Run]) -> Listed:
    shown = [work.run(ask, ask.repository, one) for one in runs]
    wanted = {"head_branch": ask.query.get("branch"), "event": ask.query.get("event")}
    status = ask.query.get("status")
    return Listed(
        key="workflow_runs",
        items=[
            one
            for one in shown
            if all(value in (None, one[key]) for key, value in wanted.items())
            and status in (None, one["status"], one["conclusion"])
        ],
    )


def _that_pull(ask: Ask) -> Pull:
    return ask.repository.pull(ask.number("number"))


def _that_workflow(ask: Ask) -> str:
    named = ask.parts["workflow"]
    files = (file for file in ask.repository.workflows if named in (file, str(code.number_of(file))))
    found = next(files, None)
    if found is None:
        raise Missing("Not Found")
    return found


def _there(release: Release | None) -> Release:
    if release is None:
        raise Missing("Not Found")
    return release


_HOME = "/repos/{owner}/{repo}"
ROUTES = (
    Route("GET", _HOME, _repository),
    Route("GET", f"{_HOME}/releases", _releases),
    Route("GET", f"{_HOME}/releases/latest", _latest_release),
    Route("GET", f"{_HOME}/releases/tags/{{tag}}", _release),
    Route("GET", f"{_HOME}/tags", _tags),
    Route("GET", f"{_HOME}/commits", _commits),
    Route("GET", f"{_HOME}/commits/{{ref}}", _commit),
    Route("GET", f"{_HOME}/commits/{{ref}}/statuses", _statuses),
    Route("POST", f"{_HOME}/statuses/{{sha}}", _set_status),
    Route("GET", f"{_HOME}/branches", _branches),
    Route("GET", f"{_HOME}/branches/{{branch:.+}}", _branch),
    Route("GET", f"{_HOME}/git/ref/{{ref:.+}}", _ref),
    Route("POST", f"{_HOME}/git/refs", _make_ref),
    Route("GET", f"{_HOME}/contents/{{path:.+}}", _content),
    Route("PUT", f"{_HOME}/contents/{{path:.+}}", _write),
    Route("GET", f"{_HOME}/pulls", _pulls),
    Route("POST", f"{_HOME}/pulls", _open_pull),
    Route("GET", f"{_HOME}/pulls/{{number}}", _pull),
    Route("GET", f"{_HOME}/pulls/{{number}}/files", _pull_files),
    Route("PUT", f"{_HOME}/pulls/{{number}}/merge", _merge_pull),
    Route("POST", f"{_HOME}/issues/{{number}}/labels", _label),
    Route("GET", f"{_HOME}/issues/{{number}}/comments", _comments),
    Route("POST", f"{_HOME}/issues/{{number}}/comments", _write_comment),
    Route("PATCH", f"{_HOME}/issues/comments/{{comment}}", _edit_comment),
    Route("GET", f"{_HOME}/actions/workflows/{{workflow}}", _workflow),
    Route("GET", f"{_HOME}/actions/workflows/{{workflow}}/runs", _workflow_runs),
    Route("POST", f"{_HOME}/actions/workflows/{{workflow}}/dispatches", _dispatch),
    Route("GET", f"{_HOME}/actions/runs", _runs),
    Route("GET", f"{_HOME}/actions/runs/{{run}}", _run),
    Route("GET", f"{_HOME}/actions/runs/{{run}}/jobs", _jobs),
    Route("GET", f"{_HOME}/security-advisories", _advisories),
)
