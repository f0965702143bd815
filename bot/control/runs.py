"""Starting, cancelling, undoing and looking at runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import IntegrityError

from bot.base.clock import Clock
from bot.base.errors import NotFound, NotNow
from bot.base.nudges import Nudges
from bot.catalog.catalog import Catalog
from bot.catalog.plan import make_plan
from bot.control.access import Access
from bot.control.again import ask_like, demand_undoable, retry_point, take_up, taken_up_by, undo_plan, undo_values
from bot.control.begin import NewRun, add_run, people_behind, skip
from bot.control.called import ask_for, demand_living_parent
from bot.control.cancel import cancel_family
from bot.control.engine import Engine
from bot.control.finish import go_on
from bot.control.forms.files import Files
from bot.control.forms.forms import Forms, read_inputs
from bot.control.holds.freezes import Freezes
from bot.control.holds.waits import is_in_line, next_tries, waits_for
from bot.control.jobs import demand_that_people_may_start
from bot.control.logs import RunLog
from bot.control.noted import note
from bot.control.start import ReadyJob, Request, StartJob
from bot.model.form import FormValue
from bot.model.freeze import HELD, InFreeze
from bot.model.person import Person
from bot.model.plan import RunJob
from bot.model.run import Decision, Event, Run, RunStatus, RunView, StepRecord, StepStatus
from bot.model.target import target_of
from bot.store.store import Store, Transaction

#: How long somebody who cancels may be kept waiting by the database.
_PATIENCE_S = 5.0


class Runs:
    """The only way to start a run and to speak to one, for Slack, terminal and timers alike."""

    def __init__(
        self,
        *,
        store: Store,
        catalog: Catalog,
        engine: Engine,
        access: Access,
        forms: Forms,
        files: Files,
        freezes: Freezes,
        clock: Clock,
        nudges: Nudges,
        logs: RunLog,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._freezes = freezes
        self._engine = engine
        self._access = access
        self._forms = forms
        self._files = files
        self._clock = clock
        self._nudges = nudges
        self._logs = logs

    def start(self, ask: StartJob, *, also: Callable[[Transaction, Run], None] | None = None) -> Run:
        """Start a job, once per key: the same key again returns the run that it started.

        *also* is done in the transaction that writes it.
        Raises NotFound, NotAllowed, WrongInputs, and Refused where only other jobs may; then nothing was started.
        """
        if known := self._started(ask.key, "run", by=ask.person, origin=ask.origin):
            return known
        ask, ready = self.admit(ask)
        return self._write(ask.key, lambda tx: self.start_in(tx, ask, ready, also=also), about=ask.again)

    def admit(self, ask: StartJob) -> tuple[StartJob, ReadyJob]:
        """What `prepare` makes, for somebody who may start it now: in a freeze only who overrides it may.

        Raises what `prepare` raises, and NotNow in a freeze.
        """
        ready = self.prepare(ask)
        return self._freezes.admit(ask, ready.job, ready.environment.name if ready.environment else None), ready

    def start_in(
        self,
        tx: Transaction,
        ask: StartJob,
        ready: ReadyJob,
        *,
        also: Callable[[Transaction, Run], None] | None = None,
    ) -> Run:
        """Start a job that was made ready, as part of *tx*; once per key, as `start` does."""
        if known := tx.runs.by_key(ask.key):
            return known
        demand_living_parent(tx, ask)
        run = self._add(tx, _asked_for(ask, ready, people_behind(tx, ask)))
        self._files.use(tx, run)
        if run.held == HELD and ready.job.in_freeze is InFreeze.SKIP and ask.person.is_automatic:
            skip(tx, self._engine, run, now=self._clock.now())
            run = _found(tx.runs.get(run.number), run.number)
        if also:
            also(tx, run)
            run = _found(tx.runs.get(run.number), run.number)
        return run

    def call(self, parent: Run, step: RunJob, scope: Mapping[str, Any]) -> Run:
        """Start the job of *step* in the name of who started *parent*, once.

        Raises ExpressionProblem, and whatever `start` raises.
        """
        with self._store.read() as tx:
            starter = tx.people.get(parent.started_by_id)
        starter = starter or parent.starter
        return self.start(ask_for(self._catalog, parent, step, scope, starter))

    def prepare(self, ask: StartJob) -> ReadyJob:
        """Everything that is checked and made before a run is written.

        Raises NotFound, NotAllowed, WrongInputs, and NotYet when the asker's patience for a list of choices is over.
        """
        stack, job = self._catalog.job(ask.stack, ask.job)
        environment = self._catalog.environment(stack, job, ask.environment, given=ask.given)
        target = target_of(stack.name, job.name, environment.name if environment else None)
        self._access.demand(ask.person, "run", target, origin=ask.origin)
        if ask.parent is None and not ask.person.is_automatic:
            demand_that_people_may_start(job)
        around = self._forms.around(stack, job, environment, ask.person, patience_s=ask.patience_s)
        inputs = read_inputs(job.form, self._files.checked(job.form, ask), around)
        seen = self._files.as_steps_see(inputs)
        plan, lock = make_plan(stack, job, environment, seen, self._catalog.vars)
        return ReadyJob(stack=stack, job=job, environment=environment, inputs=inputs, plan=plan, lock=lock)

    def retry(self, number: int, request: Request) -> Run:
        """Start a new run with the answers of run *number*.

        Raises NotNow while that run is not over, and whatever `start` raises.
        """
        old = self._must_be_over(number)
        if old.undo_of is not None:
            return self.undo(old.undo_of, request)
        ask = ask_like(old, request, cause=f"again, as {old.name}")
        return self.start(replace(ask, inputs=self.answers_again(old)))

    def retry_from(self, number: int, request: Request) -> Run:
        """Start a new run that takes over what run *number* has done, and begins at the step that failed.

        Raises NotNow while that run is not over, when there is nothing to take over or the steps have changed, and
        whatever `start` raises.
        """
        if known := self._started(request.key, "run", by=request.by, origin=request.origin):
            return known
        old = self._must_be_over(number)
        point = retry_point(old, self.steps(number))
        ask = ask_like(old, request, cause=f"from step {point.step} of {old.name}" if point else "")
        return self.start(ask, also=lambda tx, run: take_up(tx, number, run))

    def answers_again(self, old: Run) -> dict[str, FormValue]:
        """The answers of *old* that its job still asks for. Raises NotFound when the job is gone."""
        _, job = self._catalog.job(old.stack, old.job)
        return {field.name: old.inputs[field.name] for field in job.form if field.name in old.inputs}

    def undo(self, number: int, request: Request) -> Run:
        """Start a run that undoes what run *number* began, newest step first.

        Raises NotFound, NotAllowed, and NotNow when it is not over or has nothing that can be undone.
        """
        if known := self._started(request.key, "undo", by=request.by, origin=request.origin):
            return known
        old = self._must_be_over(number)
        self._access.demand(request.by, "undo", old.target, origin=request.origin)
        # Whatever is frozen: leaving on what was begun would be worse.
        new = _undo(old, request, lock=old.lock)

        def write(tx: Transaction) -> Run:
            if known := tx.runs.by_key(request.key):
                return known
            demand_undoable(tx, number)
            return self._add(tx, new)

        return self._write(request.key, write, about=number)

    def cancel(self, number: int, *, by: Person, origin: str) -> Run:
        """Abort a run: at once when it waits, else as soon as its step has ended what it started.

        Raises NotFound, NotAllowed, and NotNow when it is over.
        """
        run = self.get(number)
        if by.id != run.started_by_id:
            self._access.demand(by, "cancel", run.target, origin=origin)
        now = self._clock.now()

        def cancel(tx: Transaction) -> list[int]:
            return cancel_family(tx, self._engine, number, by=by, origin=origin, now=now)

        while not (cancelled := self._store.insist(cancel, for_s=_PATIENCE_S)):
            pass
        for one in cancelled:
            self._nudges.send(one)
        return self.get(number)

    def resolve(self, number: int, decision: Decision, *, by: Person, origin: str) -> Run:
        """Say how an interrupted run goes on.

        Raises NotFound, NotAllowed, and NotNow when it is not interrupted (any more): the first decision counts.
        """
        verb = "undo" if decision is Decision.UNDO else "run"
        self._access.demand(by, verb, self.get(number).target, origin=origin)
        with self._store.begin() as tx:
            run = _found(tx.runs.lock_row(number), number)
            if run.status is not RunStatus.INTERRUPTED:
                raise NotNow(f"{run.name} does not wait for this decision: its status is {run.status}.")
            now = self._clock.now()
            note(tx, run, by, origin, f"resolve: {decision}", now)
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
            waiting = waits_for(tx, run, self._catalog.stacks) if run.status is RunStatus.WAITING else ""
            steps = tuple(tx.steps.of(number))
            point = retry_point(run, steps)
            return RunView(
                run=run,
                is_in_line=is_in_line(tx, run),
                steps=steps,
                waits_for=waiting,
                next_tries=next_tries(tx, run, steps),
                called=tuple(tx.runs.called_by(number)),
                retry_from=point if point and not taken_up_by(run, tx.runs.follow_ups(number)) else None,
                named=tx.people.names(run.people_answered),
            )

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

    def _started(self, key: str, verb: str, *, by: Person, origin: str) -> Run | None:
        """The run that *key* has started. Raises NotAllowed to others than its starter, unless they may *verb*, too."""
        with self._store.read() as tx:
            known = tx.runs.by_key(key)
        if known and known.started_by_id != by.id:
            self._access.demand(by, verb, known.target, origin=origin)
        return known

    def _write(self, key: str, write: Callable[[Transaction], Run], *, about: int | None = None) -> Run:
        """Do *write*, which looks for *key* first, with the run held that the new one is *about*.

        Held before all else, as the end of an undo does: of two who ask for one, who is second finds its key.
        """
        try:
            with self._store.begin() as tx:
                if about is not None:
                    tx.runs.lock_row(about)
                return write(tx)
        except IntegrityError:
            # Two front ends wrote the same key at the same moment, and the other one was first.
            with self._store.read() as tx:
                known = tx.runs.by_key(key)
            if known is None:
                raise
            return known

    def _add(self, tx: Transaction, new: NewRun) -> Run:
        return add_run(tx, self._engine, self._nudges, new, self._catalog.freezes, now=self._clock.now())

    def _insert_undo(self, tx: Transaction, run: Run, by: Person, origin: str) -> None:
        """Start the undo of an interrupted run; it gets the lock from the run itself, before anybody who waits."""
        request = Request(by=by, origin=origin, key=f"undo:{run.number}")
        undo = self._add(tx, _undo(run, request, lock=None))
        tx.runs.change(undo.number, lock=run.lock)
        tx.locks.pass_on(from_run=run.number, to_run=undo.number)

    def _must_be_over(self, number: int) -> Run:
        run = self.get(number)
        if not run.status.is_over:
            raise NotNow(f"{run.name} is not over yet: it is {run.status}.", hint="Cancel it first, or wait.")
        return run


def _found(run: Run | None, number: int) -> Run:
    if run is None:
        raise NotFound(f"There is no run #{number}.", hint='"runs" lists the newest.')
    return run


def _asked_for(ask: StartJob, ready: ReadyJob, behind: Mapping[str, str]) -> NewRun:
    """The run of a job that was made ready."""
    values = {
        "stack": ready.stack.name,
        "job": ready.job.name,
        "title": ready.job.title,
        "environment": ready.environment.name if ready.environment else None,
        "inputs": ready.inputs,
        "cause": ask.cause,
        "parent": ask.parent,
        "parent_step": ask.parent_step,
        "behind": behind,
        "override": ask.override,
        "ignores_freeze": ready.job.in_freeze is InFreeze.IGNORE,
    }
    return NewRun(
        key=ask.key,
        plan=ready.plan,
        lock=ready.lock,
        person=ask.person,
        origin=ask.origin,
        channel=ask.channel,
        values=values,
    )


def _undo(old: Run, request: Request, *, lock: str | None) -> NewRun:
    """The run that undoes *old*."""
    return NewRun(
        key=request.key,
        plan=undo_plan(old),
        lock=lock,
        person=request.by,
        origin=request.origin,
        channel=request.channel or old.channel,
        values={**undo_values(old), "ignores_freeze": True},
    )


def _resolved(decision: Decision, step: StepRecord, by: Person) -> dict[str, object]:
    if decision is Decision.RETRY:
        return {"status": StepStatus.PENDING, "attempt": step.attempt + 1, "reason": "", "hint": ""}
    if decision is Decision.SKIP:
        return {"status": StepStatus.SKIPPED, "reason": f"Skipped by {by.name} after a crash.", "hint": ""}
    return {"status": StepStatus.ABORTED, "reason": f"Interrupted by a crash; {by.name} chose {decision}.", "hint": ""}
