"""The typed inputs of a job."""

from dataclasses import dataclass
from enum import StrEnum


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
    DURATION = "duration"


#: A field's value once it is read: plain JSON. Dates, times and durations stay text ("2026-11-23", "14:30", "1h30m").
FormValue = str | int | float | bool | list[str] | None


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of the values a choice field offers."""

    value: str
    label: str


@dataclass(frozen=True, kw_only=True)
class FormField:
    """One input of a job."""

    name: str
    type: FieldType
    label: str
    help: str = ""
    required: bool = True
    default: FormValue = None
    #: Least and greatest: of the number, or of the text's length in characters.
    min: float | None = None
    max: float | None = None
    #: Shown behind the label, e.g. "min".
    unit: str = ""
    #: A regular expression that a text must match as a whole; `message` says it in words.
    pattern: str | None = None
    message: str = ""
    choices: tuple[Choice, ...] = ()
