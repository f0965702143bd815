"""How GitLab is reached: by python-gitlab, through the session of who asks.

python-gitlab is imported by what asks GitLab, not by what only reads a stack that will: that takes 0.1 s.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import requests
from pydantic import BaseModel

from actions.api import ActionFailed, CheckContext, Context, Field, Secret

if TYPE_CHECKING:
    from gitlab.exceptions import GitlabError
    from gitlab.v4.objects import Project

T = TypeVar("T")

_PAGE = 100
_TIMEOUT_S = 30.0
_NOT_FOUND = 404


class Place(BaseModel):
    """The fields by which a project is reached."""

    project: str = Field(description="group/name, or its number", min_length=1, examples=["acme/shop"])
    token: Secret | None = Field(
        default=None, description="a token; without one only what is public is seen", examples=["env:GITLAB_TOKEN"]
    )
    endpoint: str = Field(
        default="https://gitlab.com",
        pattern=r"^https?://[^\s]+$",
        description="where GitLab is",
        examples=["https://gitlab.example.org"],
    )


@contextmanager
def reach(ctx: Context | CheckContext, place: Place) -> Iterator["Project"]:
    """The project; nothing is asked yet. In the block python-gitlab's errors become ActionFailed."""
    from gitlab import Gitlab, GitlabError  # noqa: PLC0415

    class Patient(Gitlab):
        """Never waits by itself: whoever carries the check or action decides when to ask again."""

        def http_request(self, *args: Any, **options: Any) -> requests.Response:
            return super().http_request(*args, **{**options, "obey_rate_limit": False})

    client = Patient(
        place.endpoint,
        private_token=ctx.secret(place.token) if place.token else None,
        session=ctx.http(),
        timeout=_TIMEOUT_S,
        per_page=_PAGE,
        user_agent="Stackhand",
        keep_base_url=True,
    )
    try:
        yield client.projects.get(place.project, lazy=True)
    except GitlabError as error:
        status = error.response_code or 0
        if status == _NOT_FOUND:
            raise ActionFailed(
                f"GitLab has no such thing in {place.project}, or does not show it to this token.",
                hint="Check the spelling, and what the token may read.",
            ) from error
        raise ActionFailed(f"GitLab refused it: {_said(ctx, error)} ({status}).", hint=_hint(status)) from error
    except requests.RequestException as error:
        raise ActionFailed(
            f"GitLab did not answer at {place.endpoint}.", hint="Can this machine reach it? Try again later."
        ) from error
    finally:
        client.session.close()


def unless_missing(ask: Callable[[], T]) -> T | None:
    """What *ask* returns; None when GitLab says that there is no such thing."""
    from gitlab import GitlabGetError  # noqa: PLC0415

    try:
        return ask()
    except GitlabGetError as error:
        if error.response_code == _NOT_FOUND:
            return None
        raise


def _said(ctx: Context | CheckContext, error: "GitlabError") -> str:
    return ctx.masked(str(error.error_message))[:200].rstrip(".")


def _hint(status: int) -> str:
    if status in {401, 403}:
        return "Check the token: is it valid, and may it do this?"
    return "Try again later." if status >= 500 or status == 429 else ""
