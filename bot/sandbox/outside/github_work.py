"""How GitHub shows what people do about code: objects of its REST API, https://docs.github.com/rest."""

from collections.abc import Sequence

from bot.sandbox.outside.github_code import node, number_of, repository, user
from bot.sandbox.outside.things import Advisory, Comment, Commit, Job, Pull, Repository, Run, Status, sha_of
from bot.sandbox.outside.wire import Ask, Json, moment


def pull(ask: Ask, home: Repository, it: Pull) -> Json:
    """A pull request, as lists have it."""
    url, page = f"{ask.api}/repos/{home.name}/pulls/{it.number}", f"{ask.web}/{home.name}/pull/{it.number}"
    issue = f"{ask.api}/repos/{home.name}/issues/{it.number}"
    links = {
        "self": url,
        "html": page,
        "issue": issue,
        "comments": f"{issue}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": f"{url}/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{ask.api}/repos/{home.name}/statuses/{it.head.sha}",
    }
    return {
        "id": it.id,
        "node_id": node("PR", it.id),
        "number": it.number,
        "url": url,
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        **{f"{name}_url": link for name, link in links.items() if name not in {"self", "html"}},
        "_links": {name: {"href": link} for name, link in links.items()},
        "title": it.title,
        "body": it.text or None,
        "state": "open" if it.is_open else "closed",
        "draft": it.is_draft,
        "locked": False,
        "user": user(ask, it.author),
        "labels": [label(ask, home, name) for name in it.labels],
        "head": _side(ask, home, it.branch, it.head),
        "base": _side(ask, home, it.base, it.root),
        "created_at": moment(it.created_at),
        "updated_at": moment(it.updated_at),
        "closed_at": moment(it.closed_at),
        "merged_at": moment(it.merged_at),
        "merge_commit_sha": home.branches[it.base].sha if it.merged_at else None,
        "author_association": "CONTRIBUTOR",
        **dict.fromkeys(("assignee", "milestone", "auto_merge")),
    }


def whole_pull(ask: Ask, home: Repository, it: Pull) -> Json:
    """A pull request by itself: what lists leave out, too."""
    return {
        **pull(ask, home, it),
        **dict.fromkeys(("additions", "deletions", "review_comments"), 0),
        "changed_files": len(it.head.changed(it.root)),
        "comments": len(it.comments),
        "commits": 1,
        "merged": it.merged_at is not None,
        "mergeable": it.is_open,
        "mergeable_state": "clean",
        "maintainer_can_modify": False,
        "merged_by": user(ask, it.author) if it.merged_at else None,
    }


def pull_files(ask: Ask, home: Repository, it: Pull) -> Sequence[Json]:
    """The files that a pull request changes."""
    return [_diff_entry(ask, home, it, path) for path in it.head.changed(it.root)]


def label(ask: Ask, home: Repository, name: str) -> Json:
    """A label."""
    return {
        "id": number_of(name),
        "node_id": node("LA", name),
        "url": f"{ask.api}/repos/{home.name}/labels/{name}",
        "name": name,
        "description": "",
        "color": "ededed",
        "default": False,
    }


def comment(ask: Ask, home: Repository, number: int, it: Comment) -> Json:
    """A comment below an issue or a pull request."""
    return {
        "id": it.id,
        "node_id": node("IC", it.id),
        "url": f"{ask.api}/repos/{home.name}/issues/comments/{it.id}",
        "html_url": f"{ask.web}/{home.name}/pull/{number}#issuecomment-{it.id}",
        "issue_url": f"{ask.api}/repos/{home.name}/issues/{number}",
        "body": it.text,
        "user": user(ask, it.author),
        "created_at": moment(it.at),
        "updated_at": moment(it.at),
        "author_association": "MEMBER",
    }


def workflow(ask: Ask, home: Repository, file: str) -> Json:
    """A workflow."""
    url = f"{ask.api}/repos/{home.name}/actions/workflows/{number_of(file)}"
    page = f"{ask.web}/{home.name}/blob/{home.default_branch}/.github/workflows/{file}"
    return {
        "id": number_of(file),
        "node_id": node("W", file),
        "name": file.partition(".")[0],
        "path": f".github/workflows/{file}",
        "state": "active",
        "url": url,
        "html_url": page,
        "badge_url": f"{page}/badge.svg",
        "created_at": moment(home.created_at),
        "updated_at": moment(home.created_at),
    }


