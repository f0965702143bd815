"""Resources: things outside that have versions; and what starts jobs by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.model.announce import Announce
from bot.model.times import Times


@dataclass(frozen=True, kw_only=True)
class CheckUse:
    """A check with its fields, as a stack declares it."""

    check: str
    #: The check's fields; texts may hold expressions over `vars`.
    with_: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Artefact:
    """What has to exist before a version counts: an image, a package."""

    use: CheckUse
    #: What the check has to list, an expression text over `version`.
    number: str = "{{ version.number }}"


@dataclass(frozen=True, kw_only=True)
class VersionFilter:
    """Which versions count."""

    #: ">=1.9, <2", as https://packaging.python.org/specifications/version-specifiers; None: all.
    range: str | None = None
    prereleases: bool = False
    #: Regular expressions that the whole number must match, and must not.
    include: str | None = None
    ignore: str | None = None
    #: A version counts once it is so old: by when it was published, else by when it was first seen.
    min_age_s: float | None = None
    #: Only what is newer than what is deployed; needs `Resource.deployed`.
    newer: bool = False


@dataclass(frozen=True, kw_only=True)
class Resource:
    """Something outside that has versions."""

    name: str
    use: CheckUse
    every_s: float
    #: An expression over `vars`; nobody looks at it where it is not true. None: always.
    when: str | None = None
    filter: VersionFilter = VersionFilter()
    #: The check that lists what runs now; the newest that it lists counts.
    deployed: CheckUse | None = None
    artefact: Artefact | None = None
    #: How its versions are announced; None: they are not.
    announce: Announce | None = None

    @property
    def needs_history(self) -> bool:
        """Does it depend on what was seen before whether a version counts?"""
        return self.filter.min_age_s is not None or self.artefact is not None


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """A place that others may call to say that something happened."""

    name: str
    #: How the caller proves who it is.
    sign: "Signature"
    #: The reference of the secret that both know.
    secret: str
    #: An expression over `payload`; where it is not true, nothing follows.
    when: str | None = None
    #: Expressions over `payload`: what jobs find under `webhook`.
    fields: Mapping[str, Any] = field(default_factory=dict)
    #: The resources that are looked at right after a call.
    look: tuple[str, ...] = ()


class Signature(StrEnum):
    """How a webhook's caller proves who it is."""

    #: `X-Hub-Signature-256`, HMAC over the body.
    GITHUB = "github"
    #: `X-Gitlab-Token`, the secret itself.
    GITLAB = "gitlab"
    #: `X-Signature-256`, HMAC over "timestamp.body", with `X-Timestamp` in seconds since 1970.
    HMAC = "hmac"
    #: `Authorization: Bearer ...`, the secret itself: a registry of images, and others that can send a header.
    BEARER = "bearer"
    #: Alertmanager: `Authorization: Bearer ...`, the secret itself; its alerts start jobs with an `alert` trigger.
    ALERTMANAGER = "alertmanager"


class TriggerKind(StrEnum):
    """What starts a job by itself."""

    VERSION = "version"
    GONE = "gone"
    CRON = "cron"
    ALERT = "alert"
    WEBHOOK = "webhook"
    RUN = "run"


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """One thing that starts a job by itself."""

    #: Its place in the job's list, from 1.
    position: int
    kind: TriggerKind
    #: The resource, cron text, webhook or job that it listens to; empty for an alert.
    of: str
    #: The labels that an alert must have.
    labels: Mapping[str, str] = field(default_factory=dict)
    #: How the other job's run has to end.
    status: str = "succeeded"
    when: str | None = None
    #: Where the job runs, an expression text; None: the environment made for the version, else the only one.
    environment: str | None = None
    #: Answers to the job's form; expressions.
    form: Mapping[str, Any] = field(default_factory=dict)
    #: Quiet for so long before it starts; what comes meanwhile replaces what waits.
    debounce_s: float = 0.0
    skip_if_same: bool = False
    max_one_waiting: bool = False
    #: Of a cron: the time zone, and how late a missed moment is still made up for.
    zone: str = "UTC"
    late_s: float = 0.0
    #: The days on which a cron starts nothing: see `Times`.
    holidays: tuple[str, ...] = ()

    @property
    def times(self) -> Times:
        """When a cron starts the job."""
        return Times(cron=self.of, zone=self.zone, holidays=self.holidays, late_s=self.late_s)


@dataclass(frozen=True, kw_only=True)
class FoundVersion:
    """A version as a check lists it now."""

    number: str
    state: str
    #: All that the check says of it, number and state included: plain JSON, what expressions see.
    fields: Mapping[str, Any]
    #: Why it does not count, in a few words; empty: it does.
    verdict: str = ""


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """What came of one check of a resource."""

    watcher: str
    #: The digest of the check, its fields and filters: when they change, what comes next is a new baseline.
    spec: str
    versions: tuple[FoundVersion, ...] = ()
    #: Is what is not listed gone?
    lists_all: bool = False
    #: Is what is not listed gone if it is among the newer half?
    lists_newest: bool = False
    #: One sentence, when it failed.
    error: str = ""
    hint: str = ""
    #: What is deployed now; empty: not known.
    deployed: str = ""
    every_s: float
    #: Not asked at all: the host wants to be left alone until then.
    held_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class SeenVersion:
    """A version as it is kept."""

    id: int
    watcher: str
    number: str
    state: str
    fields: Mapping[str, Any]
    verdict: str
    #: Was it there at the first check? Then nothing was told of it.
    baseline: bool
    first_seen_at: datetime
    changed_at: datetime
    #: When it was found to count; None: not yet.
    passed_at: datetime | None
    #: None: it is there.
    gone_at: datetime | None
    #: How often it appeared or changed.
    appearance: int


@dataclass(frozen=True, kw_only=True)
class Watcher:
    """How the checks of one resource stand."""

    #: `stack/resource`.
    id: str
    spec: str
    next_at: datetime
    checked_at: datetime | None = None
    #: Checks that failed since the last one that did not.
    failures: int = 0
    error: str = ""
    hint: str = ""
    #: When the owners were told that it fails; None: they were not.
    told_at: datetime | None = None
    #: Since when its host wants to be left alone, one pause after the other; None: it answered last.
    held_since: datetime | None = None
    deployed: str = ""
    #: The coming look was asked for: no answer from before will do.
    asked: bool = False

    @property
    def stack(self) -> str:
        """The stack's name."""
        return self.id.partition("/")[0]

    @property
    def resource(self) -> str:
        """The resource's name."""
        return self.id.partition("/")[2]


@dataclass(frozen=True, kw_only=True)
class Lease:
    """A look that a bot has taken, so that no other makes it."""

    #: `stack/resource`.
    id: str
    #: The bot that looked at it last; None: none ever did.
    last_by: str | None
    #: No answer from before will do.
    asked: bool


@dataclass(frozen=True, kw_only=True)
class OwedStart:
    """A run that a trigger owes: written with what caused it, started right after."""

    id: int
    #: The run's key: however often it is tried, one run starts.
    key: str
    stack: str
    job: str
    #: The trigger's place in the job's list.
    trigger: int
    environment: str | None
    inputs: Mapping[str, Any]
    #: What expressions may name beyond what every run knows: `{"pull": {...}}`.
    given: Mapping[str, Any]
    cause: str
    not_before: datetime
    max_one_waiting: bool
    #: Names by id of those whose doing it is.
    behind: Mapping[str, str] = field(default_factory=dict)


def watcher_id(stack: str, resource: str) -> str:
    """`stack/resource`."""
    return f"{stack}/{resource}"
