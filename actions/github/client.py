"""How GitHub is reached: by PyGithub, through the session of who asks.

PyGithub is imported by what asks GitHub, not by what only reads a stack that will: with what it brings it is 14 MiB.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

import requests
from pydantic import BaseModel

from actions.api import ActionFailed, CheckContext, Context, Field, Secret

if TYPE_CHECKING:
    from github.GithubException import GithubException
    from github.Repository import Repository
    from github.Requester import Requester

T = TypeVar("T")

_PAGE = 100
_TIMEOUT_S = 30


class Place(BaseModel):
    """The fields by which a repository is reached."""

    repository: str = Field(description="owner/name", pattern=r"^[\w.-]+/[\w.-]+$", examples=["hashicorp/terraform"])
    token: Secret | None = Field(
        default=None,
        description="a token; without one GitHub answers 60 requests an hour, of public repositories only",
        examples=["env:GITHUB_TOKEN"],
    )
    endpoint: str = Field(
        default="https://api.github.com",
        pattern=r"^https?://[^\s]+$",
        description="where the API is; of GitHub Enterprise https://HOST/api/v3",
        examples=["https://github.example.org/api/v3"],
    )


@contextmanager
def reach(ctx: Context | CheckContext, place: Place) -> Iterator["Repository"]:
    """The repository; nothing is asked yet. In the block PyGithub's errors become ActionFailed."""
    from github import Auth, Github, GithubException, UnknownObjectException  # noqa: PLC0415

    client = Github(
        base_url=place.endpoint.rstrip("/"),
        auth=Auth.Token(ctx.secret(place.token)) if place.token else None,
        user_agent="Stackhand",
        per_page=_PAGE,
        timeout=_TIMEOUT_S,
        lazy=True,
        # Whoever carries the check or action decides when to ask again.
        retry=None,
        seconds_between_requests=0,
        seconds_between_writes=0,
    )
    try:
        _send_through(client.requester, ctx)
        yield client.get_repo(place.repository)
    except UnknownObjectException as error:
        raise ActionFailed(
            f"GitHub has no such thing in {place.repository}, or does not show it to this token.",
            hint="Check the spelling, and what the token may read.",
        ) from error
    except GithubException as error:
        raise ActionFailed(f"GitHub refused it: {_said(error)} ({error.status}).", hint=_hint(error.status)) from error
    except requests.RequestException as error:
        raise ActionFailed(
            f"GitHub did not answer at {place.endpoint}.", hint="Can this machine reach it? Try again later."
        ) from error
    finally:
        client.close()


def unless_missing(ask: Callable[[], T]) -> T | None:
    """What *ask* returns; None when GitHub says that there is no such thing."""
    from github import UnknownObjectException  # noqa: PLC0415

    try:
        return ask()
    except UnknownObjectException:
        return None


def _send_through(requester: "Requester", ctx: Context | CheckContext) -> None:
    """Let all requests of this client go through the session of *ctx*."""
    from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass  # noqa: PLC0415

    class Plain(HTTPRequestsConnectionClass):
        """HTTP by the session of who asks."""

        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self.session = ctx.http()
            self.session.auth = requester.noopAuth

    class Safe(HTTPSRequestsConnectionClass):
        """HTTPS by the session of who asks."""

        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self.session = ctx.http()
            self.session.auth = requester.noopAuth

    # PyGithub can change them for all clients at once only: `Requester.injectConnectionClasses`.
    inner = cast("Any", requester)
    is_safe = inner._Requester__scheme == "https"  # noqa: SLF001
    inner._Requester__connectionClass = Safe if is_safe else Plain  # noqa: SLF001
    inner._Requester__httpConnectionClass = Plain  # noqa: SLF001
    inner._Requester__httpsConnectionClass = Safe  # noqa: SLF001


def _said(error: "GithubException") -> str:
    data = error.data if isinstance(error.data, dict) else {}
    details = [
        str(one.get("message")) for one in data.get("errors") or [] if isinstance(one, dict) and "message" in one
    ]
    return "; ".join([str(data.get("message") or error.message or "no reason given"), *details]).rstrip(".")


def _hint(status: int) -> str:
    if status in {401, 403}:
        return "Check the token: is it valid, may it do this, and is its quota used up?"
    return "Try again later." if status >= 500 or status == 429 else ""
