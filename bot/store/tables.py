"""The tables. Only this room sees these rows; everybody else gets `model` values made from them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel


class Moment(TypeDecorator[datetime]):
    """An aware moment in UTC; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive moment: nobody could say which one it is."""
        del dialect
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give every moment its zone."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


#: SQLite counts up only a column of type INTEGER.
BigKey = BigInteger().with_variant(Integer, "sqlite")


def _some(name: str, column: str, where: str) -> Index:
    """An index of those rows alone that are looked for by it."""
    return Index(name, column, sqlite_where=text(where), postgresql_where=text(where))


class RunRow(SQLModel, table=True):
    """A run."""

    __tablename__ = "run"
    __table_args__ = (
        Index("ix_run_job", "stack", "job", "status", "environment"),
        _some("ix_run_undo_of", "undo_of", "undo_of IS NOT NULL"),
        _some("ix_run_retry_of", "retry_of", "retry_of IS NOT NULL"),
    )

    number: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True, autoincrement=True))
    #: Who asks twice with one key finds the first run.
    key: str = Field(unique=True)
    stack: str = Field(index=True)
    job: str
    title: str
    environment: str | None
    inputs: dict[str, Any] = Field(sa_type=JSON)
    plan: dict[str, Any] = Field(sa_type=JSON)
    status: str = Field(index=True)
    started_by_id: str = Field(index=True)
    started_by: str
    cause: str = Field(sa_type=Text)
    origin: str
    lock: str | None
    created_at: datetime = Field(sa_type=Moment)
    begun_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment, index=True)
    reason: str = Field(default="", sa_type=Text)
    hint: str = Field(default="", sa_type=Text)
    cancelled_by: str | None = None
    undo_of: int | None = None
    retry_of: int | None = None
    parent: int | None = Field(default=None, sa_type=BigInteger, index=True)
    parent_step: str | None = None
    outputs: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    part: int = 0
    #: Grows each time a worker takes the run; a worker whose number is old must not write any more.
    epoch: int = 0
    revision: int = 1
    channel: str | None = None
    #: What keeps it from beginning: "pause", "freeze"; empty: nothing does.
    held: str = Field(default="", index=True)
    #: Why it may begin in a freeze, as the person said who may let it.
    override: str = Field(default="", sa_type=Text)
    #: A freeze does not concern it.
    ignores_freeze: bool = False
    #: Names by id of those whose doing it is though something else started it.
    behind: dict[str, str] = Field(default_factory=dict, sa_type=JSON)


class StepRow(SQLModel, table=True):
    """One step of a run."""

    __tablename__ = "step"

    run: int = Field(primary_key=True, sa_type=BigInteger)
    id: str = Field(primary_key=True)
    position: int
    title: str
    uses: str | None
    status: str
    attempt: int = 0
    begun: bool = False
    fields: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    outputs: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    hosts: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    progress: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    reason: str = Field(default="", sa_type=Text)
    hint: str = Field(default="", sa_type=Text)
    machine: str | None = None
    undoable: bool | None = None
    undone: bool = False
    taken_from: int | None = Field(default=None, sa_type=BigInteger)
    started_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)


class EventRow(SQLModel, table=True):
    """One line of a run's history."""

    __tablename__ = "event"

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True, autoincrement=True))
    run: int = Field(index=True, sa_type=BigInteger)
    at: datetime = Field(sa_type=Moment)
    kind: str
    step: str | None = None
    text: str = Field(default="", sa_type=Text)
    by: str = ""


class AuditRow(SQLModel, table=True):
    """One request and its answer."""

    __tablename__ = "audit"

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True, autoincrement=True))
    at: datetime = Field(sa_type=Moment)
    person_id: str
    person: str
    origin: str
    verb: str
    target: str
    answer: str
    detail: str = Field(default="", sa_type=Text)
    hash: str


class LockRow(SQLModel, table=True):
    """A name that one run or person holds, or nobody (`since` is None)."""

    __tablename__ = "lock"

    name: str = Field(primary_key=True)
    run: int | None = Field(default=None, sa_type=BigInteger, index=True)
    person_id: str | None = None
    holder: str = ""
    since: datetime | None = Field(default=None, sa_type=Moment)
    why: str = Field(default="", sa_type=Text)


class LockRequestRow(SQLModel, table=True):
    """A place in the queue for a lock; lower ids go first."""

    __tablename__ = "lock_request"

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True, autoincrement=True))
    name: str = Field(index=True)
    #: None: a person waits, who wants it for so long.
    run: int | None = Field(default=None, sa_type=BigInteger, index=True)
    person_id: str | None = None
    length_s: float | None = None
    holder: str
    why: str = Field(default="", sa_type=Text)
    #: Greater ones go before all ids: who took the lock over goes next.
    ahead: int = 0


class PauseRow(SQLModel, table=True):
    """Nothing begins at `target` or below it while this row is there."""

    __tablename__ = "pause"

    #: `stack`, `stack/job`, `stack/job/environment` or `*/*/environment` and the like; "*": everything.
    target: str = Field(primary_key=True)
    person_id: str
    person: str
    since: datetime = Field(sa_type=Moment)
    why: str = Field(default="", sa_type=Text)


class TimerRow(SQLModel, table=True):
    """A durable moment. No id is given twice: it is in buttons, and in the key of the run that it starts."""

    __tablename__ = "timer"
    __table_args__ = (Index("ix_timer_state", "state", "at"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True, autoincrement=True))
    kind: str
    key: str = Field(index=True)
    at: datetime = Field(sa_type=Moment)
    state: str
    warn_at: datetime | None = Field(default=None, sa_type=Moment)
    #: 0: not a run set it but a person.
    run: int = Field(sa_type=BigInteger, index=True)
    stack: str
    job: str = ""
    environment: str | None = None
    #: What it is about where that is no job: a lock, what is paused, a step.
    subject: str = ""
    channel: str | None = None
    changed_by: str = ""
    #: Names by id of those whose doing it is that it comes, and when.
    behind: dict[str, str] = Field(default_factory=dict, sa_type=JSON)


