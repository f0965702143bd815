"""What a code host's API is made of: routes, what is asked, answers, and pages of long lists."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from bot.sandbox.outside.forge import Forge
from bot.sandbox.outside.things import Repository

#: One of the host's own objects, as it stands in the host's reference.
Json = dict[str, Any]

#: The key under which a body is found that is a list and no object.
BARE_LIST = "items"

_MOST_A_PAGE = 100


class Refused(Exception):  # noqa: N818 - it reads as what happened
    """The host does not do it. *status* is HTTP's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One request."""

    forge: Forge
    #: Where the API's paths begin, for the links in answers.
    api: str
    #: Where people's pages would be.
    web: str
    parts: Mapping[str, str]
    query: Mapping[str, str]
    body: Json

    @property
    def repository(self) -> Repository:
        """The repository that the path names. Raises Missing."""
        named = self.parts
        return self.forge.repository(named["id"] if "id" in named else f"{named['owner']}/{named['repo']}")

    def number(self, part: str) -> int:
        """A number in the path. Raises Refused."""
        written = self.parts[part]
        if not written.isdecimal():
            raise Refused(404, "Not Found")
        return int(written)

    def given(self, *names: str) -> list[Any]:
        """What the body has to say. Raises Refused when something is missing."""
        missing = [name for name in names if name not in self.body]
        if missing:
            raise Refused(422, f"{', '.join(missing)} is missing")
        return [self.body[name] for name in names]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer that is no plain 200; None has no body."""

    status: int
    body: Any = None


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A list within an object, as GitHub tells of runs: the object has `total_count`, too."""

    key: str
    items: Sequence[Json]


#: A list is answered page by page.
Answer = Json | Sequence[Json] | Listed | Reply


@dataclass(frozen=True)
class Route:
    """What is answered to a method on a path."""

    method: str
    path: str
    answer: Callable[[Ask], Answer]


@dataclass(frozen=True, kw_only=True)
class Page:
    """A part of a long list, and the headers that say so."""

    items: Sequence[Json]
    headers: Mapping[str, str]


def page_of(items: Sequence[Json], url: str, query: Mapping[str, str], *, counts: bool) -> Page:
    """The page that *query* asks for; with *counts* the headers say how many there are, as GitLab's do."""
    size = min(_whole(query.get("per_page"), 20 if counts else 30), _MOST_A_PAGE)
    number = _whole(query.get("page"), 1)
    pages = max(-(-len(items) // size), 1)
    turns = {"next": number + 1, "last": pages} if number < pages else {}
    turns |= {"prev": number - 1, "first": 1} if number > 1 else {}
    links = [f'<{url}?{urlencode({**query, "page": page})}>; rel="{rel}"' for rel, page in turns.items()]
    headers = {"Link": ", ".join(links)} if links else {}
    if counts:
        headers |= {
            "X-Total": str(len(items)),
            "X-Total-Pages": str(pages),
            "X-Page": str(number),
            "X-Per-Page": str(size),
            "X-Next-Page": str(turns.get("next", "")),
            "X-Prev-Page": str(turns.get("prev", "")),
        }
    return Page(items=items[(number - 1) * size : number * size], headers=headers)


def moment(at: datetime | None) -> str | None:
    """A moment as both hosts write it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def _whole(written: str | None, otherwise: int) -> int:
    return int(written) if written and written.isdecimal() and int(written) > 0 else otherwise
