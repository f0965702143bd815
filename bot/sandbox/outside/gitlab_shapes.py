"""How GitLab shows things: objects of its REST API, https://docs.gitlab.com/api/rest/."""

import base64
import hashlib

from bot.sandbox.outside.things import Comment, Commit, Job, Package, Pull, Release, Repository, Result, Run, sha_of
from bot.sandbox.outside.wire import Ask, Json, moment

_RESULTS = {Result.SUCCESS: "success", Result.FAILURE: "failed", Result.CANCELLED: "canceled"}


def user(ask: Ask, name: str) -> Json:
    """A person."""
    return {
        "id": int(sha_of(name)[:7], 16),
        "username": name,
        "name": name.title(),
        "state": "active",
        "locked": False,
        "avatar_url": None,
        "web_url": f"{ask.web}/{name}",
    }


def project(ask: Ask, it: Repository) -> Json:
    """A repository; GitLab says project."""
    owner, _, name = it.name.rpartition("/")
    page = f"{ask.web}/{it.name}"
    return {
        "id": it.id,
        "name": name,
        "path": name,
        "name_with_namespace": it.name.replace("/", " / "),
        "path_with_namespace": it.name,
        "namespace": {"id": 1, "name": owner, "path": owner, "kind": "group", "full_path": owner},
        "description": None,
        "default_branch": it.default_branch,
        "visibility": "private",
        "web_url": page,
        "http_url_to_repo": f"{page}.git",
        "created_at": moment(it.created_at),
        "last_activity_at": moment(it.branches[it.default_branch].at),
        "archived": False,
    }


def commit(ask: Ask, home: Repository, it: Commit) -> Json:
    """A commit."""
    return {
        "id": it.sha,
        "short_id": it.sha[:8],
        "title": it.message.partition("\n")[0],
        "message": it.message,
        "parent_ids": [it.parent.sha] if it.parent else [],
        **{f"{role}_name": it.author for role in ("author", "committer")},
        **{f"{role}_email": f"{it.author}@example.org" for role in ("author", "committer")},
        "authored_date": moment(it.at),
        "committed_date": moment(it.at),
        "created_at": moment(it.at),
        "web_url": f"{ask.web}/{home.name}/-/commit/{it.sha}",
    }


def release(ask: Ask, home: Repository, it: Release) -> Json:
    """A release."""
    page = f"{ask.web}/{home.name}/-/releases/{it.tag}"
    return {
        "tag_name": it.tag,
        "name": it.title,
        "description": it.notes,
        "created_at": moment(it.at),
        "released_at": moment(it.at),
        "upcoming_release": it.is_prerelease,
        "author": user(ask, it.author),
        "commit": commit(ask, home, home.at(it.tag)),
        "commit_path": f"/{home.name}/-/commit/{home.at(it.tag).sha}",
        "tag_path": f"/{home.name}/-/tags/{it.tag}",
        "assets": {"count": 0, "sources": [], "links": []},
        "evidences": [],
        "_links": {"self": page},
    }


def tag(ask: Ask, home: Repository, name: str) -> Json:
    """A tag."""
    at = home.tags[name]
    notes = next((one.notes for one in home.releases if one.tag == name), None)
    return {
        "name": name,
        "message": "",
        "target": at.sha,
        "commit": commit(ask, home, at),
        "release": None if notes is None else {"tag_name": name, "description": notes},
        "protected": False,
        "created_at": moment(at.at),
    }


def branch(ask: Ask, home: Repository, name: str) -> Json:
    """A branch."""
    return {
        "name": name,
        "commit": commit(ask, home, home.branch(name)),
        "merged": False,
        "protected": False,
        "developers_can_push": True,
        "developers_can_merge": True,
        "can_push": True,
        "default": name == home.default_branch,
        "web_url": f"{ask.web}/{home.name}/-/tree/{name}",
    }


def file(path: str, ref: str, at: Commit) -> Json:
    """A file."""
    content = at.files[path].encode()
    return {
        "file_name": path.rpartition("/")[2],
        "file_path": path,
        "size": len(content),
        "encoding": "base64",
        "content": base64.b64encode(content).decode(),
        "content_sha256": hashlib.sha256(content).hexdigest(),
        "ref": ref,
        "blob_id": sha_of("blob", at.files[path]),
        "commit_id": at.sha,
        "last_commit_id": at.sha,
        "execute_filemode": False,
    }


