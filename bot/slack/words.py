"""What people write behind `/stack`, in a mention and in a direct message: the same words everywhere."""

import html
import re
import shlex
from dataclasses import dataclass, field
from enum import Enum

from bot.base.errors import Refused

_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'"})
_MENTION = re.compile(r"^\s*<@[A-Z0-9]+(\|[^>]*)?>[\s,:]*")
_MOST_CHARACTERS = 4000
_RUNS = "/stack runs lists the newest."


class Wish(Enum):
    """What somebody wants to see or do."""

    MENU = "menu"
    RUNS = "runs"
    SHOW = "show"
    BOARD = "board"
    STACK = "stack"
    JOB = "job"


@dataclass(frozen=True, kw_only=True)
class Words:
    """Words, understood."""

    wish: Wish
    stack: str = ""
    job: str = ""
    environment: str | None = None
    #: `name=value`, as typed.
    answers: dict[str, str] = field(default_factory=dict)
    run: int = 0


def understand(text: str) -> Words:
    """Read `maintenance enable on production reason="Database move"`, `runs`, `show 12`, `board web`, `help`.

    Raises Refused with a sentence when a quote is not closed or a word is out of place.
    """
    words = _split(text)
    match [word.lower() for word in words]:
        case [] | ["help"] | ["menu"]:
            return Words(wish=Wish.MENU)
        case ["runs"]:
            return Words(wish=Wish.RUNS)
        case ["show"]:
            raise Refused("Say which run: /stack show 12.", hint=_RUNS)
        case ["show", number]:
            return Words(wish=Wish.SHOW, run=_number(number))
        case ["cancel" | "undo" | "retry" as verb, number] if number.removeprefix("#").isdecimal():
            # The terminal has these verbs, so people try them here too.
            raise Refused(f"The run has a button for {verb}.", hint=f"/stack show {_number(number)} brings it.")
        case ["board"]:
            return Words(wish=Wish.BOARD)
        case ["board", _]:
            return Words(wish=Wish.BOARD, stack=words[1])
        case [_]:
            return Words(wish=Wish.STACK, stack=words[0])
        case _:
            return _job(words)


def without_mention(text: str) -> str:
    """*text* without the bot's own name at its beginning."""
    return _MENTION.sub("", text)


def _job(words: list[str]) -> Words:
    stack, job, *rest = words
    environment = None
    if len(rest) >= 2 and rest[0].lower() in {"on", "in"} and "=" not in rest[1]:
        environment, rest = rest[1], rest[2:]
    elif rest and "=" not in rest[0]:
        environment, rest = rest[0], rest[1:]
    return Words(wish=Wish.JOB, stack=stack, job=job, environment=environment, answers=dict(map(_answer, rest)))


def _answer(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not equals or not name:
        raise Refused(f'"{word}" is no answer.', hint='Write it like reason="Database move".')
    return name, value


def _number(word: str) -> int:
    digits = word.removeprefix("#")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 15:
        raise Refused(f'"{word}" is no run number.', hint=_RUNS)
    return int(digits)


def _split(text: str) -> list[str]:
    # Slack escapes &, < and > in what people type, and phones type curly quotes.
    readable = html.unescape(text[:_MOST_CHARACTERS]).translate(_QUOTES)
    try:
        return shlex.split(readable)
    except ValueError:
        return _with_apostrophes(readable)


def _with_apostrophes(text: str) -> list[str]:
    """Split again with ' as an ordinary character: in `reason=it's` nobody meant to open a quote."""
    lexer = shlex.shlex(text, posix=True)
    lexer.whitespace_split, lexer.quotes, lexer.commenters = True, '"', ""
    try:
        return list(lexer)
    except ValueError:
        raise Refused("A quote is opened and not closed.", hint='Write it like reason="Database move".') from None
