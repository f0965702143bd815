"""What a check is: the typed read that lists the versions of something outside."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, Generic, Protocol, TypeVar

import requests
from pydantic import BaseModel, ConfigDict, Field, field_validator


class Version(BaseModel):
    """One state of a thing outside: a release, a tag, a pull request at a commit.

    A check whose versions have more to say subclasses it: `class PullRequest(Version)` with a field `commit`, and a
    stack writes `{{ pull.commit }}`. Plain JSON values only: versions are stored.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    number: str = Field(min_length=1, description="what people call it, kept exactly: 1.10, v2.0.0-rc1, 42")
    state: str = Field(
        default="",
        description="what is different when the same number changed: a commit, a digest; empty if it never changes",
    )
    name: str = Field(default="", description="what people call it elsewhere, like acme/shop#42; empty: its number")
    published_at: datetime | None = Field(default=None, description="when it was published, if that is known")
    url: str = Field(default="", description="where people read about it")
    title: str = Field(default="", description="its headline")
    notes: str = Field(default="", description="its release notes or description, in Markdown")
    is_prerelease: bool = Field(default=False, description="is it one for trying out: an alpha, a draft?")
    is_yanked: bool = Field(default=False, description="was it withdrawn by those who published it?")

    @field_validator("published_at")
    @classmethod
    def _has_a_zone(cls, moment: datetime | None) -> datetime | None:
        """Who writes no zone means UTC; ages are counted from it, and compared."""
        return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


VersionT = TypeVar("VersionT", bound=Version)


class CheckContext(Protocol):
    """What a check may ask of whoever carries it."""

    def http(self) -> requests.Session:
        """A session that is polite by itself, for the check or for the client of a third party.

        An answer that did not change is taken from memory (ETag, Last-Modified) and costs no quota; several checks
        that ask the same share one request; a host that says "later" (Retry-After, X-RateLimit-*, RateLimit-*) or that
        is down is left alone until then; requests have a time-out of 30 s by default. So a check never retries, waits
        or caches itself. python-gitlab takes it as `Gitlab(url, session=ctx.http())`; PyGithub takes it as the
        `session` of its connection objects. Turn off their own retries.
        """

    def secret(self, reference: str) -> str:
        """The value behind a Secret. It is masked in whatever is said about this check.

        Raises ActionFailed if there is no such secret.
        """

    def masked(self, text: str) -> str:
        """*text* without the secrets of this check: for what is cut, since half a secret nobody would know again."""

    def path(self, written: str) -> Path:
        """The absolute path of *written*, which is relative to the stack's folder. It need not exist.

        Raises ActionFailed if it leads out of the stack's folder (an absolute path is taken as it is).
        """

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""


class Check(BaseModel, Generic[VersionT]):
    """A typed read that lists versions. The class is the schema, as with an action.

    A file `actions/github/releases.py` holds one class, `Releases`, and a stack writes `check: github.releases`.
    A check only reads. A program is run by the `cli.py` of its folder alone, with a time-out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    #: Does `list_versions` list everything that there is? Then a version that is not listed any more is gone. A check
    #: that reads only the newest page must say False.
    lists_all: ClassVar[bool] = False
    #: Does it list the newest, each with the moment when it was published? Then one that is missing among the newer
    #: half was withdrawn. It starts no job: a `gone` trigger wants a check that lists all.
    lists_newest: ClassVar[bool] = False
    #: What people read of a version that is new, of one whose state changed, and of one that is gone:
    #: "because acme/shop#42 was pushed to".
    appeared: ClassVar[str] = "appeared"
    changed: ClassVar[str] = "changed"
    left: ClassVar[str] = "is gone"

    @classmethod
    def version_type(cls) -> type[Version]:
        """The class of what is listed: PullRequest for `class PullRequests(Check[PullRequest])`."""
        for base in cls.__mro__:
            arguments = getattr(base, "__pydantic_generic_metadata__", {}).get("args")
            if arguments:
                found: type[Version] = arguments[0]
                return found
        raise TypeError(f"{cls.__name__} does not say what it lists: write class {cls.__name__}(Check[Version])")

    def list_versions(self, ctx: CheckContext) -> Sequence[VersionT]:
        """The versions that are there now, each number once, in any order: the program puts them in order itself.

        Empty when there is none, which is no error. Raises ActionFailed when they cannot be read.
        """
        raise NotImplementedError
