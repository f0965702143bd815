"""What starts jobs by itself: a start is owed together with what caused it, and made right after, once."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.base.clock import Clock
from bot.base.errors import Refused
from bot.base.text import format_duration
from bot.catalog.catalog import Catalog
from bot.catalog.expressions import ExpressionProblem, evaluate
from bot.control.noted import note_missed
from bot.control.runs import Runs
from bot.control.start import StartJob
from bot.control.watchers.clockwork import DayOff
from bot.model.message import MessageKind
from bot.model.person import TRIGGER
from bot.model.run import Run
from bot.model.stack import LONGEST_ENVIRONMENT, Job, Stack
from bot.model.watch import OwedStart, Trigger, TriggerKind
from bot.store.store import Store, Transaction

log = structlog.get_logger()

_RUNS = "runs"
#: Runs that end at the same moment are written one after the other.
_OVERLAP = timedelta(seconds=30)


class Triggers:
    """Owes the runs that declared triggers ask for, and starts them."""

    def __init__(self, *, store: Store, catalog: Catalog, runs: Runs, clock: Clock) -> None:
        self._store = store
        self._catalog = catalog
        self._runs = runs
        self._clock = clock

    def listening(self, stack: Stack, kind: TriggerKind, of: str = "") -> Iterator[tuple[Job, Trigger]]:
        """The triggers of *stack* that listen to this."""
        for job in stack.jobs.values():
            yield from ((job, one) for one in job.triggers if one.kind is kind and one.of == of)

    def owe(
        self,
        tx: Transaction,
        stack: Stack,
        job: Job,
        trigger: Trigger,
        *,
        given: Mapping[str, Any],
        event: str,
        cause: str,
        behind: Mapping[str, str] | None = None,
    ) -> list[str | None]:
        """Owe the run that *trigger* asks for; *event* names what happened, once and for all.

        *behind*: names by id of those whose doing it is; a version or an alert is nobody's.
        Returns the environments in which it is owed; empty when it is wanted nowhere.
        """
        scope = {**given, "vars": self._catalog.vars}
        try:
            environments, inputs = self._places(stack, job, trigger, scope), evaluate(trigger.form, scope)
        except ExpressionProblem as problem:
            key = start_key(stack, job, trigger, event)
            _tell(tx, stack, key, f"*{job.title}* did not start by itself: {problem}")
            return []
        for environment in environments:
            tx.starts.owe(
                key=start_key(stack, job, trigger, event, environment),
                replace=trigger.debounce_s > 0 or trigger.max_one_waiting,
                stack=stack.name,
                job=job.name,
                trigger=trigger.position,
                environment=environment,
                inputs=inputs,
                given=dict(given),
                cause=cause,
                not_before=self._clock.now() + timedelta(seconds=trigger.debounce_s),
                max_one_waiting=trigger.max_one_waiting,
                behind=dict(behind or {}),
            )
        return environments

    def start_owed(self) -> None:
        """Start what is owed and due. Safe to call from several front ends at once, and again after a crash."""
        with self._store.read() as tx:
            owed = tx.starts.due(self._clock.now())
        for one in owed:
            try:
                self._start(one)
            except Exception as error:  # noqa: BLE001 - a start's boundary: it is tried again, and those after it still come
                log.error("an owed start broke, it will be tried again", key=one.key, error=repr(error))

    def follow_runs(self) -> None:
        """Owe what follows the runs that ended since the last look."""
        now = self._clock.now()
        with self._store.begin() as tx:
            until = tx.starts.until(_RUNS)
            tx.starts.remember(_RUNS, until=now)
            for run in tx.runs.ended(until - _OVERLAP, now) if until else ():
                self._follow(tx, run)

    def pass_over_runs(self) -> None:
        """Nothing follows runs now: what ends meanwhile starts nothing later, once something does again."""
        with self._store.read() as tx:
            if _RUNS not in tx.starts.untils():
                return
        with self._store.begin() as tx:
            tx.starts.remember(_RUNS, until=None)

    def by_clock(self, stack: Stack, job: Job, trigger: Trigger, moment: datetime | None, *, since: datetime) -> None:
        """Owe the run of a cron's *moment*; None: the moments that passed came too late to be made up for.

        Nothing follows when another front end has looked further than *since* meanwhile.
        """
        now = self._clock.now()
        late = f", {format_duration(now - moment)} late" if moment and now - moment > timedelta(minutes=1) else ""
        with self._store.begin() as tx:
            clock = clock_id(stack, job, trigger)
            if tx.starts.until(clock) != since:
                return
            tx.starts.remember(clock, until=moment or now)
            if moment:
                cause = f"by the clock ({trigger.of}, {trigger.zone}{late})"
                self.owe(tx, stack, job, trigger, given={}, event=f"cron:{moment.isoformat()}", cause=cause)
            else:
                note_missed(tx, "start", f"{stack.name}/{job.name}", trigger.of, now)

    def not_today(self, stack: Stack, job: Job, trigger: Trigger, day_off: DayOff, *, since: datetime) -> None:
        """Say, once a day, that a cron's moment leads to nothing on a holiday; *since* as in `by_clock`."""
        with self._store.begin() as tx:
            clock = clock_id(stack, job, trigger)
            if tx.starts.until(clock) != since:
                return
            tx.starts.remember(clock, until=day_off.moment)
            if stack.channel and self._is_wanted(stack, job, trigger):
                key = start_key(stack, job, trigger, f"holiday:{day_off.day}")
                text = f"*{job.title}* does not start today, a holiday: {day_off.name}."
                tx.messages.owe_once(key=key, kind=MessageKind.FIXED, channel=stack.channel, body={"text": text})

    def clock_untils(self) -> Mapping[str, datetime]:
        """The last moment of each cron trigger that was looked at, by `clock_id`."""
        with self._store.read() as tx:
            return tx.starts.untils()

    def _places(self, stack: Stack, job: Job, trigger: Trigger, scope: Mapping[str, Any]) -> list[str | None]:
        """Where the run is wanted; nowhere where a `when` is not true. Raises ExpressionProblem."""
        if trigger.when is not None and not evaluate(trigger.when, scope):
            return []
        here = {one.name for one in self._catalog.environments(stack, job, given=scope)}
        named = self._named(stack, job, trigger, scope)
        if too_long := [len(name) for name in named if name and len(name) > LONGEST_ENVIRONMENT]:
            raise ExpressionProblem(
                f"The name of its environment has {too_long[0]} characters; {LONGEST_ENVIRONMENT} are the most."
            )
        return [name for name in named if name in here or name not in job.environments]

    def _is_wanted(self, stack: Stack, job: Job, trigger: Trigger) -> bool:
        try:
            return bool(self._places(stack, job, trigger, {"vars": self._catalog.vars}))
        except ExpressionProblem:
            return False

    def _named(self, stack: Stack, job: Job, trigger: Trigger, scope: Mapping[str, Any]) -> list[str | None]:
        if trigger.environment is not None:
            return [str(evaluate(trigger.environment, scope))]
        declared = [stack.environments[name] for name in job.environments]
        made = [one for one in declared if one.each == trigger.of and one.each in scope]
        if made:
            return [str(evaluate(one.name, scope)) for one in made]
        return [declared[0].name] if declared else [None]

    def _start(self, owed: OwedStart) -> None:
        memory = f"{owed.stack}/{owed.job}/{owed.trigger}/{owed.environment or ''}"
        digest = _digest(owed)
        with self._store.read() as tx:
            is_same = tx.starts.last(memory) == digest
            waits = owed.max_one_waiting and tx.runs.any_waits(owed.stack, owed.job, owed.environment)
        if waits:
            return  # until that run begins; what is newer replaces this
        stack = self._catalog.stacks.get(owed.stack)
        job = stack.jobs.get(owed.job) if stack else None
        skip = any(one.position == owed.trigger and one.skip_if_same for one in job.triggers) if job else False
        state, problem = ("same", "") if skip and is_same else self._try(owed)
        with self._store.begin() as tx:
            tx.starts.done(owed.id, state, problem=problem)
            if state == "started":
                tx.starts.remember(memory, last=digest)
            if problem and stack:
                title = job.title if job else owed.job
                _tell(tx, stack, owed.key, f"*{title}* did not start by itself, {owed.cause}: {problem}")

    def _try(self, owed: OwedStart) -> tuple[str, str]:
        ask = StartJob(
            person=TRIGGER,
            stack=owed.stack,
            job=owed.job,
            environment=owed.environment,
            inputs=owed.inputs,
            key=owed.key,
            origin="trigger",
            cause=owed.cause,
            given=owed.given,
            behind=owed.behind,
        )
        try:
            self._runs.start(ask)
        except Refused as refused:
            return "refused", str(refused)
        return "started", ""

    def _follow(self, tx: Transaction, run: Run) -> None:
        stack = self._catalog.stacks.get(run.stack)
        if stack is None or run.undo_of is not None:
            return
        told = {
            "number": run.number,
            "name": run.name,
            "status": str(run.status),
            "environment": run.environment,
            "inputs": dict(run.inputs),
        }
        for job, trigger in self.listening(stack, TriggerKind.RUN, run.job):
            if trigger.status in ("any", run.status):
                cause = f"because {run.title} (#{run.number}) {run.status}"
                event, given = f"run:{run.number}", {"run": told}
                self.owe(tx, stack, job, trigger, given=given, event=event, cause=cause, behind=run.people)


def start_key(stack: Stack, job: Job, trigger: Trigger, event: str, environment: str | None = None) -> str:
    """The key of the run that *trigger* owes because of *event*."""
    key = f"trigger:{stack.name}/{job.name}:{trigger.position}:{event}"
    return key if environment is None else f"{key}:{environment}"


def clock_id(stack: Stack, job: Job, trigger: Trigger) -> str:
    """Under which a cron trigger remembers its last moment."""
    return f"{stack.name}/{job.name}/{trigger.position}:{trigger.of}@{trigger.zone}"


def _digest(owed: OwedStart) -> str:
    what = [owed.environment, owed.inputs, owed.given]
    return hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode()).hexdigest()


def _tell(tx: Transaction, stack: Stack, key: str, text: str) -> None:
    if stack.channel:
        tx.messages.owe(key=f"{key}:refused", kind=MessageKind.FIXED, channel=stack.channel, body={"text": text})
