"""The typed inputs of a job."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class FieldType(StrEnum):
    """What kind of value a field takes, and so how it is asked for."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    MULTI_CHOICE = "multi_choice"
    DATE = "date"
    TIME = "time"
    DATE_TIME = "date_time"
    DURATION = "duration"
    #: A Slack user, by id.
    USER = "user"
    #: A Slack channel, by id.
    CHANNEL = "channel"
    #: The name of one of the stack's environments.
    ENVIRONMENT = "environment"
    #: The number of a version of one of the stack's resources.
    VERSION = "version"
    #: The reference of a secret, never its value.
    SECRET = "secret"  # noqa: S105 - the type's name
    #: A file, which steps get as a path.
    FILE = "file"
    #: Rows of fields.
    GROUP = "group"


#: A field's value once it is read: plain JSON. Dates, times and durations stay text ("2026-11-23", "14:30", "1h30m"),
#: a date-time is text with its offset ("2026-11-23T14:30+01:00"), a group is a list of rows, a file is
#: `GivenFile.answer`, several of them a list.
FormValue = str | int | float | bool | list[str] | list[dict[str, Any]] | dict[str, Any] | None


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of the values a choice field offers."""

    value: str
    label: str


@dataclass(frozen=True, kw_only=True)
class ChoiceSource:
    """Where the choices of a field are read from: what a check lists, or a JSON document.

    Its texts may hold expressions over the answers before it, the environment and vars.
    """

    check: str = ""
    with_: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Headers whose values are references of secrets.
    secret_headers: Mapping[str, str] = field(default_factory=dict)
    #: Where in the document the list stands, as "data.clusters"; empty: the document is the list.
    items: str = ""
    #: Where in an item its value and its label stand; empty: the item is the value, the value is the label.
    value: str = ""
    label: str = ""
    #: How long an answer is used again.
    cache_s: float = 60.0
    timeout_s: float = 5.0


@dataclass(frozen=True, kw_only=True)
class FormField:
    """One input of a job."""

    name: str
    type: FieldType
    label: str
    help: str = ""
    required: bool = True
    default: FormValue = None
    #: Least and greatest: of the number, of the text's length in characters, of the group's rows; of the others
    #: see `limit.measured`.
    min: float | None = None
    max: float | None = None
    #: Shown behind the label, e.g. "min".
    unit: str = ""
    #: A regular expression that a text must match as a whole; `message` says it in words.
    pattern: str | None = None
    message: str = ""
    choices: tuple[Choice, ...] = ()
    choices_from: ChoiceSource | None = None
    #: An expression over the answers before it; where it is not true the field is not asked. None: always.
    when: str | None = None
    #: Shown and not asked: its value is always the default, which may be an expression.
    read_only: bool = False
    #: May a date be a Saturday or Sunday?
    weekends: bool = True
    #: What a file's name may end in, without the dot; empty: in anything.
    types: tuple[str, ...] = ()
    #: How many files; where it may be more than one, the answer is a list, also of none.
    max_files: int = 1
    #: How large a file may be; None: as large as anybody likes.
    max_bytes: int | None = None
    #: The fields of each row of a group.
    fields: tuple["FormField", ...] = ()
