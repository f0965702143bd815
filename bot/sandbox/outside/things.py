"""What a code host keeps, in words that fit GitHub and GitLab alike."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Missing(LookupError):  # noqa: N818 - it reads as what is wrong
    """There is no such thing; the text says which."""


class Result(StrEnum):
    """How a run on a code host came out."""

    SUCCESS = "success"
    FAILURE = "failure"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class Commit:
    """One state of all files."""

    sha: str
    message: str
    author: str
    at: datetime
    parent: "Commit | None"
    files: Mapping[str, str]

    def history(self) -> Iterator["Commit"]:
        """This one and those before it, newest first."""
        commit: Commit | None = self
        while commit:
            yield commit
            commit = commit.parent

    def changed(self, since: "Commit") -> list[str]:
        """The paths whose text is another than at *since*, sorted."""
        paths = {*self.files, *since.files}
        return sorted(path for path in paths if self.files.get(path) != since.files.get(path))


@dataclass(kw_only=True)
class Release:
    """A tag with notes."""

    id: int
    tag: str
    title: str
    notes: str
    at: datetime
    author: str
    is_prerelease: bool = False
    is_draft: bool = False


@dataclass(kw_only=True)
class Comment:
    """What somebody wrote below a pull request."""

    id: int
    text: str
    author: str
    at: datetime


@dataclass(kw_only=True)
class Pull:
    """A pull request; GitLab says merge request."""

    id: int
    number: int
    title: str
    text: str
    branch: str
    base: str
    author: str
    head: Commit
    #: Where its branch left the base.
    root: Commit
    created_at: datetime
    updated_at: datetime
    labels: list[str] = field(default_factory=list)
    is_draft: bool = False
    closed_at: datetime | None = None
    merged_at: datetime | None = None
    comments: list[Comment] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Neither merged nor closed."""
        return self.closed_at is None and self.merged_at is None


@dataclass(kw_only=True)
class Job:
    """A part of a run."""

    id: int
    name: str
    #: None while it is at work or waits.
    result: Result | None = None
    is_started: bool = False


@dataclass(kw_only=True)
class Run:
    """A run of a workflow; GitLab says pipeline."""

    id: int
    number: int
    #: The workflow's file.
    workflow: str
    branch: str
    commit: Commit
    event: str
    at: datetime
    updated_at: datetime
    inputs: Mapping[str, str] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    result: Result | None = None
    is_started: bool = False


@dataclass(kw_only=True)
class Advisory:
    """A security advisory."""

    id: str
    number: int
    cve: str | None
    title: str
    text: str
    severity: str
    at: datetime
    withdrawn_at: datetime | None = None


@dataclass(kw_only=True)
class Package:
    """A file that was published under a version."""

    id: int
    name: str
    version: str
    kind: str
    at: datetime
    #: As GitLab has it.
    status: str = "default"


@dataclass(kw_only=True)
class Status:
    """What somebody says of a commit."""

    id: int
    sha: str
    state: str
    context: str
    text: str
    url: str
    at: datetime


@dataclass(kw_only=True)
class Repository:
    """Files with their history, and what people do about them."""

    id: int
    #: owner/name
    name: str
    default_branch: str
    created_at: datetime
    commits: dict[str, Commit] = field(default_factory=dict)
    branches: dict[str, Commit] = field(default_factory=dict)
    tags: dict[str, Commit] = field(default_factory=dict)
    releases: list[Release] = field(default_factory=list)
    pulls: dict[int, Pull] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    advisories: list[Advisory] = field(default_factory=list)
    packages: list[Package] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    #: By the file: the names of a workflow's jobs.
    workflows: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def at(self, ref: str) -> Commit:
        """The commit behind a branch, a tag or a sha. Raises Missing."""
        bare = ref.removeprefix("refs/heads/").removeprefix("refs/tags/").removeprefix("heads/")
        found = self.branches.get(bare) or self.tags.get(bare) or self.commits.get(bare)
        if found is None:
            raise Missing(f"no ref {ref}")
        return found

    def branch(self, name: str) -> Commit:
        """The newest commit of a branch. Raises Missing."""
        if name not in self.branches:
            raise Missing(f"no branch {name}")
        return self.branches[name]

    def pull(self, number: int) -> Pull:
        """A pull request. Raises Missing."""
        if number not in self.pulls:
            raise Missing(f"no pull request {number}")
        return self.pulls[number]

    def run(self, id: int) -> Run:
        """A run by its id. Raises Missing."""
        found = next((run for run in self.runs if run.id == id), None)
        if found is None:
            raise Missing(f"no run {id}")
        return found


def sha_of(*parts: object) -> str:
    """Forty hex digits that nothing else has."""
    return hashlib.sha1("\n".join(map(str, parts)).encode(), usedforsecurity=False).hexdigest()
