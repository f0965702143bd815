"""The digest of a channel: all new versions of a day or a week, each with its link."""

from collections.abc import Mapping
from typing import Any

from bot.slack.limits import Block
from bot.slack.mrkdwn import link, one_line
from bot.slack.views.parts import header, sections

#: Of one thing; whoever released more in a week has a page with all of them.
_MOST_VERSIONS = 10


def versions_text(body: Mapping[str, Any]) -> str:
    """`New versions of the last week`."""
    return f"New versions of the last {body['of']}"


def versions_blocks(body: Mapping[str, Any]) -> list[Block]:
    """The message."""
    return [header(versions_text(body)), *sections(map(_line, body["lines"]))]


def _line(thing: Mapping[str, Any]) -> str:
    """`• *app*: 1.2, 1.1`."""
    told = [link(one["url"], one["number"]) for one in thing["versions"][:_MOST_VERSIONS]]
    more = len(thing["versions"]) - len(told)
    return f"• *{one_line(thing['name'])}*: {', '.join(told)}" + (f" and {more} more" if more > 0 else "")
