"""The small ids in buttons and modals: enough to find the rows again, never their state.

What comes back from Slack is read strictly. A value that does not fit (forged, or from an older version of this
program) raises OutOfDate, which people see as a private sentence.
"""

import base64
import binascii
import json
import re
import zlib
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from bot.base.errors import Refused
from bot.slack.limits import BUTTON_VALUE, PRIVATE_METADATA

START = "start_job"
SHOW_RUN = "show_run"
CANCEL = "cancel_run"
UNDO = "undo_run"
RETRY = "retry_run"
LOG = "show_log"
LOG_AGAIN = "show_log_again"
DECIDE = "decide_step"
TIMER = "change_timer"

JOB_FORM = "job_form"
JOB_CONFIRM = "job_confirm"

ENVIRONMENT = "environment"
CONFIRM_NAME = "confirm_name"
VALUE = "value"
_FIELD = "field."

#: No honest set of answers is larger; guards against a forged value that unpacks to gigabytes.
_MOST_UNPACKED_BYTES = 200_000


class OutOfDate(Refused):
    """A button or modal that this program cannot read (any more)."""

    def __init__(self) -> None:
        super().__init__("This button is out of date.", hint="/stack shows what there is now.")


class TooLong(Exception):  # noqa: N818 - it reads as what happened
    """The answers are too long to be carried to the next page."""


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
    #: Answers that fill the form, as typed in a command.
    answers: dict[str, str] = field(default_factory=dict)
    #: Where it was asked, and so where the run's message goes; None: the stack's channel.
    channel: str | None = None


@dataclass(frozen=True, kw_only=True)
class ConfirmRef(Ref):
    """What is about to start, while a person looks at what it would do."""

    stack: str
    job: str
    environment: str | None = None
    channel: str | None = None
    #: The answers, checked once already, and once more when the run starts.
    packed: str = ""

    @property
    def inputs(self) -> dict[str, Any]:
        """The answers by field name. Raises OutOfDate."""
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
    if not reader.eof or not isinstance(inputs, dict):
        raise OutOfDate
    return inputs


def nth(action: str, index: int | str) -> str:
    """An action id that is unique inside its block: "start_job.3"."""
    return f"{action}.{index}"


def any_of(action: str) -> re.Pattern[str]:
    """Matches *action* and all its numbered forms."""
    return re.compile(rf"^{re.escape(action)}(\.[\w-]+)?$")


def field_block(name: str) -> str:
    """The block id of a form's field."""
    return f"{_FIELD}{name}"


def field_of(block_id: str) -> str | None:
    """The form's field that a block asks for; None for other blocks."""
    return block_id.removeprefix(_FIELD) if block_id.startswith(_FIELD) else None


def _fits(value: object, kind: str) -> bool:
    if "dict" in kind:
        return isinstance(value, dict) and all(isinstance(item, str) for pair in value.items() for item in pair)
    if "int" in kind:
        # The largest number the database can hold; a larger one would fail there.
        return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63
    return isinstance(value, str) or (value is None and "None" in kind)
