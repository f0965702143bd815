"""A code host's state, and the verbs by which people change it: tests and buttons call them, and so does its API."""

import itertools
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.base.clock import Clock, SystemClock
from bot.sandbox.outside.things import (
    Advisory,
    Comment,
    Commit,
    Job,
    Missing,
    Package,
    Pull,
    Release,
    Repository,
    Result,
    Run,
    Status,
    sha_of,
)

_README = {"README.md": "# Hello\n"}
#: Sixteen of those of which GitHub makes its advisories' names.
_GHSA_LETTERS = "23456789cfghjmpq"


class Forge:
    """All repositories of one host. Any thread may call; `guard` is held around each change and each answer."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.guard = threading.RLock()
        self.repositories: dict[str, Repository] = {}
        self._clock = clock or SystemClock()
        self._ids = itertools.count(1)
        self._last_at: datetime | None = None

    def repository(self, name: str) -> Repository:
        """A repository by `owner/name`, or by its id. Raises Missing."""
        with self.guard:
            found = self.repositories.get(name) or next(
                (one for one in self.repositories.values() if str(one.id) == name), None
            )
        if found is None:
            raise Missing(f"no repository {name}")
        return found

    def add_repository(
        self,
        name: str,
        files: Mapping[str, str] | None = None,
        *,
        default_branch: str = "main",
        workflows: Mapping[str, Iterable[str]] | None = None,
    ) -> Repository:
        """A new repository with one commit; *workflows* are the names of each workflow file's jobs."""
        with self.guard:
            made = Repository(id=self._id(), name=name, default_branch=default_branch, created_at=self.now())
            made.workflows = {file: tuple(jobs) for file, jobs in (workflows or {}).items()}
            self.repositories[name] = made
            self._commit(made, default_branch, "Begin", files or _README, author="ada", parent=None)
            return made

    def put_back(self, repositories: Iterable[Repository]) -> None:
        """Have these repositories, as they were; in the place of those of the same name."""
        with self.guard:
            for one in repositories:
                self.repositories[one.name] = one
                taken = [one.id, *(release.id for release in one.releases), *(pull.id for pull in one.pulls.values())]
                taken += [comment.id for pull in one.pulls.values() for comment in pull.comments]
                self._ids = itertools.count(max(next(self._ids), *taken) + 1)

    def push(
        self,
        name: str,
        files: Mapping[str, str] | None = None,
        *,
        branch: str | None = None,
        message: str = "Change it",
        author: str = "ada",
    ) -> Commit:
        """A commit on *branch* (the default one if not given) that writes *files*; pull requests of it move along."""
        with self.guard:
            repository = self.repository(name)
            place = branch or repository.default_branch
            parent = repository.branch(place)
            made = self._commit(repository, place, message, {**parent.files, **(files or {})}, author, parent)
            for pull in repository.pulls.values():
                if pull.branch == place and pull.is_open:
                    pull.head, pull.updated_at = made, made.at
            return made

    def add_branch(self, name: str, branch: str, at: str) -> Commit:
        """A branch that begins at a ref. Raises Missing."""
        with self.guard:
            repository = self.repository(name)
            repository.branches[branch] = repository.at(at)
            return repository.branches[branch]

    def tag(self, name: str, tag: str, *, ref: str | None = None) -> Commit:
        """Put a tag on a ref; on the default branch if none is given. A tag that is there is moved."""
        with self.guard:
            repository = self.repository(name)
            repository.tags[tag] = repository.at(ref or repository.default_branch)
            return repository.tags[tag]

    def publish_release(
        self,
        name: str,
        tag: str,
        notes: str = "",
        *,
        title: str = "",
        is_prerelease: bool = False,
        is_draft: bool = False,
    ) -> Release:
        """A release; its tag is put on the default branch if it is not there yet."""
        with self.guard:
            repository = self.repository(name)
            if tag not in repository.tags and not is_draft:
                self.tag(name, tag)
            made = Release(
                id=self._id(),
                tag=tag,
                title=title or tag,
                notes=notes,
                at=self.now(),
                author="ada",
                is_prerelease=is_prerelease,
                is_draft=is_draft,
            )
            repository.releases.insert(0, made)
            return made

    def open_pull(
        self,
        name: str,
        title: str,
        *,
        branch: str | None = None,
        base: str | None = None,
        text: str = "",
        author: str = "ada",
        labels: Iterable[str] = (),
        files: Mapping[str, str] | None = None,
        is_draft: bool = False,
    ) -> Pull:
        """A pull request; a *branch* that is not there is made, with a commit that writes *files*."""
        with self.guard:
            repository = self.repository(name)
            number = len(repository.pulls) + 1
            base, branch = base or repository.default_branch, branch or f"change-{number}"
            root = repository.branch(base)
            if branch not in repository.branches:
                self.add_branch(name, branch, base)
                self.push(name, files or {f"change-{number}.txt": title}, branch=branch, message=title, author=author)
            at = self.now()
            repository.pulls[number] = Pull(
                id=self._id(),
                number=number,
                title=title,
                text=text,
                branch=branch,
                base=base,
                author=author,
                head=repository.branch(branch),
                root=root,
                created_at=at,
                updated_at=at,
                labels=[*labels],
                is_draft=is_draft,
            )
            return repository.pulls[number]

    def push_to_pull(self, name: str, number: int, files: Mapping[str, str] | None = None) -> Commit:
        """One commit more on a pull request's branch."""
        with self.guard:
            pull = self.repository(name).pull(number)
            return self.push(name, files, branch=pull.branch, message=f"Mend {pull.title}", author=pull.author)

    def merge_pull(self, name: str, number: int) -> Commit:
        """Merge a pull request: its files are on its base from now on."""
        with self.guard:
            repository = self.repository(name)
            pull = repository.pull(number)
            changed = {path: pull.head.files[path] for path in pull.head.changed(pull.root) if path in pull.head.files}
            made = self.push(name, changed, branch=pull.base, message=f"Merge {pull.title}", author=pull.author)
            pull.merged_at = pull.closed_at = pull.updated_at = made.at
            return made

    def close_pull(self, name: str, number: int) -> None:
        """Close a pull request without merging it."""
        with self.guard:
            pull = self.repository(name).pull(number)
            pull.closed_at = pull.updated_at = self.now()

    def label(self, name: str, number: int, *add: str, remove: Iterable[str] = ()) -> None:
        """Put labels on a pull request, and take others off."""
        with self.guard:
            pull = self.repository(name).pull(number)
            kept = [label for label in pull.labels if label not in {*remove, *add}]
            pull.labels, pull.updated_at = [*kept, *add], self.now()

    def comment(self, name: str, number: int, text: str, *, author: str = "ada") -> Comment:
        """Write below a pull request."""
        with self.guard:
            made = Comment(id=self._id(), text=text, author=author, at=self.now())
            self.repository(name).pull(number).comments.append(made)
            return made

    def start_run(
        self,
        name: str,
        workflow: str = ".gitlab-ci.yml",
        *,
        ref: str | None = None,
        event: str = "push",
        inputs: Mapping[str, str] | None = None,
    ) -> Run:
        """Start a workflow or a pipeline. It waits until somebody moves it: see `move_run` and `finish_run`."""
        with self.guard:
            repository, at = self.repository(name), self.now()
            branch = ref or repository.default_branch
            made = Run(
                id=self._id(),
                number=sum(run.workflow == workflow for run in repository.runs) + 1,
                workflow=workflow,
                branch=branch.removeprefix("refs/heads/"),
                commit=repository.at(branch),
                event=event,
                at=at,
                updated_at=at,
                inputs=dict(inputs or {}),
                jobs=[Job(id=self._id(), name=job) for job in repository.workflows.get(workflow, ("build",))],
            )
            repository.runs.insert(0, made)
            return made

    def move_run(self, name: str, id: int, job: str, result: Result | None = None) -> None:
        """Start one job of a run, or end it with *result*."""
        with self.guard:
            run = self.repository(name).run(id)
            run.is_started, run.updated_at = True, self.now()
            for one in run.jobs:
                if one.name == job:
                    one.is_started, one.result = True, result

    def finish_run(self, name: str, id: int, result: Result = Result.SUCCESS) -> None:
        """End a run; jobs that are not over end like it."""
        with self.guard:
            run = self.repository(name).run(id)
            run.is_started, run.result, run.updated_at = True, result, self.now()
            for job in run.jobs:
                job.is_started, job.result = True, job.result or result

    def add_advisory(
        self, name: str, title: str, *, severity: str = "high", text: str = "", cve: str | None = None
    ) -> Advisory:
        """Publish a security advisory."""
        with self.guard:
            number = self._id()
            letters = "".join(_GHSA_LETTERS[int(digit, 16)] for digit in sha_of(name, number))
            id = f"GHSA-{letters[:4]}-{letters[4:8]}-{letters[8:12]}"
            made = Advisory(id=id, number=number, cve=cve, title=title, text=text, severity=severity, at=self.now())
            self.repository(name).advisories.insert(0, made)
            return made

    def withdraw_advisory(self, name: str, id: str) -> None:
        """Take an advisory back."""
        with self.guard:
            for one in self.repository(name).advisories:
                if one.id == id:
                    one.withdrawn_at = self.now()

    def publish_package(self, name: str, package: str, version: str, *, kind: str = "generic") -> Package:
        """Publish a package of a repository."""
        with self.guard:
            made = Package(id=self._id(), name=package, version=version, kind=kind, at=self.now())
            self.repository(name).packages.insert(0, made)
            return made

    def set_status(self, name: str, sha: str, state: str, context: str, *, text: str = "", url: str = "") -> Status:
        """Say something of a commit. Raises Missing."""
        with self.guard:
            repository = self.repository(name)
            at = self.now()
            id, full = self._id(), repository.at(sha).sha
            made = Status(id=id, sha=full, state=state, context=context, text=text, url=url, at=at)
            repository.statuses.insert(0, made)
            return made

    def now(self) -> datetime:
        """The host's time, in whole seconds as its API tells it; each moment is later than the one before."""
        now = self._clock.now().replace(microsecond=0)
        if self._last_at and now <= self._last_at:
            now = self._last_at + timedelta(seconds=1)
        self._last_at = now
        return now

    def _id(self) -> int:
        return next(self._ids)

    def _commit(
        self,
        repository: Repository,
        branch: str,
        message: str,
        files: Mapping[str, str],
        author: str,
        parent: Commit | None,
    ) -> Commit:
        at = self.now()
        sha = sha_of(repository.name, branch, message, at, self._id())
        made = Commit(sha=sha, message=message, author=author, at=at, parent=parent, files=dict(files))
        repository.commits[sha] = repository.branches[branch] = made
        return made
