"""The commits of a branch on GitHub."""

from itertools import islice
from typing import Any

from actions.api import Check, CheckContext, Field, Version
from actions.github.client import Place, reach

_NEWEST = 100


class Commit(Version):
    """One commit; its number is its full name."""

    author: str = Field(default="", description="who wrote it")
    branch: str = Field(default="", description="the branch that was looked at")


class Commits(Check[Commit], Place):
    """The newest hundred commits of a branch, of all files or of some."""

    branch: str = Field(default="main", description="the branch", examples=["main"])
    path: str | None = Field(
        default=None, description="only commits that touch this file or folder", examples=["infra/"]
    )
    appeared = "was pushed"

    def list_versions(self, ctx: CheckContext) -> list[Commit]:
        """The branch as it is now."""
        only: dict[str, Any] = {"path": self.path} if self.path else {}
        with reach(ctx, self) as repository:
            return [
                Commit(
                    number=one.sha,
                    name=f"{self.repository}@{one.sha[:7]}",
                    title=one.commit.message.partition("\n")[0],
                    notes=one.commit.message,
                    url=one.html_url,
                    published_at=one.commit.committer.date,
                    author=one.commit.author.name or "",
                    branch=self.branch,
                )
                for one in islice(repository.get_commits(sha=self.branch, **only), _NEWEST)
            ]
