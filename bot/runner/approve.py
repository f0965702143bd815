"""Carries an approval through a run: asks, waits, and goes on only if what was approved is still what would happen."""

import threading
from collections.abc import Sequence
from typing import Any

from bot.base.text import join_words
from bot.control.engine import Engine
from bot.control.holds.approvals import CHANGED, ask_again, decided
from bot.control.holds.approvers import Approvers
from bot.control.holds.asking import ask, hash_of, nobody_decided
from bot.model.approval import Approval, ApprovalState, StepPreview
from bot.model.plan import Approve, OnTimeout, walk
from bot.model.run import Run, StepRecord, StepStatus
from bot.runner.preview import RunPreview
from bot.runner.recorder import Recorder
from bot.store.store import Transaction


class AskPeople:
    """Does the `approve` steps of one run. Each look at one is short: the run leaves its worker while people think."""

    def __init__(
        self,
        *,
        run: Run,
        recorder: Recorder,
        engine: Engine,
        approvers: Approvers,
        previewer: RunPreview,
        leaving: threading.Event,
    ) -> None:
        self._run = run
        self._recorder = recorder
        self._engine = engine
        self._approvers = approvers
        self._previewer = previewer
        self._leaving = leaving

    def __call__(self, step: Approve, record: StepRecord) -> StepStatus:
        """Ask at first; later see what was decided. WAITING: the run has to come back.

        Raises HandedOver when this worker leaves while it looks at what would happen.
        """
        if record.status is not StepStatus.WAITING:
            previews = self._look(step)
            self._recorder.write(lambda tx: self._ask(tx, step, previews))
            return StepStatus.WAITING
        approval = self._recorder.look(lambda tx: tx.approvals.newest(self._run.number, step.id))
        if approval is None or approval.is_open:
            return StepStatus.WAITING
        if approval.state is ApprovalState.TIMED_OUT:
            return self._timed_out(step, approval)
        if approval.state is ApprovalState.APPROVED:
            return self._go_on(step, approval)
        return self._ends(step, StepStatus.FAILED, reason=decided(approval))

    def _look(self, step: Approve) -> list[StepPreview]:
        return self._previewer.behind(self._run, step.id, leaving=self._leaving)

    def _ask(self, tx: Transaction, step: Approve, previews: Sequence[StepPreview]) -> None:
        ask(tx, self._run, step, previews, now=self._recorder.now())

    def _go_on(self, step: Approve, approval: Approval) -> StepStatus:
        """People said yes, or silence counts as one: is that still so, and is it still the same that would happen?"""
        standing = self._recorder.look(lambda tx: self._approvers.standing(tx, approval, step, self._run))
        by_people = approval.state is ApprovalState.APPROVED
        if by_people and len(standing) < step.count:
            lost = [vote.person.name for vote in approval.yes if vote not in standing]
            why = f"{join_words(lost)} may not approve it any more."
        else:
            why = ""
        previews = self._look(step)
        if hash_of(previews) != approval.hash:
            why = CHANGED
        if why:
            self._recorder.write(lambda tx: self._ask_again(tx, approval, previews, why))
            return StepStatus.WAITING
        outputs = _outputs(step, approval)
        return self._ends(step, StepStatus.SUCCEEDED, reason=decided(approval), outputs=outputs)

    def _ask_again(self, tx: Transaction, approval: Approval, previews: Sequence[StepPreview], why: str) -> None:
        now = self._recorder.now()
        ask_again(tx, self._engine, self._run, approval, previews, why=why, now=now)

    def _timed_out(self, step: Approve, approval: Approval) -> StepStatus:
        if step.on_timeout is OnTimeout.GO_ON:
            return self._go_on(step, approval)
        timer = self._recorder.look(lambda tx: tx.timers.get(approval.timer))
        reason = nobody_decided(approval, timer.at if timer else self._recorder.now())
        if step.on_timeout is OnTimeout.FAIL:
            return self._ends(step, StepStatus.FAILED, reason=reason, hint="Run it again, and tell who may approve it.")
        self._recorder.write(lambda tx: self._skip(tx, step, reason))
        return StepStatus.SKIPPED

    def _skip(self, tx: Transaction, step: Approve, reason: str) -> None:
        """The step and, in the same breath, what it guards: no crash in between may let that through."""
        now = self._recorder.now()
        guarded = self._run.plan.behind(step.id, in_its_list=True)
        for one in [step, *walk(step.on_success), *guarded]:
            tx.steps.change(self._run.number, one.id, status=StepStatus.SKIPPED, reason=reason, ended_at=now)

    def _ends(self, step: Approve, status: StepStatus, **values: Any) -> StepStatus:
        self._recorder.ends(step.id, status, **values)
        return status


def _outputs(step: Approve, approval: Approval) -> dict[str, Any]:
    """What later steps may name: the answers of who said the last yes, who said yes, and the last reason."""
    last = approval.yes[-1] if approval.yes else None
    defaults = {field.name: field.default for field in step.form}
    return {
        **defaults,
        **(last.answers if last else {}),
        "approved_by": join_words([vote.person.name for vote in approval.yes]),
        "reason": last.reason if last else "",
    }
