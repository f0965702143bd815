"""Release notes: Markdown that strangers wrote, as Slack's mrkdwn that mentions nobody."""

import re
from itertools import takewhile

from slackify_markdown import slackify_markdown

from bot.base.text import cut

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
#: What GitHub's release notes fold and draw with; nothing of it shows in Slack.
_TAG = re.compile(r"</?(?:details|summary|br|p|div|span|img|picture|sub|sup|h[1-6])\b[^>]*>", re.IGNORECASE)
_BADGE = re.compile(r"\[?!\[[^\]]*\]\([^)]*\)(?:\]\([^)]*\))?")
#: An angle bracket that does not open a link of ours could open a mention.
_OPENS = re.compile(r"<(?!https?://)")
_GAPS = re.compile(r"\n\s*\n(?=\s*(?:•|◦))|\n{3,}")
_ALARMING = re.compile(r"\bbreaking\b|\bCVE-\d{4}-\d{4,}\b|\bGHSA(?:-\w{4}){3}\b", re.IGNORECASE)
#: What makes a line a heading, one of a list or a quotation.
_LEAD = re.compile(r"^\s*(?:(?:#{1,6}|[-*+•>]|\d+[.)])\s+)*")
_ITEM = re.compile(r"\s*(?:[-*+•]|\d+[.)])\s")
_SAYS_MORE = re.compile(r"\w+\W+\w+\W+\w+")


def to_mrkdwn(markdown: str, most: int, *, rest: str = "…") -> str:
    """*markdown* for Slack; cut after at most *most* characters at the end of a line, below which stands *rest*."""
    bare = _BADGE.sub("", _TAG.sub("", _COMMENT.sub("", markdown.replace("\r\n", "\n"))))
    made = _OPENS.sub("&lt;", slackify_markdown(bare))
    made = _GAPS.sub(lambda gap: "\n" if "•" in made[gap.end() : gap.end() + 4] else "\n\n", made).strip()
    if len(made) <= most:
        return made
    whole = made[: most - 1].rpartition("\n")[0].rstrip() or cut(made, most - 1)
    return f"{whole}\n```\n{rest}" if whole.count("```") % 2 else f"{whole}\n{rest}"


def alarming(markdown: str) -> list[str]:
    """The lines of release notes that tell of breaking changes and of holes in security, as they are written.

    A heading alone stands for the list below it, else for the line below it.
    """
    written = [line for line in _TAG.sub("", _COMMENT.sub("", markdown)).splitlines() if _bare(line)]
    found: list[str] = []
    for index, line in enumerate(written):
        if _ALARMING.search(line):
            is_heading = not (_ITEM.match(line) or _SAYS_MORE.search(_bare(line)) or re.search(r"\d{4}", line))
            below = list(takewhile(_ITEM.match, written[index + 1 :])) or written[index + 1 : index + 2]
            found += below if is_heading and below else [line]
    return list(dict.fromkeys(map(_bare, found)))


def _bare(line: str) -> str:
    return _LEAD.sub("", line).strip()
