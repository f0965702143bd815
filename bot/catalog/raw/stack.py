"""What may be written in stack.yml and access.yml: the shape of the files, and nothing yet of what it means."""

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    RootModel,
)

from bot.base.text import did_you_mean
from bot.catalog.raw.form import RawField
from bot.catalog.raw.notify import RawNotify
from bot.catalog.raw.parts import Duration, EnvironmentName, Identifier, JobPath, LateDuration, Name, Raw, Text
from bot.catalog.raw.scheduled import RawScheduled
from bot.catalog.raw.watch import RawResource, RawTrigger, RawWebhook
from bot.model.freeze import InFreeze
from bot.model.plan import OnTimeout

VERBS = ("see", "run", "cancel", "undo", "approve", "lock", "follow", "override", "admin", "all")


def _is_verb(written: str) -> str:
    if written not in VERBS:
        raise ValueError(f'"{written}" is nothing one may. {did_you_mean(written, VERBS)}')
    return written


Verb = Annotated[str, AfterValidator(_is_verb), Field(json_schema_extra={"enum": list(VERBS)})]


class RawRetry(Raw):
    """Try a failed step again."""

    times: int = Field(ge=1, le=100, description="how many further tries")
    delay: Duration = Field("0s", description="pause before each of them")
    backoff: float = Field(1.0, ge=1, le=10, description="each pause is so many times as long as the one before")
    when: Text | None = Field(
        None,
        description="an expression over `failure`; it is tried again only where this is true",
        examples=["'timed out' in failure.reason"],
    )


class RawThen(Raw):
    """Start another job of this stack some time after this one has succeeded."""

    run: Name = Field(description="the job")
    after: LateDuration = Field(description="how long after")
    warn: Duration | None = Field(None, description="how long before it to say so, with buttons to put it off")
    cancel: Text | None = Field(None, description='what the button says that calls it off; "Cancel" if not given')


class RawApprove(Raw):
    """People have to say yes before it goes on; what would happen is shown to them."""

    by: list[Text] | None = Field(
        None,
        min_length=1,
        description='who: "@group", an e-mail, "*@example.org", a Slack user id, or "everyone"; '
        "whom access.yml lets approve if not given",
        examples=[["@platform", "bob@example.org"]],
    )
    count: int = Field(1, ge=1, le=20, description="how many of them")
    self_: bool = Field(default=False, alias="self", description="may who started the run be one of them?")
    timeout: Duration = Field("1d", description="how long it waits for them")
    on_timeout: Annotated[OnTimeout, Field(strict=False)] = Field(
        OnTimeout.FAIL,
        description="what then: the step fails; what stands behind it in the same list is skipped; or silence is a yes",
    )
    reason: Literal["required", "optional"] = Field("optional", description="does every answer need a sentence?")
    form: dict[Identifier, RawField] = Field(
        {}, description="what who says yes is asked; later steps find it under NAME.outputs.FIELD"
    )
    notify: bool = Field(
        default=False, description="tell the people whom `by` names themselves in a direct message, too"
    )
    channel: Text | None = Field(None, description="where it is asked; where the run is told if not given")


class RawStep(Raw):
    """One step: exactly one of `uses`, `run`, `do`, `in_parallel`, `wait`, `undo`, `approve`, and what goes with it."""

    uses: Text | None = Field(None, description="the action that does it")
    with_: dict[str, JsonValue] = Field({}, alias="with", description="the action's fields, or the job's answers")
    run: JobPath | None = Field(
        None, description="a job, started as a run of its own", examples=["deploy", "web/deploy"]
    )
    environment: Text | None = Field(None, description="where `run` acts; where this job does if not given")
    do: "list[RawStep] | None" = Field(None, min_length=1, description="steps, one after the other")
    in_parallel: "list[RawStep] | None" = Field(None, min_length=1, description="steps, all at the same time")
    wait: LateDuration | None = Field(None, description="let time pass")
    approve: RawApprove | None = Field(None, description="wait for people's yes; a mapping, {} for the defaults")
    undo: Text | None = Field(None, description='"run": all that this run has begun; or the name of one step')
    title: Text | None = Field(None, description="what people read; made from the action if not given")
    name: Identifier | None = Field(None, description="under which later steps find its outputs: NAME.outputs.FIELD")
    when: Text | None = Field(None, description="an expression; where it is not true the step is skipped")
    retry: RawRetry | None = Field(None, description="try again when it fails")
    timeout: Duration | None = Field(None, description="the longest that it, or each try of it, may take")
    each: Text | list[JsonValue] | None = Field(
        None, description="do it for each item of a list, which it knows as `item`", examples=["{{ form.hosts }}"]
    )
    limit: int | None = Field(
        None, ge=1, description="how many at once: of `in_parallel` all, of `each` one if not given"
    )
    fail_fast: bool = Field(default=False, description="stop the others as soon as one of them fails")
    on_failure: "list[RawStep]" = Field([], description="steps for when it fails")
    on_success: "list[RawStep]" = Field([], description="steps for when it succeeds")
    on_abort: "list[RawStep]" = Field([], description="steps for when it is cancelled")
    ensure: "list[RawStep]" = Field([], description="steps for after it, however it ended")


