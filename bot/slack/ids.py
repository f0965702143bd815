"""The small ids in buttons and modals: enough to find the rows again, never their state.

What comes back from Slack is read strictly. A value that does not fit (forged, or from an older version of this
program) raises OutOfDate, which people see as a private sentence.
"""

import base64
import binascii
import json
import re
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from bot.base.errors import Refused
from bot.base.text import unwritable
from bot.slack.limits import BUTTON_VALUE, PRIVATE_METADATA

START = "start_job"
SEARCH = "search_job"
STAR = "star_job"
CARD = "show_stack"
SHOW_RUN = "show_run"
CANCEL = "cancel_run"
UNDO = "undo_run"
RETRY = "retry_run"
RETRY_FROM = "retry_run_from_step"
LOG = "show_log"
LOG_AGAIN = "show_log_again"
DECIDE = "decide_step"
TIMER = "change_timer"
LOCK = "change_lock"
UNPAUSE = "end_pause"
UNFOLLOW = "unfollow"
APPROVAL = "decide_approval"
VERSION = "about_version"
#: What `VersionRef` has in the place of a mark.
TAKE_BACK = "taken_back"
AGAIN = "run_again"
ADD_ROW = "add_row"
DROP_ROW = "drop_row"
TAKE_OUT = "take_out"

JOB_FORM = "job_form"
JOB_CONFIRM = "job_confirm"
LOCK_FORM = "lock_form"
APPROVAL_FORM = "approval_form"
NAME_FORM = "name_form"

CONFIRM_PAGE = "confirm"

ENVIRONMENT = "environment"
CONFIRM_NAME = "confirm_name"
PRESET = "preset"
VALUE = "value"
REASON = "reason"
_FIELD = "field."
_MARK = "~"

#: No honest set of answers is larger; guards against a forged value that unpacks to gigabytes.
_MOST_UNPACKED_BYTES = 200_000


class OutOfDate(Refused):
    """A button or modal that this program cannot read (any more)."""

    def __init__(self) -> None:
        super().__init__("This button is out of date.", hint="/stack shows what there is now.")


class TooLong(Exception):  # noqa: N818 - it reads as what happened
    """It does not fit into a button or modal."""


@dataclass(frozen=True, kw_only=True)
class Ref:
    """What a button or modal is about."""

    def encode(self, most: int = BUTTON_VALUE) -> str:
        """As a short text. Raises TooLong when it does not fit into *most* characters."""
        values = {name: value for name, value in asdict(self).items() if value not in (None, "", {})}
        text = json.dumps(values, separators=(",", ":"), ensure_ascii=False)
        if len(text) > most:
            raise TooLong
        return text

    @classmethod
    def decode(cls, text: str | None) -> Self:
        """Read what `encode` wrote. Raises OutOfDate for anything else."""
        if not text or len(text) > PRIVATE_METADATA:
            raise OutOfDate
        try:
            values = json.loads(text)
            found = cls(**values)
        except (ValueError, TypeError, RecursionError):
            raise OutOfDate from None
        found._check()
        if unwritable(values):
            raise OutOfDate
        return found

    def _check(self) -> None:
        """Is every value of the type it is declared with?"""
        for name, kind in self.__class__.__annotations__.items():
            if not _fits(getattr(self, name), str(kind)):
                raise OutOfDate


@dataclass(frozen=True, kw_only=True)
class JobRef(Ref):
    """A job, and what is known already of how it should run."""

    stack: str
    job: str
    environment: str | None = None
    #: Answers that fill the form, as typed in a command; empty: what an earlier run had was taken out.
    answers: dict[str, str] = field(default_factory=dict)
    #: Where it was asked, and so where the run's message goes; None: the stack's channel.
    channel: str | None = None
    #: CONFIRM_PAGE: typed as a whole, so the form is passed over when nothing is missing.
    page: str = ""
    #: The run whose answers fill the form.
    again: int | None = None
    #: The preset that fills it.
    preset: str = ""
    #: Grows with each preset that is chosen, so that inputs are filled anew.
    turn: str = ""
    #: The rows of each group, by name: {"hosts": "0,2"}.
    rows: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class StackRef(Ref):
    """A stack."""

    stack: str


@dataclass(frozen=True, kw_only=True)
class StarRef(Ref):
    """A job's star: *do* is "star" or "unstar", *on* where the button stands and what has to show the change."""

    stack: str
    job: str
    do: str
    on: str = ""


