"""GitLab's REST API, as far as releases, merge requests, pipelines and packages go: https://docs.gitlab.com/api/rest/."""

import base64
import binascii
from collections.abc import Sequence

from bot.sandbox.outside import gitlab_shapes as shapes
from bot.sandbox.outside.things import Commit, Missing, Pull
from bot.sandbox.outside.wire import Ask, Json, Refused, Reply, Route

_BOT = "stackhand"
_DRAFT = "Draft: "


def _project(ask: Ask) -> Json:
    return shapes.project(ask, ask.repository)


def _releases(ask: Ask) -> Sequence[Json]:
    home = ask.repository
    return [shapes.release(ask, home, one) for one in home.releases if not one.is_draft]


def _release(ask: Ask) -> Json:
    home = ask.repository
    found = next((one for one in home.releases if one.tag == ask.parts["tag"]), None)
    if found is None:
        raise Missing("Not Found")
    return shapes.release(ask, home, found)


def _tags(ask: Ask) -> Sequence[Json]:
    home = ask.repository
    newest = sorted(home.tags, key=lambda name: home.tags[name].at, reverse=True)
    return [shapes.tag(ask, home, name) for name in newest]


def _commits(ask: Ask) -> Sequence[Json]:
    home = ask.repository
    found = home.at(ask.query.get("ref_name") or home.default_branch).history()
    return [shapes.commit(ask, home, one) for one in found]


def _branch(ask: Ask) -> Json:
    return shapes.branch(ask, ask.repository, ask.parts["branch"])


def _make_branch(ask: Ask) -> Reply:
    home = ask.repository
    named = {**ask.query, **ask.body}
    if missing := [key for key in ("branch", "ref") if key not in named]:
        raise Refused(400, f"{missing[0]} is missing")
    if named["branch"] in home.branches:
        raise Refused(400, "Branch already exists")
    ask.forge.add_branch(home.name, named["branch"], named["ref"])
    return Reply(status=201, body=shapes.branch(ask, home, named["branch"]))


def _file(ask: Ask) -> Json:
    home, path = ask.repository, ask.parts["path"]
    ref = ask.query.get("ref") or home.default_branch
    at = home.at(ref)
    if path not in at.files:
        raise Missing("File Not Found")
    return shapes.file(path, ref, at)


def _change_file(ask: Ask) -> Json:
    home, path = ask.repository, ask.parts["path"]
    branch, content, message = ask.given("branch", "content", "commit_message")
    if path not in home.branch(branch).files:
        raise Refused(400, "A file with this name doesn't exist")
    text = _decoded(content, str(ask.body.get("encoding") or "text"))
    ask.forge.push(home.name, {path: text}, branch=branch, message=message, author=_BOT)
    return {"file_path": path, "branch": branch}


def _commit_files(ask: Ask) -> Reply:
    home = ask.repository
    branch, message, actions = ask.given("branch", "commit_message", "actions")
    files = {
        action["file_path"]: _decoded(action.get("content", ""), action.get("encoding", "text"))
        for action in actions
        if action.get("action") in ("create", "update")
    }
    made: Commit = ask.forge.push(home.name, files, branch=branch, message=message, author=_BOT)
    return Reply(status=201, body=shapes.commit(ask, home, made))


def _merge_requests(ask: Ask) -> Sequence[Json]:
    home, query = ask.repository, ask.query
    labels = {name for name in query.get("labels", "").split(",") if name}
    shown = [shapes.merge_request(ask, home, one) for one in reversed(home.pulls.values()) if labels <= set(one.labels)]
    wip = {"yes": True, "no": False}.get(query.get("wip", ""))
    return [
        one
        for one in shown
        if query.get("state", "all") in ("all", one["state"])
        and query.get("target_branch") in (None, one["target_branch"])
        and query.get("source_branch") in (None, one["source_branch"])
        and wip in (None, one["draft"])
    ]


def _merge_request(ask: Ask) -> Json:
    return shapes.merge_request(ask, ask.repository, _that(ask))


def _diffs(ask: Ask) -> Sequence[Json]:
    pull = _that(ask)
    return [shapes.diff(pull, path) for path in pull.head.changed(pull.root)]


def _open_merge_request(ask: Ask) -> Reply:
    home = ask.repository
    branch, base, title = ask.given("source_branch", "target_branch", "title")
    if branch not in home.branches or base not in home.branches:
        raise Refused(400, "source_branch or target_branch does not exist")
    if any(one.is_open and (one.branch, one.base) == (branch, base) for one in home.pulls.values()):
        raise Refused(409, "Another open merge request already exists for this source branch")
    labels = ask.body.get("labels") or []
    made = ask.forge.open_pull(
        home.name,
        str(title).removeprefix(_DRAFT),
        branch=branch,
        base=base,
        text=ask.body.get("description") or "",
        author=_BOT,
        labels=labels.split(",") if isinstance(labels, str) else labels,
        is_draft=str(title).startswith(_DRAFT),
    )
    return Reply(status=201, body=shapes.merge_request(ask, home, made))