class RawJob(Raw):
    """What a person or a trigger may start."""

    title: Text | None = Field(None, description="what people click; made from its name if not given")
    description: str = Field("", description="a sentence on what it does")
    danger: bool = Field(default=False, description="show what would happen, and ask once more")
    approve: RawApprove | None = Field(None, description="people's yes before it starts; until then it holds no lock")
    freeze: Annotated[InFreeze, Field(strict=False)] = Field(
        InFreeze.WAIT,
        description="what it does when it would start by itself in a freeze; ignore: freezes do not concern it",
    )
    lock: Text | None = Field(None, description="runs with the same lock wait for one another")
    form: dict[Identifier, RawField] = Field({}, description="what it asks for")
    presets: dict[Text, dict[Identifier, JsonValue]] = Field(
        {}, description="named sets of answers to choose from", examples=[{"Short break": {"minutes": 15}}]
    )
    steps: list[RawStep] = Field(min_length=1, description="what it does")
    on_failure: list[RawStep] = Field([], description="steps for when it fails")
    on_success: list[RawStep] = Field([], description="steps for when it succeeds")
    on_abort: list[RawStep] = Field([], description="steps for when it is cancelled")
    ensure: list[RawStep] = Field([], description="steps for after it, however it ended")
    then: RawThen | None = Field(None, description="the job to start some time after it has succeeded")
    inverse: Name | None = Field(
        None, description="the job that takes back what this one does; menus and forms say which of the two was last"
    )
    announce: Text | None = Field(None, description="what the stack's channel is told when it has succeeded")
    timeout: Duration | None = Field(None, description="the longest that a run may take")
    callable: Literal["only"] | None = Field(None, description='"only": no menu has it, only other jobs start it')
    outputs: dict[Identifier, JsonValue] = Field({}, description="what a job that runs it sees of it: OUTPUT: value")
    environments: list[EnvironmentName] | None = Field(
        None, min_length=1, description="the environments it may act on; all if not given"
    )
    triggers: list[RawTrigger] = Field([], description="what starts it by itself")


class RawEnvironment(Raw):
    """A named place that jobs act on; all other keys are its fields, `env.KEY` in expressions."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, JsonValue]

    protected: bool = Field(default=False, description="only people whom an access rule names for it may act on it")
    when: Text | None = Field(None, description="an expression over `vars`; it exists only where this is true")
    each: Identifier | None = Field(
        None, description="a resource: there is one such environment for each version of it that is there"
    )


class RawStack(Raw):
    """A folder that declares environments, and jobs that act on them."""

    stack: Name | None = Field(None, description="the folder's name")
    title: Text | None = Field(None, description="what people read; made from its name if not given")
    description: str = Field("", description="a sentence on what it is for")
    owners: list[Text] = Field([], description="groups or people who answer for it", examples=[["@platform"]])
    channel: Text | None = Field(None, description="where its runs are told", examples=["#ops"])
    notify: list[RawNotify] = Field([], description="who is told of runs besides their own message")
    environments: dict[EnvironmentName, RawEnvironment | None] = Field({}, description="places that jobs act on")
    resources: dict[Identifier, RawResource] = Field({}, description="things outside that have versions")
    webhooks: dict[Name, RawWebhook] = Field({}, description="places that others may call when something happened")
    announcements: dict[Name, RawScheduled] = Field({}, description="what its channels are told by the clock")
    jobs: dict[Name, RawJob] = Field({}, min_length=1, description="what can be started")


_Texts = Annotated[list[Text], Field(min_length=1)]
_Verbs = Annotated[list[Verb], Field(min_length=1)]


class RawRole(Raw):
    """A name for people and what they may: rules can name it in the place of its people."""

    people: _Texts | Text = Field(description='"@group", an e-mail, "*@example.org", a Slack user id, or "everyone"')
    may: list[Verb] | Verb = Field([], description="what they may")
    on: _Texts | Text = Field("*", description='globs over "stack/job/environment"; a shorter one covers all below')


class RawRule(Raw):
    """Who may do what where."""

    who: _Texts | Text = Field(
        description='a role, "@group", an e-mail, "*@example.org", a user id, "workflows", "guests" or "everyone"'
    )
    may: _Verbs | Verb = Field(description="what they may")
    on: _Texts | Text = Field("*", description='globs over "stack/job/environment"; a shorter one covers all below')
    deny: bool = Field(default=False, description="they may not, whatever else is said")


class RawRules(RootModel[list[RawRule]]):
    """An access.yml of rules alone."""

    model_config = ConfigDict(frozen=True, strict=True)


class RawAccess(Raw):
    """An access.yml with roles."""

    roles: dict[Name, RawRole] = Field({}, description="people and what they may, by a name")
    rules: list[RawRule] = Field([], description="who else may what, and who may not")


KINDS = ("uses", "run", "do", "in_parallel", "wait", "undo", "approve")


def keys_of(model: type[BaseModel]) -> dict[str, Any]:
    """The keys that may be written in a mapping, each with its field."""
    return {field.alias or name: field for name, field in model.model_fields.items()}
