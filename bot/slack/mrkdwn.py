"""Writing Slack's mrkdwn from texts that people and programs wrote, so that they show exactly as they are.

Nothing from outside may ping a channel, forge a link or start bold print: it is data.
"""

import html
import re
from datetime import datetime

#: Invisible; between a marker and its word it keeps Slack from taking the marker for formatting.
_BREAK = "\u200b"
#: Looks like a backtick, which begins code whatever stands around it.
_BACKTICK = "ˋ"
#: Also what turns the direction of writing around: what follows it would read as something else.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_TERMINAL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.")
_OPENING = re.compile(r"(?<!\w)([*_~])(?=\S)")
#: Words that stand in bold print of ours may close it no more than open their own, nor open what ours would close.
_CLOSING = re.compile(r"(?<=\S)([*_~])(?!\w)(?=(\s?))")
#: Not inside a word, so that `image:tag:latest` and 10:45:30 can be copied as they are.
_EMOJI = re.compile(r"(?<!\w):(?=[\w+'-]+:)")
_ADDRESS = re.compile(r"https?://[^\s<>|`\"')]+[^\s<>|`\"').,:;!?]")
#: A moment with its day.
DAY_TIME = "{date_short_pretty} at {time}"
#: What stands in a form, and how Python writes it.
_TOKENS = {"{date_short_pretty}": "%-d %b %Y", "{time_secs}": "%H:%M:%S", "{time}": "%H:%M"}
_LINK = re.compile(r"<(https?://[^|>]+)\|([^>]+)>")
_QUOTE = re.compile(r"^(&gt;)", re.MULTILINE)


def plain(text: str) -> str:
    """*text* without terminal colours and control characters; line breaks, tabs and Hebrew stay."""
    return _CONTROL.sub("", _TERMINAL.sub("", text.replace("\r\n", "\n")))


def entities(text: str) -> str:
    """`&`, `<` and `>` as Slack wants them; everything that could mention or link is plain text after this."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape(text: str) -> str:
    """*text* as words inside mrkdwn: no mention, link, emoji or formatting comes out of it."""
    safe = entities(plain(text)).replace("`", _BACKTICK)
    safe = _CLOSING.sub(_held_off, _OPENING.sub(rf"\1{_BREAK}", safe))
    return _QUOTE.sub(rf"{_BREAK}\1", _EMOJI.sub(f":{_BREAK}", safe))


def _held_off(closing: re.Match[str]) -> str:
    return f"{_BREAK}{closing[1]}" + ("" if closing[2] else _BREAK)


class Ours(str):
    """Mrkdwn that we wrote: a template does not escape it once more."""

    __slots__ = ()


def written(value: object) -> str:
    """What a template writes of a value: words from elsewhere are escaped, and None is nothing."""
    return value if isinstance(value, Ours) else "" if value is None else escape(str(value))


def with_links(text: str) -> str:
    """Escaped *text* whose addresses can be clicked; each shows itself, so none can pose as another."""
    return _ADDRESS.sub(r"<\g<0>>", text)


def one_line(text: str) -> str:
    """*text* escaped, line breaks and runs of blanks made one blank."""
    return escape(" ".join(text.split()))


def link(url: str, text: str) -> str:
    """A link that shows *text*; only the text where *url* is no address."""
    shown, address = one_line(text), entities(url).replace("|", "%7C")
    return f"<{address}|{shown}>" if address.startswith(("https://", "http://")) else shown


def readable(written: str) -> str:
    """Mrkdwn of ours as a terminal shows it: links with their address, nothing escaped."""
    return html.unescape(_LINK.sub(r"\2 (\1)", written)).replace(_BREAK, "")


def code(text: str) -> str:
    """*text* as inline code, for names that people copy; an empty text stays empty."""
    safe = " ".join(plain(text).replace("`", _BACKTICK).split())
    return f"`{entities(safe)}`" if safe else ""


def code_block(text: str, most: int) -> str:
    """The end of *text* as a code block of at most *most* characters; what is left out shows as an ellipsis."""
    safe = plain(text).replace("```", f"`{_BREAK}`{_BREAK}`").strip("\n")
    room = most - len("```\n…\n\n```")
    if len(entities(safe)) <= room:
        return f"```\n{entities(safe)}\n```"
    # The text is cut, not its entities, so that no half "&amp;" is left; one character has at most five.
    while (excess := len(entities(safe)) - room) > 0:
        safe = safe[max(1, excess // 5) :]
    _, line_break, whole_lines = safe.partition("\n")
    return f"```\n…\n{entities(whole_lines if line_break else safe)}\n```"


def at_time(moment: datetime, form: str = "{time}") -> str:
    """A moment that each reader sees in their own time zone; UTC where Slack cannot say it.

    Words may stand in *form*: Slack writes "starts today at 14:02" of "starts {date_short_pretty} at {time}", but
    "starts Today at 14:02" of the word before the moment.
    """
    otherwise = form
    for token, written in _TOKENS.items():
        otherwise = otherwise.replace(token, f"{moment:{written}}")
    return f"<!date^{int(moment.timestamp())}^{form}|{otherwise} UTC>"