class MessageRow(SQLModel, table=True):
    """A message owed to Slack."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_run", "run", "idle_since"),
        _some("ix_message_owed", "not_before", "wanted > sent"),
        _some("ix_message_board", "key", "kind = 'board'"),
        _some("ix_message_timer", "timer", "timer IS NOT NULL"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True, autoincrement=True))
    key: str = Field(unique=True)
    kind: str
    channel: str
    parent: str | None
    run: int | None = Field(default=None, sa_type=BigInteger)
    timer: int | None = Field(default=None, sa_type=BigInteger)
    body: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    wanted: int = 1
    sent: int = 0
    channel_id: str | None = None
    ts: str | None = None
    tries: int = 0
    not_before: datetime | None = Field(default=None, sa_type=Moment)
    leased_by: str | None = None
    leased_until: datetime | None = Field(default=None, sa_type=Moment)
    gave_up: bool = False
    error: str = Field(default="", sa_type=Text)
    #: When it was first seen that nobody asks for it any more.
    idle_since: datetime | None = Field(default=None, sa_type=Moment)


class PersonRow(SQLModel, table=True):
    """Somebody of the workspace, as Slack described them last: rights are looked at again when their run begins."""

    __tablename__ = "person"

    id: str = Field(primary_key=True)
    name: str
    email: str
    #: Handles of user groups.
    groups: list[str] = Field(default_factory=list, sa_type=JSON)
    #: Whose home is kept fresh.
    home_opened_at: datetime | None = Field(default=None, sa_type=Moment)
    #: Not of the workspace: `everyone` does not mean them.
    is_guest: bool = Field(default=False)


class FavouriteRow(SQLModel, table=True):
    """A job with somebody's star."""

    __tablename__ = "favourite"

    person: str = Field(primary_key=True)
    stack: str = Field(primary_key=True)
    job: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Moment)


class ApprovalRow(SQLModel, table=True):
    """One time that people were asked for their yes. No id is given twice: it is in buttons."""

    __tablename__ = "approval"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True, autoincrement=True))
    run: int = Field(sa_type=BigInteger, index=True)
    step: str
    state: str = Field(index=True)
    asked_at: datetime = Field(sa_type=Moment)
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    reason: str = Field(default="", sa_type=Text)
    #: What was shown to those who decide, and the hash of all of it.
    previews: list[dict[str, Any]] = Field(sa_type=JSON)
    hash: str
    timer: int = Field(sa_type=BigInteger, index=True)


class VoteRow(SQLModel, table=True):
    """What one person said to an approval; the key lets everybody speak once."""

    __tablename__ = "vote"

    approval: int = Field(primary_key=True, sa_type=BigInteger)
    person_id: str = Field(primary_key=True)
    person: str
    #: Who they were when they spoke, since rights go by it.
    email: str = ""
    groups: list[str] = Field(sa_type=JSON)
    is_yes: bool
    at: datetime = Field(sa_type=Moment)
    reason: str = Field(default="", sa_type=Text)
    answers: dict[str, Any] = Field(sa_type=JSON)


class WorkerRow(SQLModel, table=True):
    """A worker and its last sign of life."""

    __tablename__ = "worker"

    id: str = Field(primary_key=True)
    beat_at: datetime = Field(sa_type=Moment)


class WatcherRow(SQLModel, table=True):
    """How the checks of one resource stand. The row is also the lease: one bot checks it at a time."""

    __tablename__ = "watcher"

    #: `stack/resource`.
    id: str = Field(primary_key=True)
    #: The digest of the check, its fields and filters, at the last check that worked; empty: there was none.
    spec: str = ""
    next_at: datetime = Field(sa_type=Moment, index=True)
    checked_at: datetime | None = Field(default=None, sa_type=Moment)
    failures: int = 0
    error: str = Field(default="", sa_type=Text)
    hint: str = Field(default="", sa_type=Text)
    told_at: datetime | None = Field(default=None, sa_type=Moment)
    deployed: str = ""
    #: Since when its host wants to be left alone, one pause after the other; None: it answered last.
    held_since: datetime | None = Field(default=None, sa_type=Moment)
    #: The last listing was empty where there had been versions: believed only when the next one is, too.
    was_empty: bool = False
    #: The coming look was asked for: no answer from before will do.
    asked: bool = False
    #: Who looks at it, and who did last when the lease has ended.
    leased_by: str | None = None
    leased_until: datetime | None = Field(default=None, sa_type=Moment)


class VersionRow(SQLModel, table=True):
    """A version of a resource that was seen."""

    __tablename__ = "version"
    __table_args__ = (
        UniqueConstraint("watcher", "number"),
        _some("ix_version_gone_at", "gone_at", "gone_at IS NOT NULL"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True, autoincrement=True))
    watcher: str = Field(index=True)
    number: str
    #: What is different when the number stayed: a commit, a digest.
    state: str = ""
    fields: dict[str, Any] = Field(sa_type=JSON)
    #: Why it does not count; empty: it does.
    verdict: str = Field(default="", sa_type=Text)
    baseline: bool = False
    first_seen_at: datetime = Field(sa_type=Moment)
    changed_at: datetime = Field(sa_type=Moment)
    passed_at: datetime | None = Field(default=None, sa_type=Moment)
    gone_at: datetime | None = Field(default=None, sa_type=Moment)
    #: How often it appeared or changed: part of the key of what it starts.
    appearance: int = 1
