"""Starting, cancelling, undoing and looking at runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from bot.base.clock import Clock
from bot.base.errors import NotFound, NotNow
from bot.base.nudges import Nudges
from bot.base.text import plural
from bot.catalog.catalog import Catalog
from bot.catalog.plan import make_plan
from bot.control.access import Access
from bot.control.engine import Engine
from bot.control.finish import abort_what_stands_still, finish, go_on
from bot.control.forms import read_inputs
from bot.control.logs import RunLog
from bot.control.start import StartJob
from bot.model.form import FormValue
from bot.model.message import MessageKind
from bot.model.person import Person
from bot.model.plan import Plan, Undo
from bot.model.run import Decision, Event, Run, RunStatus, RunView, StepRecord, StepStatus
from bot.model.stack import Environment, Job, Stack
from bot.store.store import Store, Transaction


@dataclass(frozen=True, kw_only=True)
class ReadyJob:
    """A job that may be started as it was asked for."""

    stack: Stack
    job: Job
    environment: Environment | None
    inputs: dict[str, FormValue]
    plan: Plan
    lock: str | None


class Runs:
    """The only way to start a run and to speak to one, for Slack, terminal and timers alike."""

    def __init__(
        self,
        *,
        store: Store,
        catalog: Catalog,
        engine: Engine,
        access: Access,
        clock: Clock,
        nudges: Nudges,
        logs: RunLog,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._engine = engine
        self._access = access
        self._clock = clock
        self._nudges = nudges
        self._logs = logs

    def start(self, ask: StartJob) -> Run:
        """Start a job, once per key: the same key again returns the run that it started.

        Raises NotFound, NotAllowed, WrongInputs; then nothing was started.
        """
        with self._store.read() as tx:
            known = tx.runs.by_key(ask.key)
        if known:
            return known
        ready = self.prepare(ask)
        values = {
            "stack": ready.stack.name,
            "job": ready.job.name,
            "title": ready.job.title,
            "environment": ready.environment.name if ready.environment else None,
            "inputs": ready.inputs,
            "cause": ask.cause,
        }
        return self._write(ask.key, ready.plan, ready.lock, ask.person, ask.origin, ask.channel, **values)

    def prepare(self, ask: StartJob) -> ReadyJob:
        """Everything that is checked and made before a run is written.

        Raises NotFound, NotAllowed, WrongInputs.
        """
        stack, job = self._catalog.job(ask.stack, ask.job)
        environment = self._catalog.environment(stack, job, ask.environment)
        target = "/".join(part for part in (stack.name, job.name, environment.name if environment else None) if part)
        self._access.demand(ask.person, "run", target, origin=ask.origin)
        inputs = read_inputs(job.form, ask.inputs)
        plan, lock = make_plan(stack, job, environment, inputs, self._catalog.vars)
        return ReadyJob(stack=stack, job=job, environment=environment, inputs=inputs, plan=plan, lock=lock)

    def retry(self, number: int, *, by: Person, origin: str, key: str, channel: str | None = None) -> Run:
        """Start a new run with the answers of run *number*.

        Raises NotNow while that run is not over, and whatever `start` raises.
        """
        old = self._must_be_over(number)
        if old.undo_of is not None:
            return self.undo(old.undo_of, by=by, origin=origin, key=key, channel=channel)
        ask = StartJob(
            person=by,
            stack=old.stack,
            job=old.job,
            environment=old.environment,
            inputs=old.inputs,
            key=key,
            origin=origin,
            cause=f"again, as {old.name}",
            channel=channel or old.channel,
        )
        return self.start(ask)

    def undo(self, number: int, *, by: Person, origin: str, key: str, channel: str | None = None) -> Run:
        """Start a run that undoes what run *number* began, newest step first.

        Raises NotFound, NotAllowed, and NotNow when it is not over or has nothing that can be undone.
        """
        with self._store.read() as tx:
            known = tx.runs.by_key(key)
        if known:
            return known
        old = self._must_be_over(number)
        self._access.demand(by, "undo", old.target, origin=origin)
        steps = self.steps(number)
        if not any(step.can_be_undone for step in steps):
            is_undone = any(step.undone for step in steps)
            raise NotNow(f"{old.name} {'is undone already' if is_undone else 'has nothing that can be undone'}.")
        return self._write(key, _undo_plan(old), old.lock, by, origin, channel or old.channel, **_undo_values(old))

    def cancel(self, number: int, *, by: Person, origin: str) -> Run:
        """Abort a run: at once when it waits, else as soon as its step has ended what it started.

        Raises NotFound, NotAllowed, and NotNow when it is over.
        """
        run = self.get(number)
        if by.id != run.started_by_id:
            self._access.demand(by, "cancel", run.target, origin=origin)
        with self._store.begin() as tx:
            tx.locks.leave_queues(number)
            run = _found(tx.runs.lock_row(number), number)
            if run.status.is_over:
                raise NotNow(f"{run.name} is over already: it {run.status}.")
            now = self._clock.now()
            self._record(tx, run, by, origin, "cancel", now)
            tx.runs.change(number, cancelled_by=run.cancelled_by or by.name)
            if run.begun_at is None:
                finish(tx, self._engine, run, RunStatus.ABORTED, now=now, reason=f"Cancelled by {by.name}.", hint="")
            elif run.status in {RunStatus.WAITING, RunStatus.INTERRUPTED}:
                abort_what_stands_still(tx, number)
                go_on(tx, self._engine, number)
            tx.afterwards(lambda: self._nudges.send(number))
        return self.get(number)

    def resolve(self, number: int, decision: Decision, *, by: Person, origin: str) -> Run:
        """Say how an interrupted run goes on.

        Raises NotFound, NotAllowed, and NotNow when it is not interrupted (any more): the first decision counts.
        """
        self._access.demand(by, "run", self.get(number).target, origin=origin)
        with self._store.begin() as tx:
            run = _found(tx.runs.lock_row(number), number)
            if run.status is not RunStatus.INTERRUPTED:
                raise NotNow(f"{run.name} is not interrupted (any more): it is {run.status}.")
            now = self._clock.now()
            self._record(tx, run, by, origin, f"resolve: {decision}", now)
            for step in tx.steps.of(number):
                if step.status is StepStatus.INTERRUPTED:
                    tx.steps.change(number, step.id, **_resolved(decision, step, by))
            if decision in {Decision.ABORT, Decision.UNDO}:
                tx.runs.change(number, cancelled_by=by.name)
            if decision is Decision.UNDO:
                self._insert_undo(tx, run, by, origin)
            go_on(tx, self._engine, number)
            tx.afterwards(lambda: self._nudges.send(number))
        return self.get(number)

    def get(self, number: int) -> Run:
        """The run of this number. Raises NotFound."""
        with self._store.read() as tx:
            return _found(tx.runs.get(number), number)

    def view(self, number: int) -> RunView:
        """The run with its steps and what it waits for. Raises NotFound."""
        with self._store.read() as tx:
            run = _found(tx.runs.get(number), number)
            waits_for = self._waits_for(tx, run) if run.status is RunStatus.WAITING else ""
            return RunView(run=run, steps=tuple(tx.steps.of(number)), waits_for=waits_for)

    def steps(self, number: int) -> list[StepRecord]:
        """The steps of a run, in order."""
        with self._store.read() as tx:
            return tx.steps.of(number)

    def events(self, number: int) -> list[Event]:
        """The history of a run, oldest first."""
        with self._store.read() as tx:
            return tx.events.of(number)

    def recent(self, *, limit: int = 20, statuses: Sequence[RunStatus] = (), stack: str | None = None) -> list[Run]:
        """The newest runs first."""
        with self._store.read() as tx:
            return tx.runs.recent(limit=limit, statuses=statuses, stack=stack)

    def log(self, number: int) -> RunLog.Reader:
        """The log of a run, whole. Raises NotFound."""
        return self._logs.reader(self.view(number))

    def _write(
        self, key: str, plan: Plan, lock: str | None, person: Person, origin: str, channel: str | None, **values: object
    ) -> Run:
        try:
            with self._store.begin() as tx:
                known = tx.runs.by_key(key)
                return known or self._add(tx, key, plan, lock, person, origin, channel, **values)
        except IntegrityError:
            # Two front ends wrote the same key at the same moment, and the other one was first.
            with self._store.read() as tx:
                known = tx.runs.by_key(key)
            if known is None:
                raise
            return known

    def _add(
        self,
        tx: Transaction,
        key: str,
        plan: Plan,
        lock: str | None,
        person: Person,
        origin: str,
        channel: str | None,
        **values: object,
    ) -> Run:
        now = self._clock.now()
        where = channel or plan.channel
        run = tx.runs.add(
            key=key,
            plan=plan.model_dump(mode="json"),
            lock=lock,
            status=RunStatus.QUEUED,
            started_by_id=person.id,
            started_by=person.name,
            origin=origin,
            channel=where,
            created_at=now,
            **values,
        )
        # Far apart, so that the steps of an undo find room below it.
        tx.steps.add_all(run.number, run.plan.all_steps(), apart=1000)
        tx.events.add(run.number, "run.asked", now, text=run.cause, by=person.name)
        self._record(tx, run, person, origin, "start", now)
        if where:
            tx.messages.owe(key=f"run:{run.number}", kind=MessageKind.RUN, channel=where, run=run.number)
        if lock is None or tx.locks.ask(lock, run=run.number, holder=person.name, why=run.title, now=now):
            self._engine.submit(tx, run.number, tx.runs.next_part(run.number))
        else:
            tx.runs.change(run.number, status=RunStatus.WAITING)
        tx.afterwards(lambda: self._nudges.send(run.number))
        return tx.runs.get(run.number) or run

    def _insert_undo(self, tx: Transaction, run: Run, by: Person, origin: str) -> None:
        """Start the undo of an interrupted run; it gets the lock from the run itself, before anybody who waits."""
        values = _undo_values(run)
        undo = self._add(tx, f"undo:{run.number}", _undo_plan(run), None, by, origin, run.channel, **values)
        tx.runs.change(undo.number, lock=run.lock)
        tx.locks.pass_on(from_run=run.number, to_run=undo.number)

    def _record(self, tx: Transaction, run: Run, by: Person, origin: str, verb: str, now: datetime) -> None:
        tx.audit.add(
            at=now,
            person_id=by.id,
            person=by.name,
            origin=origin,
            verb=verb,
            target=run.target,
            answer="allowed",
            detail=". ".join(part for part in (run.name, run.cause) if part),
        )
        if verb != "start":
            tx.events.add(run.number, f"run.{verb}", now, by=by.name)

    def _must_be_over(self, number: int) -> Run:
        run = self.get(number)
        if not run.status.is_over:
            raise NotNow(f"{run.name} is not over yet: it is {run.status}.", hint="Cancel it first, or wait.")
        return run

    def _waits_for(self, tx: Transaction, run: Run) -> str:
        lock = tx.locks.of(run.lock) if run.lock else None
        if lock is None or run.number not in lock.queue:
            return run.reason
        ahead = lock.queue.index(run.number)
        line = "This run is next." if ahead == 0 else f"{plural(ahead, 'run')} before this one."
        return f"{lock.holder}'s {lock.why} (#{lock.run}) holds {lock.name}. {line}"


def _found(run: Run | None, number: int) -> Run:
    if run is None:
        raise NotFound(f"There is no run #{number}.", hint='"runs" lists the newest.')
    return run


def _resolved(decision: Decision, step: StepRecord, by: Person) -> dict[str, object]:
    if decision is Decision.RETRY:
        return {"status": StepStatus.PENDING, "attempt": step.attempt + 1, "reason": "", "hint": ""}
    if decision is Decision.SKIP:
        return {"status": StepStatus.SKIPPED, "reason": f"Skipped by {by.name} after a crash.", "hint": ""}
    return {"status": StepStatus.ABORTED, "reason": f"Interrupted by a crash; {by.name} chose {decision}.", "hint": ""}


def _undo_plan(old: Run) -> Plan:
    step = Undo(id="1", title=f"Undo {old.name}", undo=f"#{old.number}")
    return Plan(folder=old.plan.folder, steps=(step,), scope=old.plan.scope, channel=old.plan.channel)


def _undo_values(old: Run) -> dict[str, object]:
    return {
        "stack": old.stack,
        "job": old.job,
        "title": f"Undo {old.title}",
        "environment": old.environment,
        "inputs": {},
        "cause": f"undoes {old.name}",
        "undo_of": old.number,
    }
