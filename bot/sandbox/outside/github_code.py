"""How GitHub shows people and code: objects of its REST API, https://docs.github.com/rest."""

import base64

from bot.sandbox.outside.things import Commit, Release, Repository, sha_of
from bot.sandbox.outside.wire import Ask, Json, moment

_USER_URLS = "followers following gists organizations received_events repos starred subscriptions events"
_REPOSITORY_URLS = (
    "archive assignees blobs branches collaborators comments commits compare contents contributors deployments "
    "downloads events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels "
    "languages merges milestones notifications pulls releases stargazers statuses subscribers subscription tags "
    "teams trees"
)
_NOBODY_CHECKED = {
    "verified": False,
    "reason": "unsigned",
    "signature": None,
    "payload": None,
    "verified_at": None,
}


def user(ask: Ask, login: str) -> Json:
    """A person."""
    url = f"{ask.api}/users/{login}"
    return {
        "login": login,
        "id": number_of(login),
        "node_id": node("U", login),
        "avatar_url": f"{ask.web}/{login}.png",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{ask.web}/{login}",
        **{f"{name}_url": f"{url}/{name}" for name in _USER_URLS.split()},
        "type": "User",
        "site_admin": False,
    }


def repository(ask: Ask, it: Repository) -> Json:
    """A repository."""
    owner, _, name = it.name.partition("/")
    url, page = f"{ask.api}/repos/{it.name}", f"{ask.web}/{it.name}"
    newest = moment(it.branches[it.default_branch].at)
    return {
        "id": it.id,
        "node_id": node("R", it.id),
        "name": name,
        "full_name": it.name,
        "owner": user(ask, owner),
        "private": False,
        "html_url": page,
        "url": url,
        "description": None,
        "fork": False,
        **{f"{part}_url": f"{url}/{part}" for part in _REPOSITORY_URLS.split()},
        **{f"{kind}_url": f"{page}.git" for kind in ("clone", "git", "ssh", "svn")},
        "default_branch": it.default_branch,
        "mirror_url": None,
        "homepage": None,
        "language": None,
        "license": None,
        **dict.fromkeys(("forks", "forks_count", "stargazers_count", "watchers", "watchers_count", "size"), 0),
        **dict.fromkeys(("network_count", "subscribers_count"), 0),
        **dict.fromkeys(("has_issues", "has_projects", "has_wiki", "has_downloads"), True),
        **dict.fromkeys(("has_pages", "has_discussions", "archived", "disabled"), False),
        "open_issues": sum(pull.is_open for pull in it.pulls.values()),
        "open_issues_count": sum(pull.is_open for pull in it.pulls.values()),
        "pushed_at": newest,
        "created_at": moment(it.created_at),
        "updated_at": newest,
    }


def release(ask: Ask, home: Repository, it: Release) -> Json:
    """A release."""
    url, page = f"{ask.api}/repos/{home.name}/releases/{it.id}", f"{ask.web}/{home.name}"
    return {
        "id": it.id,
        "node_id": node("RE", it.id),
        "url": url,
        "html_url": f"{page}/releases/tag/{it.tag}",
        "assets_url": f"{url}/assets",
        "upload_url": f"{url}/assets",
        "tarball_url": f"{ask.api}/repos/{home.name}/tarball/{it.tag}",
        "zipball_url": f"{ask.api}/repos/{home.name}/zipball/{it.tag}",
        "tag_name": it.tag,
        "target_commitish": home.default_branch,
        "name": it.title,
        "body": it.notes,
        "draft": it.is_draft,
        "prerelease": it.is_prerelease,
        "created_at": moment(it.at),
        "published_at": None if it.is_draft else moment(it.at),
        "author": user(ask, it.author),
        "assets": [],
    }


