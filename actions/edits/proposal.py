"""A proposal to change a repository, as all hosts of code have it: a pull request, a merge request."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import ClassVar, Literal

from pydantic import BaseModel

from actions.api import Field, Version


class Proposal(Version):
    """A proposal at its newest commit."""

    commit: str = Field(default="", description="its newest commit")
    branch: str = Field(default="", description="the branch it comes from")
    base: str = Field(default="", description="the branch it is for")
    author: str = Field(default="", description="who opened it")
    labels: list[str] = Field(default=[], description="its labels")
    is_draft: bool = Field(default=False, description="is it still being worked on?")


class Proposals(BaseModel):
    """The fields that say which proposals count, and the words for what becomes of them."""

    label: str | None = Field(default=None, description="only those with this label", examples=["preview"])
    drafts: bool = Field(default=True, description="those that are drafts, too?", examples=[False])
    base: str | None = Field(default=None, description="only those for this branch", examples=["main"])
    paths: list[str] = Field(
        default=[],
        description="only those that change a file like one of these; costs a request for each of them",
        examples=[["infra/*", "*.tf"]],
    )
    status: Literal["open", "merged"] = Field(
        default="open",
        description="open ones, or merged ones; those are read whole, a hundred with each request",
        examples=["open"],
    )
    lists_all: ClassVar[bool] = True
    appeared: ClassVar[str] = "was opened"
    changed: ClassVar[str] = "was pushed to"
    left: ClassVar[str] = "was closed or merged"

    def touches(self, names: Iterable[str]) -> bool:
        """Is one of these files like one of `paths`?"""
        return any(fnmatchcase(name, path) for name in names for path in self.paths)
