"""The small parts of which the shapes of stack.yml and access.yml are made."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from bot.base.text import parse_duration

_NAME = r"^[a-z0-9][a-z0-9_-]*$"
#: Hours and minutes.
CLOCK_TIME = r"^([01]\d|2[0-3]):[0-5]\d$"
_JOB_PATH = r"^([a-z0-9][a-z0-9_-]*/)?[a-z0-9][a-z0-9_-]*$"
#: Where it is made for each version of a resource, its name holds expressions.
_ENVIRONMENT_NAME = r"^([A-Za-z0-9]|\{\{[^{}]+\}\})([A-Za-z0-9_.-]|\{\{[^{}]+\}\})*$"
_DURATION = r"^(\d+d)?(\d+h)?(\d+m)?(\d+s)?$"
_IDENTIFIER = r"^[A-Za-z][A-Za-z0-9_]*$"
#: What these patterns ask for, in words.
PATTERNS = {
    _NAME: 'use small letters, digits, "-" and "_"',
    _ENVIRONMENT_NAME: 'use letters, digits, "-", "_" and "."',
    _JOB_PATH: "write JOB, or STACK/JOB for one of another stack",
    CLOCK_TIME: 'write it like "22:00"',
    _IDENTIFIER: 'use letters, digits and "_", a letter first',
}


def _unit_is_written(written: object) -> object:
    if isinstance(written, int | float) and not isinstance(written, bool):
        raise ValueError(f"{written} has no unit. Write it like 90s, 30m, 1h30m or 2d.")
    return written


def _is_duration(written: str) -> str:
    parse_duration(written)
    return written


def _is_duration_or_expression(written: str) -> str:
    return written if "{{" in written else _is_duration(written)


Text = Annotated[str, Field(min_length=1)]
#: Typed on command lines, and part of paths like "maintenance/enable/production".
Name = Annotated[str, Field(pattern=_NAME)]
EnvironmentName = Annotated[str, Field(pattern=_ENVIRONMENT_NAME)]
#: Named by expressions: "form.minutes".
Identifier = Annotated[str, Field(pattern=_IDENTIFIER)]
#: A job of the same stack, or of another one.
JobPath = Annotated[str, Field(pattern=_JOB_PATH)]
Duration = Annotated[
    str,
    BeforeValidator(_unit_is_written),
    AfterValidator(_is_duration),
    Field(examples=["90s", "1h30m"], json_schema_extra={"pattern": _DURATION}),
]
LateDuration = Annotated[
    str,
    BeforeValidator(_unit_is_written),
    AfterValidator(_is_duration_or_expression),
    Field(examples=["5m", "{{ form.pause }}"], json_schema_extra={"pattern": rf"{_DURATION}|\{{\{{"}),
]


class Raw(BaseModel):
    """A mapping in a file. Nothing is converted: "5" is no number."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @field_validator("*", mode="before")
    @classmethod
    def _says_something(cls, written: object) -> object:
        if written is None:
            raise ValueError("it is empty. Remove it or give it a value; a text that begins with # needs quotes.")
        return written