def _merge(ask: Ask) -> Json:
    pull = _that(ask)
    if not pull.is_open:
        raise Refused(405, "405 Method Not Allowed")
    ask.forge.merge_pull(ask.repository.name, pull.number)
    return shapes.merge_request(ask, ask.repository, pull)


def _notes(ask: Ask) -> Sequence[Json]:
    pull = _that(ask)
    return [shapes.note(ask, one, pull.number) for one in reversed(pull.comments)]


def _write_note(ask: Ask) -> Reply:
    pull = _that(ask)
    made = ask.forge.comment(ask.repository.name, pull.number, ask.given("body")[0], author=_BOT)
    return Reply(status=201, body=shapes.note(ask, made, pull.number))


def _edit_note(ask: Ask) -> Json:
    pull, id = _that(ask), ask.number("note")
    found = next((one for one in pull.comments if one.id == id), None)
    if found is None:
        raise Missing("Not Found")
    (found.text,) = ask.given("body")
    return shapes.note(ask, found, pull.number)


def _pipelines(ask: Ask) -> Sequence[Json]:
    home, query = ask.repository, ask.query
    shown = [shapes.pipeline(ask, home, one) for one in home.runs]
    return [
        one for one in shown if all(query.get(key) in (None, one[key]) for key in ("ref", "status", "source", "sha"))
    ]


def _pipeline(ask: Ask) -> Json:
    return shapes.pipeline(ask, ask.repository, ask.repository.run(ask.number("run")))


def _make_pipeline(ask: Ask) -> Reply:
    home = ask.repository
    (ref,) = ask.given("ref")
    inputs = {one["key"]: one["value"] for one in ask.body.get("variables") or []}
    try:
        made = ask.forge.start_run(home.name, ref=ref, event="api", inputs=inputs)
    except Missing as error:
        raise Refused(400, "Reference not found") from error
    return Reply(status=201, body=shapes.pipeline(ask, home, made))


def _jobs(ask: Ask) -> Sequence[Json]:
    home = ask.repository
    run = home.run(ask.number("run"))
    return [shapes.job(ask, home, run, one) for one in run.jobs]


def _packages(ask: Ask) -> Sequence[Json]:
    home, query = ask.repository, ask.query
    return [
        shapes.package(ask, home, one)
        for one in home.packages
        if query.get("package_name", "") in one.name and query.get("package_type") in (None, one.kind)
    ]


def _that(ask: Ask) -> Pull:
    return ask.repository.pull(ask.number("number"))


def _decoded(content: str, encoding: str) -> str:
    if encoding != "base64":
        return content
    try:
        return base64.b64decode(content).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Refused(400, "content is no Base64") from error


_HOME = "/projects/{id}"
_MERGE_REQUEST = f"{_HOME}/merge_requests/{{number}}"
ROUTES = (
    Route("GET", _HOME, _project),
    Route("GET", f"{_HOME}/releases", _releases),
    Route("GET", f"{_HOME}/releases/{{tag}}", _release),
    Route("GET", f"{_HOME}/repository/tags", _tags),
    Route("GET", f"{_HOME}/repository/commits", _commits),
    Route("POST", f"{_HOME}/repository/commits", _commit_files),
    Route("GET", f"{_HOME}/repository/branches/{{branch:.+}}", _branch),
    Route("POST", f"{_HOME}/repository/branches", _make_branch),
    Route("GET", f"{_HOME}/repository/files/{{path:.+}}", _file),
    Route("PUT", f"{_HOME}/repository/files/{{path:.+}}", _change_file),
    Route("GET", f"{_HOME}/merge_requests", _merge_requests),
    Route("POST", f"{_HOME}/merge_requests", _open_merge_request),
    Route("GET", _MERGE_REQUEST, _merge_request),
    Route("GET", f"{_MERGE_REQUEST}/diffs", _diffs),
    Route("PUT", f"{_MERGE_REQUEST}/merge", _merge),
    Route("GET", f"{_MERGE_REQUEST}/notes", _notes),
    Route("POST", f"{_MERGE_REQUEST}/notes", _write_note),
    Route("PUT", f"{_MERGE_REQUEST}/notes/{{note}}", _edit_note),
    Route("GET", f"{_HOME}/pipelines", _pipelines),
    Route("POST", f"{_HOME}/pipeline", _make_pipeline),
    Route("GET", f"{_HOME}/pipelines/{{run}}", _pipeline),
    Route("GET", f"{_HOME}/pipelines/{{run}}/jobs", _jobs),
    Route("GET", f"{_HOME}/packages", _packages),
)
