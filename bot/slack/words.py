"""What people write behind `/stack`, in a mention and in a direct message: the same words everywhere.

A new word is an entry of `WORDS` here, and of `app.Listeners`, which says who does it.
"""

import html
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum

from bot.base.errors import Refused
from bot.base.text import parse_duration, parse_moment
from bot.model.audit import AuditFilter

_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'"})
_MENTION = re.compile(r"^\s*<@[A-Z0-9]+(\|[^>]*)?>[\s,:]*")
_BECAUSE = re.compile(r"\s+because\b\s*:?", re.IGNORECASE)
#: "2 hours", "90 min": how people say 2h and 90m.
_AMOUNT = re.compile(
    r"(\d+)\s*(d(?:ays?)?|h(?:ours?|rs?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?)(?![a-z])", re.IGNORECASE
)
_MOST_CHARACTERS = 4000
_RUNS = "/stack runs lists the newest."
#: What one may be asked for in `who may approve shop deploy`.
_VERBS = frozenset({"see", "run", "approve", "cancel", "undo", "lock", "follow", "override", "admin"})


class Wish(Enum):
    """What somebody wants to see or do."""

    MENU = "menu"
    HELP = "help"
    RUNS = "runs"
    SHOW = "show"
    BOARD = "board"
    STACK = "stack"
    JOB = "job"
    WHO_MAY = "who may"
    LOCKS = "locks"
    LOCK = "lock"
    UNLOCK = "unlock"
    APPROVALS = "approvals"
    PAUSE = "pause"
    UNPAUSE = "unpause"
    AUDIT = "audit"
    FOLLOW = "follow"
    FOLLOWS = "follows"
    UNFOLLOW = "unfollow"


@dataclass(frozen=True, kw_only=True)
class Words:
    """Words, understood."""

    wish: Wish
    stack: str = ""
    job: str = ""
    environment: str | None = None
    #: `name=value`, as typed; of `follow` the channel behind `in`.
    answers: dict[str, str] = field(default_factory=dict)
    run: int = 0
    #: What one asks about in `who may approve ...`; empty: about running it.
    verb: str = ""
    #: The words that name what is locked or paused: `production`, `shop deploy on staging`; empty: everything. Of
    #: `follow` the thing and its versions: `hashicorp/terraform`, `>=1.9`.
    what: tuple[str, ...] = ()
    #: How long, from `for 2h`; None: not said.
    length: timedelta | None = None
    #: Everything behind `because`, as typed.
    because: str = ""
    #: Which records `audit` asks for.
    records: AuditFilter = field(default_factory=AuditFilter)
    #: `board STACK pin`: keep it where everybody finds it.
    pin: bool = False


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word that may come first."""

    wish: Wish
    #: How to write it behind /stack, and what comes of it.
    usage: str
    about: str
    #: Reads what follows it.
    read: Callable[[Wish, list[str]], Words]
    #: May it end in `because ...`?
    takes_reason: bool = False


def understand(text: str) -> Words:
    """Read `maintenance enable on production reason="Database move"`, `runs`, `lock staging for 2h because ...`.

    Raises Refused with a sentence when a quote is not closed or a word is out of place.
    """
    # Slack escapes &, < and > in what people type, and phones type curly quotes.
    readable = html.unescape(text[:_MOST_CHARACTERS]).translate(_QUOTES).strip()
    first = readable.split(maxsplit=1)[0].lower() if readable else ""
    if first in _BUTTONS and (number := readable[len(first) :].strip().removeprefix("#")).isdecimal():
        # The terminal has these verbs, so people try them here too.
        raise Refused(f"The run has a button for {first}.", hint=f"/stack show {_number(number)} brings it.")
    word = WORDS.get(first)
    if word is None:
        return _stack_or_job(_split(readable))
    parts = _BECAUSE.split(readable, maxsplit=1) if word.takes_reason else [readable]
    words = word.read(word.wish, _split(parts[0])[1:])
    # Not split into words: in `because it's Ada's` nobody meant to quote.
    return words if len(parts) == 1 else Words(**{**vars(words), "because": parts[1].strip().strip('"')})


def understand_answers(text: str) -> dict[str, str]:
    """Read `minutes=45 reason="Database move"`. Raises Refused."""
    return dict(map(_answer, _split(text[:_MOST_CHARACTERS].translate(_QUOTES))))


def without_mention(text: str) -> str:
    """*text* without the bot's own name at its beginning."""
    return _MENTION.sub("", text)


def _alone(wish: Wish, rest: list[str]) -> Words:
    if rest:
        raise Refused(f'"{rest[0]}" is one word too many.', hint=f"Write /stack {wish.value}.")
    return Words(wish=wish)


def _maybe_stack(wish: Wish, rest: list[str]) -> Words:
    match rest:
        case []:
            return Words(wish=wish)
        case [stack]:
            return Words(wish=wish, stack=stack)
    raise Refused(f'"{rest[1]}" is one word too many.', hint=f"Write /stack {wish.value} STACK.")


def _board(wish: Wish, rest: list[str]) -> Words:
    pin = bool(rest) and rest[-1].lower() in {"pin", "pinned"}
    return Words(**{**vars(_maybe_stack(wish, rest[:-1] if pin else rest)), "pin": pin})


def _show(wish: Wish, rest: list[str]) -> Words:
    match rest:
        case [number]:
            return Words(wish=wish, run=_number(number))
        case _:
            raise Refused("Say which run: /stack show 12.", hint=_RUNS)