def run(ask: Ask, home: Repository, it: Run) -> Json:
    """A run of a workflow."""
    api = f"{ask.api}/repos/{home.name}"
    url = f"{api}/actions/runs/{it.id}"
    return {
        "id": it.id,
        "node_id": node("WFR", it.id),
        "name": it.workflow.partition(".")[0],
        "display_title": it.commit.message,
        "run_number": it.number,
        "run_attempt": 1,
        "event": it.event,
        "status": _status(is_started=it.is_started, is_over=it.result is not None),
        "conclusion": it.result,
        "head_branch": it.branch,
        "head_sha": it.commit.sha,
        "path": f".github/workflows/{it.workflow}",
        "workflow_id": number_of(it.workflow),
        "workflow_url": f"{api}/actions/workflows/{number_of(it.workflow)}",
        "url": url,
        "html_url": f"{ask.web}/{home.name}/actions/runs/{it.id}",
        **{f"{name}_url": f"{url}/{name}" for name in ("jobs", "logs", "cancel", "rerun", "artifacts")},
        "check_suite_url": f"{api}/check-suites/{it.id}",
        "created_at": moment(it.at),
        "updated_at": moment(it.updated_at),
        "run_started_at": moment(it.at),
        "head_commit": _simple_commit(it.commit),
        "repository": repository(ask, home),
        "head_repository": repository(ask, home),
        "pull_requests": [],
        "actor": user(ask, it.commit.author),
        "triggering_actor": user(ask, it.commit.author),
    }


def job(ask: Ask, home: Repository, of: Run, it: Job) -> Json:
    """A job of a run."""
    url = f"{ask.api}/repos/{home.name}/actions"
    return {
        "id": it.id,
        "node_id": node("CR", it.id),
        "run_id": of.id,
        "run_url": f"{url}/runs/{of.id}",
        "url": f"{url}/jobs/{it.id}",
        "html_url": f"{ask.web}/{home.name}/actions/runs/{of.id}/job/{it.id}",
        "check_run_url": f"{ask.api}/repos/{home.name}/check-runs/{it.id}",
        "workflow_name": of.workflow.partition(".")[0],
        "name": it.name,
        "head_branch": of.branch,
        "head_sha": of.commit.sha,
        "status": _status(is_started=it.is_started, is_over=it.result is not None),
        "conclusion": it.result,
        "created_at": moment(of.at),
        "started_at": moment(of.at),
        "completed_at": moment(of.updated_at) if it.result else None,
        "labels": [],
        **dict.fromkeys(("runner_id", "runner_name", "runner_group_id", "runner_group_name")),
    }


def advisory(ask: Ask, home: Repository, it: Advisory) -> Json:
    """A security advisory."""
    identifiers = [{"type": "GHSA", "value": it.id}, *([{"type": "CVE", "value": it.cve}] if it.cve else [])]
    return {
        "ghsa_id": it.id,
        "cve_id": it.cve,
        "url": f"{ask.api}/repos/{home.name}/security-advisories/{it.id}",
        "html_url": f"{ask.web}/{home.name}/security/advisories/{it.id}",
        "summary": it.title,
        "description": it.text or None,
        "severity": it.severity,
        "state": "withdrawn" if it.withdrawn_at else "published",
        "identifiers": identifiers,
        "created_at": moment(it.at),
        "published_at": moment(it.at),
        "updated_at": moment(it.withdrawn_at or it.at),
        "withdrawn_at": moment(it.withdrawn_at),
        "vulnerabilities": [],
        **dict.fromkeys(("author", "publisher", "closed_at", "submission", "cvss", "cwes", "cwe_ids")),
        **dict.fromkeys(("credits", "credits_detailed", "collaborating_users", "collaborating_teams", "private_fork")),
    }


def status(ask: Ask, home: Repository, it: Status) -> Json:
    """What was said of a commit."""
    return {
        "id": it.id,
        "node_id": node("SC", it.id),
        "url": f"{ask.api}/repos/{home.name}/statuses/{it.sha}",
        "avatar_url": None,
        "state": it.state,
        "description": it.text or None,
        "target_url": it.url or None,
        "context": it.context,
        "created_at": moment(it.at),
        "updated_at": moment(it.at),
        "creator": user(ask, "stackhand"),
    }


def _simple_commit(it: Commit) -> Json:
    person = {"name": it.author, "email": f"{it.author}@example.org"}
    return {
        "id": it.sha,
        "tree_id": sha_of("tree", it.sha),
        "message": it.message,
        "timestamp": moment(it.at),
        "author": person,
        "committer": person,
    }


def _side(ask: Ask, home: Repository, name: str, it: Commit) -> Json:
    owner = home.name.partition("/")[0]
    return {
        "label": f"{owner}:{name}",
        "ref": name,
        "sha": it.sha,
        "user": user(ask, owner),
        "repo": repository(ask, home),
    }


def _diff_entry(ask: Ask, home: Repository, it: Pull, path: str) -> Json:
    before, after = it.root.files.get(path), it.head.files.get(path)
    page = f"{ask.web}/{home.name}"
    return {
        "sha": sha_of("blob", after),
        "filename": path,
        "status": "added" if before is None else "removed" if after is None else "modified",
        "additions": 1,
        "deletions": 0 if before is None else 1,
        "changes": 1 if before is None else 2,
        "blob_url": f"{page}/blob/{it.head.sha}/{path}",
        "raw_url": f"{page}/raw/{it.head.sha}/{path}",
        "contents_url": f"{ask.api}/repos/{home.name}/contents/{path}?ref={it.head.sha}",
    }


def _status(*, is_started: bool, is_over: bool) -> str:
    return "completed" if is_over else "in_progress" if is_started else "queued"