def tag(ask: Ask, home: Repository, name: str) -> Json:
    """A tag."""
    url = f"{ask.api}/repos/{home.name}"
    sha = home.tags[name].sha
    return {
        "name": name,
        "node_id": node("REF", name),
        "commit": {"sha": sha, "url": f"{url}/commits/{sha}"},
        "zipball_url": f"{url}/zipball/refs/tags/{name}",
        "tarball_url": f"{url}/tarball/refs/tags/{name}",
    }


def commit(ask: Ask, home: Repository, it: Commit) -> Json:
    """A commit."""
    url, page = f"{ask.api}/repos/{home.name}/commits/{it.sha}", f"{ask.web}/{home.name}/commit/{it.sha}"
    return {
        "sha": it.sha,
        "node_id": node("C", it.sha),
        "url": url,
        "html_url": page,
        "comments_url": f"{url}/comments",
        "commit": {**_written(ask, home, it), "comment_count": 0},
        "author": user(ask, it.author),
        "committer": user(ask, it.author),
        "parents": _parents(ask, home, it),
    }


def git_commit(ask: Ask, home: Repository, it: Commit) -> Json:
    """A commit, as it is told when a file was written."""
    return {
        "sha": it.sha,
        "node_id": node("C", it.sha),
        "html_url": f"{ask.web}/{home.name}/commit/{it.sha}",
        **_written(ask, home, it),
        "parents": _parents(ask, home, it),
    }


def branch(ask: Ask, home: Repository, name: str) -> Json:
    """A branch."""
    url = f"{ask.api}/repos/{home.name}/branches/{name}"
    return {
        "name": name,
        "commit": commit(ask, home, home.branch(name)),
        "_links": {"self": url, "html": f"{ask.web}/{home.name}/tree/{name}"},
        "protected": False,
        "protection": {"enabled": False},
        "protection_url": f"{url}/protection",
    }


def ref(ask: Ask, home: Repository, name: str, it: Commit) -> Json:
    """What a ref points to."""
    url = f"{ask.api}/repos/{home.name}/git"
    return {
        "ref": name,
        "node_id": node("REF", name),
        "url": f"{url}/{name}",
        "object": {"type": "commit", "sha": it.sha, "url": f"{url}/commits/{it.sha}"},
    }


def content(ask: Ask, home: Repository, path: str, at: Commit) -> Json:
    """A file."""
    text = at.files[path]
    url, page = (
        f"{ask.api}/repos/{home.name}/contents/{path}?ref={at.sha}",
        f"{ask.web}/{home.name}/blob/{at.sha}/{path}",
    )
    sha = sha_of("blob", text)
    git_url = f"{ask.api}/repos/{home.name}/git/blobs/{sha}"
    return {
        "type": "file",
        "encoding": "base64",
        "content": base64.encodebytes(text.encode()).decode(),
        "size": len(text.encode()),
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": sha,
        "url": url,
        "git_url": git_url,
        "html_url": page,
        "download_url": page,
        "_links": {"self": url, "git": git_url, "html": page},
    }


def _written(ask: Ask, home: Repository, it: Commit) -> Json:
    git = f"{ask.api}/repos/{home.name}/git"
    person = {"name": it.author, "email": f"{it.author}@example.org", "date": moment(it.at)}
    tree = sha_of("tree", it.sha)
    return {
        "url": f"{git}/commits/{it.sha}",
        "author": person,
        "committer": person,
        "message": it.message,
        "tree": {"sha": tree, "url": f"{git}/trees/{tree}"},
        "verification": _NOBODY_CHECKED,
    }


def _parents(ask: Ask, home: Repository, it: Commit) -> list[Json]:
    if it.parent is None:
        return []
    sha = it.parent.sha
    api, web = f"{ask.api}/repos/{home.name}/commits/{sha}", f"{ask.web}/{home.name}/commit/{sha}"
    return [{"sha": sha, "url": api, "html_url": web}]


def node(kind: str, id: object) -> str:
    """An id as GraphQL has it."""
    return f"{kind}_{sha_of(kind, id)[:12]}"


def number_of(name: str) -> int:
    """An id that is the same for the same name."""
    return int(sha_of(name)[:7], 16)