def _who(wish: Wish, rest: list[str]) -> Words:
    match [word.lower() for word in rest]:
        case ["may", verb, _, *_] if verb in _VERBS:
            asked = _stack_or_job(rest[2:])
        case ["may", _, *_]:
            asked, verb = _stack_or_job(rest[1:]), ""
        case _:
            raise Refused("Say what: /stack who may STACK JOB.", hint="/stack help has all words.")
    return Words(**{**vars(asked), "wish": wish, "verb": verb})


def _audit(wish: Wish, rest: list[str]) -> Words:
    asked = dict(map(_answer, rest))
    if wrong := sorted(asked.keys() - {"since", "person", "target"}):
        raise Refused(
            f'"{wrong[0]}" chooses no records.', hint="Write since=7d, person=ada or target=shop/*/production."
        )
    try:
        since = parse_moment(asked["since"], datetime.now(UTC)) if "since" in asked else None
    except ValueError as error:
        raise Refused(str(error)) from error
    only = AuditFilter(since=since, person=asked.get("person", ""), target=asked.get("target", ""))
    return Words(wish=wish, records=only)


def _held(wish: Wish, rest: list[str]) -> Words:
    """What, and for how long: `staging for 2h`."""
    names = [word.lower() for word in rest]
    if "for" not in names:
        return Words(wish=wish, what=tuple(rest))
    at = names.index("for")
    return Words(wish=wish, what=tuple(rest[:at]), length=_length(" ".join(rest[at + 1 :])))


def _followed(wish: Wish, rest: list[str]) -> Words:
    """What, which versions, and where it is told: `hashicorp/terraform >=1.9 in #dev`."""
    if len(rest) > 2 and rest[-2].lower() == "in":
        return Words(wish=wish, what=tuple(rest[:-2]), answers={"in": rest[-1]})
    return Words(wish=wish, what=tuple(rest))


def _stack_or_job(words: list[str]) -> Words:
    match words:
        case []:
            return Words(wish=Wish.MENU)
        case [stack]:
            return Words(wish=Wish.STACK, stack=stack)
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
        raise Refused(
            f'"{word}" is no answer.', hint='Write it like reason="Database move". /stack help has all words.'
        )
    return name, value


def _length(written: str) -> timedelta:
    short = _AMOUNT.sub(lambda found: f"{found[1]}{found[2][0].lower()}", written).replace(" ", "")
    try:
        return parse_duration(short)
    except ValueError:
        raise Refused(f'"{written}" is no duration.', hint="Write it like 30m, 2h or 1d.") from None


def _number(word: str) -> int:
    digits = word.removeprefix("#")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 15:
        raise Refused(f'"{word}" is no run number.', hint=_RUNS)
    return int(digits)


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return _with_apostrophes(text)


def _with_apostrophes(text: str) -> list[str]:
    """Split again with ' as an ordinary character: in `reason=it's` nobody meant to open a quote."""
    lexer = shlex.shlex(text, posix=True)
    lexer.whitespace_split, lexer.quotes, lexer.commenters = True, '"', ""
    try:
        return list(lexer)
    except ValueError:
        raise Refused("A quote is opened and not closed.", hint='Write it like reason="Database move".') from None


_BUTTONS = frozenset({"cancel", "undo", "retry"})

#: The words that may come first, in the order of the help. Everything else names a stack.
WORDS: dict[str, Word] = {
    "menu": Word(wish=Wish.MENU, usage="menu", about="what you may run, your favourites, what runs now", read=_alone),
    "runs": Word(wish=Wish.RUNS, usage="runs [STACK]", about="the newest runs", read=_maybe_stack),
    "show": Word(wish=Wish.SHOW, usage="show 12", about="one run, with its buttons", read=_show),
    "who": Word(wish=Wish.WHO_MAY, usage="who may STACK JOB [on ENV]", about="who has the right", read=_who),
    "board": Word(
        wish=Wish.BOARD,
        usage="board [STACK] [pin]",
        about="one button per job in this channel, for everybody",
        read=_board,
    ),
    "approvals": Word(wish=Wish.APPROVALS, usage="approvals", about="what waits for your yes", read=_alone),
    "locks": Word(wish=Wish.LOCKS, usage="locks", about="what is locked or paused, by whom, until when", read=_alone),
    "lock": Word(
        wish=Wish.LOCK,
        usage="lock ENV for 2h because REASON",
        about="keep an environment for yourself",
        read=_held,
        takes_reason=True,
    ),
    "unlock": Word(wish=Wish.UNLOCK, usage="unlock ENV", about="give it back", read=_held, takes_reason=True),
    "pause": Word(
        wish=Wish.PAUSE,
        usage="pause [STACK [JOB] [on ENV]] because REASON",
        about="let nothing start there",
        read=_held,
        takes_reason=True,
    ),
    "unpause": Word(
        wish=Wish.UNPAUSE,
        usage="unpause [STACK [JOB] [on ENV]]",
        about="let it start again",
        read=_held,
        takes_reason=True,
    ),
    "follow": Word(
        wish=Wish.FOLLOW,
        usage="follow hashicorp/terraform >=1.9 in #dev",
        about="tell a channel of new versions; takes an address from the browser, too",
        read=_followed,
    ),
    "follows": Word(wish=Wish.FOLLOWS, usage="follows", about="what is followed, and where it is told", read=_alone),
    "unfollow": Word(
        wish=Wish.UNFOLLOW, usage="unfollow hashicorp/terraform", about="tell of it no more", read=_followed
    ),
    "audit": Word(
        wish=Wish.AUDIT,
        usage="audit [since=7d] [person=NAME] [target=STACK/JOB/ENV]",
        about="who asked what, as a file in this channel (for admins)",
        read=_audit,
    ),
    "help": Word(wish=Wish.HELP, usage="help", about="these words", read=_alone),
}
