"""Clients of Slack's Web API, and what their failures mean."""

import logging
import ssl
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPException
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import BaseHandler, HTTPSHandler, OpenerDirector, ProxyHandler, build_opener

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.webhook import WebhookClient

T = TypeVar("T")

_TIMEOUT_S = 10
_MOST_PAGES = 10
#: Where Slack itself does not know what became of the call (https://docs.slack.dev/reference/methods/chat.postMessage).
_UNSURE = {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
#: The token may be mended while the bot runs, so these are tried again.
_TOKEN = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"}


class NotDone(Exception):  # noqa: N818 - it reads as what happened
    """Slack did not do what was asked, or did not say so: one of the three below."""


class Unsure(NotDone):
    """No answer came, so nobody knows whether Slack did it."""


class Later(NotDone):
    """Slack asks to wait *seconds*; it did nothing."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"rate limited for {seconds:g} s")
        self.seconds = seconds


class Never(NotDone):
    """Slack refused, and will again. *error* is Slack's word for it."""

    def __init__(self, error: str, detail: str = "") -> None:
        super().__init__(f"{error}: {detail}" if detail else error)
        self.error = error


def quiet_logger() -> logging.Logger:
    """For the SDK, which logs each failed call with its trace; whoever calls says it in one line."""
    logger = logging.getLogger("bot.slack.sdk")
    logger.setLevel(logging.CRITICAL)
    return logger


class _Patience(RateLimitErrorRetryHandler):
    """Sleeps through a 429 that asks for so long at most."""

    def __init__(self, longest_s: float) -> None:
        super().__init__(max_retry_count=3)
        self._longest_s = longest_s

    def _can_retry(self, *, response: HttpResponse | None = None, **about: Any) -> bool:
        is_limited = super()._can_retry(response=response, **about)
        return is_limited and response is not None and _retry_after_s(response.headers) <= self._longest_s


def make_client(token: str | None, *, api_url: str, tls: ssl.SSLContext, patience_s: float) -> WebClient:
    """A client that shares *tls*: without it the SDK reads the CA store anew at each call (30 ms and more).

    It sleeps through a 429 that asks for *patience_s* at most; 0: through none. It never sends a request again after a
    reset: the SDK's own default does, and posted twice when it was measured.
    """
    handlers: list[Any] = [_Patience(patience_s)] if patience_s else []
    client = WebClient(
        token=token,
        base_url=api_url,
        timeout=_TIMEOUT_S,
        ssl=tls,
        retry_handlers=handlers,
        logger=quiet_logger(),
    )
    if is_own_machine(api_url):
        # The SDK takes HTTPS_PROXY from the environment and does not know NO_PROXY.
        client.proxy = None
    return client


def make_responder(url: str, *, tls: ssl.SSLContext) -> WebhookClient:
    """A client for the response_url of an interaction."""
    handlers: list[Any] = [RateLimitErrorRetryHandler(max_retry_count=1)]
    responder = WebhookClient(url, timeout=_TIMEOUT_S, ssl=tls, retry_handlers=handlers, logger=quiet_logger())
    if is_own_machine(url):
        responder.proxy = None
    return responder


def is_own_machine(url: str) -> bool:
    """Does *url* lead to this very machine?"""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def may_answer_at(url: str, *, api_url: str) -> bool:
    """Is *url* an address of Slack's own? What is said there is meant for one person's eyes."""
    parts, api = urlsplit(url), urlsplit(api_url)
    if (parts.scheme, parts.netloc) == (api.scheme, api.netloc):
        return True
    return parts.scheme == "https" and (parts.hostname or "").endswith((".slack.com", ".slack-gov.com"))


def opener(url: str, tls: ssl.SSLContext, *handlers: BaseHandler) -> OpenerDirector:
    """What opens *url* for a file, which goes piece by piece past the SDK; on this machine by no proxy."""
    proxies = [ProxyHandler({})] if is_own_machine(url) else []
    return build_opener(HTTPSHandler(context=tls), *handlers, *proxies)


def call(method: Callable[..., T], **arguments: Any) -> T:
    """Call *method*. Raises Later, Unsure or Never, so that the caller need not know the SDK's ways to fail."""
    try:
        return method(**arguments)
    except SlackApiError as error:
        raise meaning(error) from error
    except (URLError, HTTPException, OSError) as error:
        raise Unsure(str(getattr(error, "reason", error)) or type(error).__name__) from error


def meaning(error: SlackApiError) -> NotDone:
    """What the SDK's exception means for whoever wants the call done."""
    code = error_code(error)
    status = _status(error)
    if status == 429 or code in {"ratelimited", "rate_limited"}:
        return Later(_retry_after_s(getattr(error.response, "headers", None) or _from(error, "headers") or {}))
    if code in _UNSURE or code == "" or status >= 500:
        return Unsure(code or f"HTTP {status}")
    if code in _TOKEN:
        return Unsure(f"Slack refuses the bot token ({code}); set SLACK_BOT_TOKEN anew, and start again")
    return Never(code, _detail(error))


def pages(read: Callable[..., Any], *, limit: int = 200, **arguments: Any) -> Iterator[Any]:
    """What *read* lists, page by page of *limit*, as far as anybody would look. Raises what *read* raises."""
    cursor: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        page = read(limit=limit, **arguments, **cursor)
        yield page
        following = (page.get("response_metadata") or {}).get("next_cursor")
        if not following:
            return
        cursor = {"cursor": following}


def permalink(slack: WebClient, channel: str, ts: str) -> str:
    """The address of a message; empty when Slack does not say it."""
    try:
        return str(call(slack.chat_getPermalink, channel=channel, message_ts=ts)["permalink"])
    except NotDone:
        return ""


def error_code(error: SlackApiError) -> str:
    """Slack's word for it; empty when the answer was not Slack's."""
    found = _from(error, "error")
    return found if isinstance(found, str) else ""


def _status(error: SlackApiError) -> int:
    status = getattr(error.response, "status_code", None) or _from(error, "status")
    return status if isinstance(status, int) else 200


def _retry_after_s(headers: Mapping[str, Any]) -> float:
    written = next((value for name, value in headers.items() if name.lower() == "retry-after"), "1")
    try:
        return max(1.0, float(written[0] if isinstance(written, list) else written))
    except ValueError:
        return 1.0


def _detail(error: SlackApiError) -> str:
    messages = (_from(error, "response_metadata") or {}).get("messages") or []
    needed = _from(error, "needed")
    return "; ".join([*map(str, messages), *([f"needs {needed}"] if needed else [])])


def _from(error: SlackApiError, name: str) -> Any:
    data = getattr(error.response, "data", error.response)
    return data.get(name) if isinstance(data, dict) else None
