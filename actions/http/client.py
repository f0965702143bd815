"""Sends a request and reads its answer, with bounds on time and memory."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from pydantic import JsonValue
from urllib3.exceptions import HTTPError, ReadTimeoutError

from actions.api import ActionFailed, CheckContext, Context

_PIECE_BYTES = 16 * 1024
#: So much more of what is cut is read, and dropped once secrets are masked: at the edge may stand half of one.
_EDGE_BYTES = 4 * 1024
#: No site's page is longer; what is longer is cut.
_LONGEST_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: str


def ask(
    ctx: Context | CheckContext,
    method: str,
    url: str,
    *,
    timeout_s: float,
    headers: Mapping[str, str] | None = None,
    json: JsonValue = None,
    body: str | None = None,
    follow: bool = True,
    longest_bytes: int = _LONGEST_BYTES,
) -> Answer:
    """Send one request; *follow* its redirects.

    The body is cut after *longest_bytes*. Raises ActionFailed when no whole answer comes within *timeout_s*.
    """
    until = time.monotonic() + timeout_s
    try:
        with (
            ctx.http() as session,
            session.request(
                method,
                url,
                headers=dict(headers or {}),
                json=json,
                data=None if body is None else body.encode(),
                timeout=timeout_s,
                allow_redirects=follow,
                stream=True,
            ) as response,
        ):
            return _answer(ctx, response, until=until, longest_bytes=longest_bytes)
    except (requests.Timeout, ReadTimeoutError) as error:
        raise ActionFailed(
            f"{_shown(url)} did not answer within {timeout_s:g} s.", hint="Is it up, or only slow? Raise `timeout_s`."
        ) from error
    except (requests.RequestException, HTTPError, UnicodeError) as error:
        raise ActionFailed(
            f"{_shown(url)} did not answer: {_why(error)}.", hint="Is it up, and the URL right?"
        ) from error


def _answer(ctx: Context | CheckContext, response: requests.Response, *, until: float, longest_bytes: int) -> Answer:
    """What came; what is cut off is masked before, since half a secret nobody would know again."""
    content = _read(response, until=until, longest_bytes=longest_bytes + _EDGE_BYTES)
    text, over = _text(content, response.encoding), len(content) - longest_bytes
    shown = ctx.masked(text)[:-over] if over > 0 else text
    return Answer(response.status_code, dict(response.headers), shown)


def _read(response: requests.Response, *, until: float, longest_bytes: int) -> bytes:
    """The body, piece by piece as it comes in.

    The time-out of a request is one for each read, and `iter_content` waits for full pieces: with either alone, a
    server that drips could hold us for ever.
    """
    content = b""
    while len(content) < longest_bytes:
        piece = response.raw.read1(_PIECE_BYTES, decode_content=True)
        if not piece:
            break
        content += piece
        if time.monotonic() > until:
            raise requests.Timeout
    return content[:longest_bytes]


def _text(content: bytes, encoding: str | None) -> str:
    # Servers that name no charset mean UTF-8 nowadays, not the Latin-1 that requests assumes for text/*.
    guess = "utf-8" if encoding in {None, "ISO-8859-1"} else encoding or "utf-8"
    try:
        return content.decode(guess, errors="replace")
    except LookupError:
        return content.decode(errors="replace")


def _shown(url: str) -> str:
    """*url* without what may be secret in it: a user's password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _why(error: Exception) -> str:
    """The reason below the layers of wrapping: "Connection refused", not "HTTPConnectionPool(host=..."."""
    reason: BaseException = error
    while True:
        below = getattr(reason, "reason", None) or reason.__cause__ or reason.__context__
        inner = (
            below
            if isinstance(below, BaseException)
            else next((arg for arg in reason.args if isinstance(arg, BaseException)), None)
        )
        if inner is None:
            break
        reason = inner
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return str(reason).rstrip(".") or type(reason).__name__
