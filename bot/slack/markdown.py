"""Release notes: Markdown that strangers wrote, as Slack's mrkdwn that mentions nobody."""

import re

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

    A heading alone stands for the line below it.
    """
    lines = [_LEAD.sub("", line).strip() for line in _TAG.sub("", _COMMENT.sub("", markdown)).splitlines()]
    lines = [line for line in lines if line]
    found = []
    for index, line in enumerate(lines):
        if _ALARMING.search(line):
            is_heading = not _SAYS_MORE.search(line) and not re.search(r"\d{4}", line)
            found.append(lines[index + 1] if is_heading and index + 1 < len(lines) else line)
    return list(dict.fromkeys(found))
