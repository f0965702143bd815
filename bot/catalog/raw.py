"""What may be written in stack.yml and access.yml: the shape of the files, and nothing yet of what it means."""

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    RootModel,
    field_validator,
)

from bot.base.text import did_you_mean, parse_duration
from bot.model.form import FieldType

VERBS = ("see", "run", "cancel", "undo", "approve", "lock", "override", "admin", "all")
_NAME = r"^[a-z0-9][a-z0-9_-]*$"
_ENVIRONMENT_NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
_DURATION = r"^(\d+d)?(\d+h)?(\d+m)?(\d+s)?$"
_IDENTIFIER = r"^[A-Za-z][A-Za-z0-9_]*$"
#: What these patterns ask for, in words.
PATTERNS = {
    _NAME: 'use small letters, digits, "-" and "_"',
    _ENVIRONMENT_NAME: 'use letters, digits, "-", "_" and "."',
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


def _is_verb(written: str) -> str:
    if written not in VERBS:
        raise ValueError(f'"{written}" is nothing one may. {did_you_mean(written, VERBS)}')
    return written


Text = Annotated[str, Field(min_length=1)]
#: Typed on command lines, and part of paths like "maintenance/enable/production".
Name = Annotated[str, Field(pattern=_NAME)]
EnvironmentName = Annotated[str, Field(pattern=_ENVIRONMENT_NAME)]
#: Named by expressions: "form.minutes".
Identifier = Annotated[str, Field(pattern=_IDENTIFIER)]
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
Verb = Annotated[str, AfterValidator(_is_verb), Field(json_schema_extra={"enum": list(VERBS)})]


class Raw(BaseModel):
    """A mapping in a file. Nothing is converted: "5" is no number."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @field_validator("*", mode="before")
    @classmethod
    def _says_something(cls, written: object) -> object:
        if written is None:
            raise ValueError("it is empty. Remove it or give it a value; a text that begins with # needs quotes.")
        return written


class RawField(Raw):
    """One input of a job."""

    type: Annotated[FieldType, Field(strict=False)] = Field(description="what kind of value it takes")
    label: Text | None = Field(None, description="what people read above it; made from its name if not given")
    help: str = Field("", description="a sentence under it")
    required: bool = Field(default=True, description="must it be answered?")
    default: JsonValue = Field(None, description="the answer it starts with")
    min: float | None = Field(None, description="least number, or fewest characters")
    max: float | None = Field(None, description="greatest number, or most characters")
    unit: str = Field("", description="shown behind the label", examples=["min"])
    pattern: Text | None = Field(None, description="a regular expression that the whole text must match")
    message: str = Field("", description="what `pattern` asks for, in words")
    choices: list[Text] | dict[Text, Text] | None = Field(
        None, description="what can be chosen: a list, or a mapping of values to labels"
    )


class RawRetry(Raw):
    """Try a failed step again."""

    times: int = Field(ge=1, le=100, description="how many further tries")
    delay: Duration = Field("0s", description="pause before each of them")


class RawThen(Raw):
    """Start another job of this stack some time after this one has succeeded."""

    run: Name = Field(description="the job")
    after: LateDuration = Field(description="how long after")
    warn: Duration | None = Field(None, description="how long before it to say so, with buttons to put it off")


class RawStep(Raw):
    """One step: exactly one of `uses`, `do`, `in_parallel`, `wait` and `undo`, and what goes with any of them."""

    uses: Text | None = Field(None, description="the action that does it")
    with_: dict[str, JsonValue] = Field({}, alias="with", description="the action's fields")
    do: "list[RawStep] | None" = Field(None, min_length=1, description="steps, one after the other")
    in_parallel: "list[RawStep] | None" = Field(None, min_length=1, description="steps, all at the same time")
    wait: LateDuration | None = Field(None, description="let time pass")
    undo: Text | None = Field(None, description='"run": all that this run has begun; or the name of one step')
    title: Text | None = Field(None, description="what people read; made from the action if not given")
    name: Identifier | None = Field(None, description="under which later steps find its outputs: NAME.outputs.FIELD")
    when: Text | None = Field(None, description="an expression; where it is not true the step is skipped")
    retry: RawRetry | None = Field(None, description="try again when it fails")
    timeout: Duration | None = Field(None, description="the longest that it may take")
    on_failure: "list[RawStep]" = Field([], description="steps for when it fails")
    ensure: "list[RawStep]" = Field([], description="steps for after it, however it ended")


class RawJob(Raw):
    """What a person or a trigger may start."""

    title: Text | None = Field(None, description="what people click; made from its name if not given")
    description: str = Field("", description="a sentence on what it does")
    danger: bool = Field(default=False, description="show what would happen, and ask once more")
    lock: Text | None = Field(None, description="runs with the same lock wait for one another")
    form: dict[Identifier, RawField] = Field({}, description="what it asks for")
    steps: list[RawStep] = Field(min_length=1, description="what it does")
    on_failure: list[RawStep] = Field([], description="steps for when it fails")
    ensure: list[RawStep] = Field([], description="steps for after it, however it ended")
    then: RawThen | None = Field(None, description="the job to start some time after it has succeeded")
    announce: Text | None = Field(None, description="what the stack's channel is told when it has succeeded")
    timeout: Duration | None = Field(None, description="the longest that a run may take")
    environments: list[EnvironmentName] | None = Field(
        None, min_length=1, description="the environments it may act on; all if not given"
    )


class RawEnvironment(Raw):
    """A named place that jobs act on; all other keys are its fields, `env.KEY` in expressions."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, JsonValue]

    protected: bool = Field(default=False, description="only people whom an access rule names for it may act on it")
    when: Text | None = Field(None, description="an expression over `vars`; it exists only where this is true")


class RawStack(Raw):
    """A folder that declares environments, and jobs that act on them."""

    stack: Name | None = Field(None, description="the folder's name")
    title: Text | None = Field(None, description="what people read; made from its name if not given")
    description: str = Field("", description="a sentence on what it is for")
    owners: list[Text] = Field([], description="groups or people who answer for it", examples=[["@platform"]])
    channel: Text | None = Field(None, description="where its runs are told", examples=["#ops"])
    environments: dict[EnvironmentName, RawEnvironment | None] = Field({}, description="places that jobs act on")
    jobs: dict[Name, RawJob] = Field(min_length=1, description="what can be started")


_Texts = Annotated[list[Text], Field(min_length=1)]
_Verbs = Annotated[list[Verb], Field(min_length=1)]


class RawRule(Raw):
    """Who may do what where."""

    who: _Texts | Text = Field(description='"@group", an e-mail, "*@example.org", a Slack user id, or "everyone"')
    may: _Verbs | Verb = Field(description="what they may")
    on: _Texts | Text = Field("*", description='globs over "stack/job/environment"; a shorter one covers all below')
    deny: bool = Field(default=False, description="they may not, whatever else is said")


class RawRules(RootModel[list[RawRule]]):
    """An access.yml."""

    model_config = ConfigDict(frozen=True, strict=True)


KINDS: tuple[Literal["uses", "do", "in_parallel", "wait", "undo"], ...] = ("uses", "do", "in_parallel", "wait", "undo")


def keys_of(model: type[BaseModel]) -> dict[str, Any]:
    """The keys that may be written in a mapping, each with its field."""
    return {field.alias or name: field for name, field in model.model_fields.items()}
