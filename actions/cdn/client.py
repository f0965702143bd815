"""Speaks to the networks that are ordered by plain HTTP."""

from collections.abc import Mapping
from typing import Any

import requests
from pydantic import JsonValue

from actions.api import ActionFailed, Context

_TIMEOUT_S = 30.0


def order(
    ctx: Context, network: str, method: str, url: str, *, headers: Mapping[str, str], json: JsonValue = None
) -> dict[str, Any]:
    """Send one order to *network*, and return what it answers.

    Raises ActionFailed, with the network's own words, when it does not take it.
    """
    try:
        with ctx.http() as session:
            # A redirect could carry the token to another host.
            answer = session.request(
                method, url, headers=dict(headers), json=json, timeout=_TIMEOUT_S, allow_redirects=False
            )
    except requests.RequestException as error:
        raise ActionFailed(f"{network} did not answer.", hint="Can this machine reach it? Try again later.") from error
    try:
        told = answer.json()
    except ValueError:
        told = {}
    told = told if isinstance(told, dict) else {}
    if not answer.ok or told.get("success") is False:
        raise ActionFailed(f"{network} refused it: {_said(told)} ({answer.status_code}).", hint=_hint(answer))
    return told


def _said(told: Mapping[str, Any]) -> str:
    """The network's own words: Cloudflare has a list of errors, Fastly a `msg` and a `detail`."""
    errors = told.get("errors")
    words = [str(error.get("message", "")) for error in errors if isinstance(error, dict)] if errors else []
    words += [str(told[key]) for key in ("msg", "detail") if told.get(key)]
    return "; ".join(filter(None, words)).rstrip(".") or "it gives no reason"


def _hint(answer: requests.Response) -> str:
    if answer.status_code in {401, 403}:
        return "The token may not purge: make one that may."
    if answer.status_code == 429:
        after = answer.headers.get("Retry-After", "")
        return f"Too many orders. Try again after {after} s." if after.isdecimal() else "Too many orders: try later."
    return ""