def merge_request(ask: Ask, home: Repository, it: Pull) -> Json:
    """A pull request; GitLab says merge request."""
    return {
        "id": it.id,
        "iid": it.number,
        "project_id": home.id,
        "title": f"Draft: {it.title}" if it.is_draft else it.title,
        "description": it.text or None,
        "state": "opened" if it.is_open else "merged" if it.merged_at else "closed",
        "created_at": moment(it.created_at),
        "updated_at": moment(it.updated_at),
        "merged_at": moment(it.merged_at),
        "closed_at": None if it.merged_at else moment(it.closed_at),
        "source_branch": it.branch,
        "target_branch": it.base,
        "source_project_id": home.id,
        "target_project_id": home.id,
        "author": user(ask, it.author),
        "assignees": [],
        "reviewers": [],
        "labels": it.labels,
        "draft": it.is_draft,
        "sha": it.head.sha,
        "merge_commit_sha": home.branches[it.base].sha if it.merged_at else None,
        "user_notes_count": len(it.comments),
        "merge_status": "can_be_merged",
        "detailed_merge_status": "mergeable",
        "web_url": f"{ask.web}/{home.name}/-/merge_requests/{it.number}",
        "references": {"short": f"!{it.number}", "relative": f"!{it.number}", "full": f"{home.name}!{it.number}"},
    }


def diff(it: Pull, path: str) -> Json:
    """What a merge request changes in one file."""
    return {
        "old_path": path,
        "new_path": path,
        "a_mode": "100644",
        "b_mode": "100644",
        "new_file": path not in it.root.files,
        "renamed_file": False,
        "deleted_file": path not in it.head.files,
        "generated_file": False,
        "diff": "",
    }


def note(ask: Ask, it: Comment, number: int) -> Json:
    """A comment below a merge request."""
    return {
        "id": it.id,
        "type": None,
        "body": it.text,
        "author": user(ask, it.author),
        "created_at": moment(it.at),
        "updated_at": moment(it.at),
        "system": False,
        "noteable_iid": number,
        "noteable_type": "MergeRequest",
        "resolvable": False,
        "confidential": False,
        "internal": False,
    }


def pipeline(ask: Ask, home: Repository, it: Run) -> Json:
    """A run; GitLab says pipeline."""
    return {
        "id": it.id,
        "iid": it.number,
        "project_id": home.id,
        "sha": it.commit.sha,
        "ref": it.branch,
        "status": _status(it.result, is_started=it.is_started),
        "source": it.event,
        "created_at": moment(it.at),
        "updated_at": moment(it.updated_at),
        "web_url": f"{ask.web}/{home.name}/-/pipelines/{it.id}",
    }


def job(ask: Ask, home: Repository, of: Run, it: Job) -> Json:
    """A job of a pipeline."""
    return {
        "id": it.id,
        "name": it.name,
        "stage": it.name,
        "status": _status(it.result, is_started=it.is_started),
        "ref": of.branch,
        "tag": False,
        "allow_failure": False,
        "created_at": moment(of.at),
        "started_at": moment(of.at) if it.is_started else None,
        "finished_at": moment(of.updated_at) if it.result else None,
        "commit": commit(ask, home, of.commit),
        "pipeline": pipeline(ask, home, of),
        "web_url": f"{ask.web}/{home.name}/-/jobs/{it.id}",
    }


def package(ask: Ask, home: Repository, it: Package) -> Json:
    """A package."""
    page = f"/{home.name}/-/packages/{it.id}"
    return {
        "id": it.id,
        "name": it.name,
        "version": it.version,
        "package_type": it.kind,
        "status": it.status,
        "created_at": moment(it.at),
        "tags": [],
        "_links": {"web_path": page, "delete_api_path": f"{ask.api}/projects/{home.id}/packages/{it.id}"},
    }


def _status(result: Result | None, *, is_started: bool) -> str:
    return _RESULTS[result] if result else "running" if is_started else "pending"
