"""Approvals: who is asked, what they say, and what follows from it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NoReturn

from bot.base.clock import Clock
from bot.base.errors import NotFound, NotNow, WrongInputs
from bot.base.nudges import Nudges
from bot.base.text import format_moment, join_words
from bot.control.engine import Engine
from bot.control.finish import release_locks, resume
from bot.control.forms.forms import read_inputs
from bot.control.holds.approvers import Approvers
from bot.control.holds.asking import ask, end, hash_of, record, show_again
from bot.control.preview import RunPreviewer
from bot.model.approval import Approval, ApprovalState, ApprovalView, StepPreview, Vote
from bot.model.form import FormValue
from bot.model.person import TIMER, Person
from bot.model.plan import Approve
from bot.model.run import Run, RunStatus
from bot.model.timer import Timer, TimerState
from bot.store.store import Store, Transaction

CHANGED = "What would happen has changed since it was asked."


class Approvals:
    """The only way to say yes or no, for Slack and terminal alike. The first decision counts."""

    def __init__(
        self,
        *,
        store: Store,
        engine: Engine,
        approvers: Approvers,
        previewer: RunPreviewer,
        clock: Clock,
        nudges: Nudges,
    ) -> None:
        self._store = store
        self._engine = engine
        self._approvers = approvers
        self._previewer = previewer
        self._clock = clock
        self._nudges = nudges

    def get(self, id: int) -> ApprovalView:
        """One approval as it stands. Raises NotFound."""
        with self._store.read() as tx:
            approval = tx.approvals.get(id)
            if approval is None:
                raise NotFound(f"There is no approval {id}.")
            return self._view(tx, approval)

    def waiting(self, run: int | None = None) -> list[ApprovalView]:
        """Everything that waits for people, or what of *run* does, oldest first."""
        with self._store.read() as tx:
            return [self._view(tx, one) for one in tx.approvals.open() if run in (None, one.run)]

    def waiting_for(self, person: Person) -> list[ApprovalView]:
        """What waits for *person*: they may decide, and have not spoken yet."""
        return [
            view
            for view in self.waiting()
            if self._approvers.may(person, view.step, view.run) and view.approval.vote_of(person) is None
        ]

    def may_speak(self, id: int, *, by: Person, origin: str) -> ApprovalView:
        """The approval, for *by* to decide.

        Raises NotFound; NotNow with who decided when somebody has; NotAllowed with who may.
        """
        view = self.get(id)
        if not view.approval.is_open:
            _too_late(view.approval)
        self._approvers.demand(by, view.step, view.run, origin=origin)
        if view.approval.vote_of(by):
            raise NotNow("You have said yes already.", hint=_how_many_left(view.approval, view.step))
        return view

    def read_answers(
        self, view: ApprovalView, *, is_yes: bool, reason: str, answers: Mapping[str, Any]
    ) -> tuple[str, dict[str, FormValue]]:
        """Reason and answers, checked; a no needs no answers. Raises WrongInputs; its names are those of fields."""
        reason = " ".join(reason.split())
        errors = {}
        if view.step.needs_reason and not reason:
            errors["reason"] = "Say why: others read it."
        try:
            read = read_inputs(view.step.form, answers) if is_yes else {}
        except WrongInputs as wrong:
            raise WrongInputs({**errors, **wrong.errors}) from wrong
        if errors:
            raise WrongInputs(errors)
        return reason, read

    def approve(
        self,
        id: int,
        *,
        by: Person,
        origin: str,
        reason: str = "",
        answers: Mapping[str, Any] | None = None,
    ) -> ApprovalView:
        """Say yes. Takes seconds: what would happen is looked up anew, and has to be what was shown.

        The yes of those before who may no more does not count any longer.
        Raises what `may_speak` and `read_answers` raise, and NotNow when what would happen has changed.
        """
        view = self.may_speak(id, by=by, origin=origin)
        reason, read = self.read_answers(view, is_yes=True, reason=reason, answers=answers or {})
        previews = self._previewer.behind(view.run, view.step.id)
        if hash_of(previews) != view.approval.hash:
            self._ask_again(view.approval, previews)
            raise NotNow(f"{CHANGED} Your yes does not count.", hint="It is asked again, with what would happen now.")
        with self._store.begin() as tx:
            approval, run = self._hold(tx, id, by)
            now = self._clock.now()
            standing = self._drop_who_may_no_more(tx, approval, view.step, run, now)
            vote = Vote(person=by, is_yes=True, at=now, reason=reason, answers=read)
            self._take(tx, approval, run, vote, "approved", origin)
            if len(standing) + 1 >= view.step.count:
                self._end(tx, approval, run, ApprovalState.APPROVED, now)
            else:
                show_again(tx, run, approval)
        return self.get(id)

    def deny(self, id: int, *, by: Person, origin: str, reason: str = "") -> ApprovalView:
        """Say no; one is enough. Raises what `may_speak` and `read_answers` raise."""
        view = self.may_speak(id, by=by, origin=origin)
        reason, _ = self.read_answers(view, is_yes=False, reason=reason, answers={})
        with self._store.begin() as tx:
            approval, run = self._hold(tx, id, by)
            now = self._clock.now()
            vote = Vote(person=by, is_yes=False, at=now, reason=reason, answers={})
            self._take(tx, approval, run, vote, "denied", origin)
            self._end(tx, approval, run, ApprovalState.DENIED, now)
        return self.get(id)

    def extend(self, id: int, *, by: Person, origin: str) -> ApprovalView:
        """Wait as long again as was granted at first. Who started the run may, too.

        Raises NotFound, NotNow, NotAllowed.
        """
        view = self.get(id)
        if by.id != view.run.started_by_id:
            self._approvers.demand(by, view.step, view.run, origin=origin)
        with self._store.begin() as tx:
            approval, run = self._hold(tx, id)
            timer = tx.timers.get(approval.timer)
            if timer is not None:
                self._move(tx, timer, timedelta(seconds=view.step.within_s), by)
            now = self._clock.now()
            record(tx, run, view.step, "extended", by=by, origin=origin, now=now)
            show_again(tx, run, approval)
            tx.afterwards(lambda: self._nudges.send(run.number))
        return self.get(id)

    def _move(self, tx: Transaction, timer: Timer, more: timedelta, by: Person) -> None:
        left = timer.at - timer.warn_at if timer.warn_at else more / 4
        tx.timers.change(timer.id, at=timer.at + more, warn_at=timer.at + more - left, changed_by=by.name)

    def _view(self, tx: Transaction, approval: Approval) -> ApprovalView:
        run, timer = tx.runs.get(approval.run), tx.timers.get(approval.timer)
        if run is None or timer is None:
            raise NotFound(f"The run of approval {approval.id} is gone.")
        step = run.plan.approval(approval.step)
        return ApprovalView(
            approval=approval,
            run=run,
            step=step,
            timer=timer,
            who=self._approvers.who(step, run),
            asked_again=tx.approvals.why_asked_again(approval),
            named=tx.people.names(run.people_answered),
        )

    def _hold(self, tx: Transaction, id: int, by: Person | None = None) -> tuple[Approval, Run]:
        """The approval and its run, their rows held: of two people who press at once, one is first.

        Raises NotNow when somebody else was.
        """
        found = tx.approvals.get(id)
        run = tx.runs.lock_row(found.run) if found else None
        if found is None or run is None:
            raise NotFound(f"There is no approval {id}.")
        timer = tx.timers.lock_row(found.timer)
        approval = tx.approvals.lock_row(id)
        if approval is None or not approval.is_open:
            _too_late(approval or found)
        if timer is None or timer.state is not TimerState.WAITING or timer.at <= self._clock.now():
            raise NotNow("Too late: the time for it is over.")
        if by is not None and approval.vote_of(by):
            raise NotNow("You have said yes already.")
        return approval, run

    def _take(self, tx: Transaction, approval: Approval, run: Run, vote: Vote, what: str, origin: str) -> None:
        tx.approvals.add_vote(approval.id, vote)
        step = run.plan.approval(approval.step)
        record(tx, run, step, what, by=vote.person, origin=origin, now=vote.at, detail=vote.reason)
        tx.afterwards(lambda: self._nudges.send(run.number))

    def _end(self, tx: Transaction, approval: Approval, run: Run, state: ApprovalState, now: datetime) -> None:
        end(tx, run, approval, state, now=now)
        # A run that is at work beside it, or about to leave its worker, sees for itself what was decided.
        if run.status is RunStatus.WAITING:
            resume(tx, self._engine, run, now=now)

    def _ask_again(self, seen: Approval, previews: Sequence[StepPreview]) -> None:
        with self._store.begin() as tx:
            approval, run = self._hold(tx, seen.id)
            if approval.hash == seen.hash:
                ask_again(tx, self._engine, run, approval, previews, why=CHANGED, now=self._clock.now())
            tx.afterwards(lambda: self._nudges.send(run.number))

    def _drop_who_may_no_more(
        self, tx: Transaction, approval: Approval, step: Approve, run: Run, now: datetime
    ) -> Sequence[Vote]:
        """The votes for it that still count."""
        standing = self._approvers.standing(tx, approval, step, run)
        for person in (vote.person for vote in approval.yes if vote not in standing):
            tx.approvals.drop_vote(approval.id, person.id)
            detail = f"{person.name} may not approve any more"
            record(tx, run, step, "void", by=person, origin="auto", now=now, detail=detail)
        return standing


def ask_again(
    tx: Transaction,
    engine: Engine,
    run: Run,
    approval: Approval,
    previews: Sequence[StepPreview],
    *,
    why: str,
    now: datetime,
) -> Approval:
    """What was said is void, and *why*; ask anew. A run that has not begun gives its lock back meanwhile."""
    step = run.plan.approval(approval.step)
    end(tx, run, approval, ApprovalState.VOID, now=now, reason=why)
    record(tx, run, step, "void", by=TIMER, origin="auto", now=now, detail=why)
    if step == run.plan.gate:
        release_locks(tx, engine, run, now=now)
    return ask(tx, run, step, previews, now=now)


def time_out(tx: Transaction, run: Run, approval: Approval, *, now: datetime) -> None:
    """Nobody decided in time: its step says what becomes of the run. The rows of both are held."""
    if not approval.is_open:
        return
    step = run.plan.approval(approval.step)
    end(tx, run, approval, ApprovalState.TIMED_OUT, now=now)
    record(tx, run, step, "timed out", by=TIMER, origin="timer", now=now, detail=f"then: {step.on_timeout}")


def decided(approval: Approval) -> str:
    """Who decided, how and why: "Bea and Grace said yes: it is tested."; empty while nobody has."""
    match approval.state:
        case ApprovalState.APPROVED | ApprovalState.DENIED:
            is_yes = approval.state is ApprovalState.APPROVED
            deciding = [vote for vote in approval.votes if vote.is_yes == is_yes]
            who = join_words([vote.person.name for vote in deciding])
            why = "; ".join(vote.reason for vote in deciding if vote.reason)
            return f"{who} said {'yes' if is_yes else 'no'}{f': {why}' if why else ''}".rstrip(".") + "."
        case ApprovalState.TIMED_OUT:
            return "Nobody decided in time."
        case ApprovalState.VOID:
            return f"It is void: {approval.reason} It was asked again."
        case ApprovalState.WITHDRAWN:
            return "The run ended."
    return ""


def _too_late(approval: Approval) -> NoReturn:
    ended = approval.decided_at
    when = f" That was at {format_moment(ended, beside=approval.asked_at)}." if ended else ""
    raise NotNow("It is decided already.", hint=f"{decided(approval)}{when}")


def _how_many_left(approval: Approval, step: Approve) -> str:
    left = step.count - len(approval.yes)
    return f"{left} more {'person has' if left == 1 else 'people have'} to."