@dataclass(frozen=True, kw_only=True)
class ConfirmRef(Ref):
    """What is about to start, while a person looks at what it would do."""

    stack: str
    job: str
    environment: str | None = None
    channel: str | None = None
    #: The answers, checked once already, and once more when the run starts.
    packed: str = ""
    #: The draft that keeps them, where they are too long for Slack to carry.
    draft: str = ""
    #: The run whose answers filled the form.
    again: int | None = None

    @property
    def inputs(self) -> dict[str, Any]:
        """The answers that it carries itself, by field name. Raises OutOfDate."""
        return unpack(self.packed)


@dataclass(frozen=True, kw_only=True)
class RunRef(Ref):
    """A run; *do* says what is decided about its interrupted step."""

    run: int
    do: str = ""


@dataclass(frozen=True, kw_only=True)
class TimerRef(Ref):
    """A timer, and what to do with it: extend, now, cancel."""

    timer: int
    do: str


@dataclass(frozen=True, kw_only=True)
class ClickRef(Ref):
    """What one click asked for, while the name of a protected environment is typed."""

    do: str
    #: The run or the timer.
    number: int
    #: The message or page of the button: there it counts once.
    where: str
    channel: str | None = None


@dataclass(frozen=True, kw_only=True)
class ApprovalRef(Ref):
    """An approval, and what to do with it: approve, deny, extend, preview, look."""

    approval: int
    do: str


@dataclass(frozen=True, kw_only=True)
class LockRef(Ref):
    """A lock, and what to do with it: release, hand over, take over."""

    lock: str
    do: str
    #: Who gets it: a person's id, or the number of a run that waits; empty: who presses.
    to: str = ""
    #: In whose hands it was when that was asked: nobody else loses it.
    seen: str = ""


@dataclass(frozen=True, kw_only=True)
class PauseRef(Ref):
    """What is paused."""

    target: str


@dataclass(frozen=True, kw_only=True)
class FollowRef(Ref):
    """Something that is followed."""

    name: str


@dataclass(frozen=True, kw_only=True)
class VersionRef(Ref):
    """A version of a resource, and what is said of it: skipped, snoozed, deployed, or what was said is taken back."""

    stack: str
    resource: str
    number: str
    do: str


def pack(inputs: dict[str, Any]) -> str:
    """Answers as a short text: a modal carries 3000 characters, and people write long reasons."""
    raw = json.dumps(inputs, separators=(",", ":"), ensure_ascii=False).encode()
    return base64.b85encode(zlib.compress(raw, 9)).decode()


def unpack(packed: str) -> dict[str, Any]:
    """The answers that `pack` packed. Raises OutOfDate."""
    if not packed:
        return {}
    try:
        reader = zlib.decompressobj()
        inputs = json.loads(reader.decompress(base64.b85decode(packed), _MOST_UNPACKED_BYTES))
    except (ValueError, binascii.Error, zlib.error, RecursionError):
        raise OutOfDate from None
    if not reader.eof or not isinstance(inputs, dict) or unwritable(inputs):
        raise OutOfDate
    return inputs


def nth(action: str, index: int | str) -> str:
    """An action id that is unique inside its block: "start_job.3"."""
    return f"{action}.{index}"


def any_of(action: str) -> re.Pattern[str]:
    """Matches *action* and all its numbered forms."""
    return re.compile(rf"^{re.escape(action)}(\.[\w-]+)?$")


def none_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """Matches whatever none of *patterns* does."""
    return re.compile(rf"\A(?!{'|'.join(patterns)})")


def field_block(name: str, *, mark: str = "") -> str:
    """The block id of a form's field; *mark* makes it another one, so that Slack forgets what stood in it."""
    return f"{_FIELD}{name}{_MARK}{mark}" if mark else f"{_FIELD}{name}"


def field_of(block_id: str) -> str | None:
    """The form's field that a block asks for; None for other blocks."""
    return block_id.removeprefix(_FIELD).partition(_MARK)[0] if block_id.startswith(_FIELD) else None


def _fits(value: object, kind: str) -> bool:
    if value is None:
        return "None" in kind
    if "dict" in kind:
        return isinstance(value, dict) and all(isinstance(item, str) for pair in value.items() for item in pair)
    if "int" in kind:
        # The largest number the database can hold; a larger one would fail there.
        return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63
    return isinstance(value, str)
