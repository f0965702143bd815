"""Queries about approvals and what people said to them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from bot.model.approval import Approval, ApprovalState, StepPreview, Vote
from bot.model.person import Person
from bot.store.tables import ApprovalRow, VoteRow


class Approvals:
    """Approvals, by id, by the run and step that wait for them, and by the timer that ends them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self, *, run: int, step: str, asked_at: datetime, previews: Sequence[StepPreview], pinned: str, timer: int
    ) -> Approval:
        """Ask people; their answers are still to come."""
        row = ApprovalRow(
            run=run,
            step=step,
            state=ApprovalState.OPEN,
            asked_at=asked_at,
            previews=[asdict(preview) for preview in previews],
            hash=pinned,
            timer=timer,
        )
        self._session.add(row)
        self._session.flush()
        return self._approval(row)

    def get(self, id: int) -> Approval | None:
        """One approval."""
        row = self._session.get(ApprovalRow, id, populate_existing=True)
        return self._approval(row) if row else None

    def lock_row(self, id: int) -> Approval | None:
        """One approval, its row held against other transactions until this one ends."""
        row = self._session.get(ApprovalRow, id, populate_existing=True, with_for_update=True)
        return self._approval(row) if row else None

    def of_run(self, run: int) -> list[Approval]:
        """All that was asked for *run*, oldest first."""
        query = select(ApprovalRow).where(ApprovalRow.run == run).order_by(col(ApprovalRow.id))
        return [self._approval(row) for row in self._session.exec(query.execution_options(populate_existing=True))]

    def newest(self, run: int, step: str) -> Approval | None:
        """The newest time that people were asked about *step*; only this one counts."""
        query = select(ApprovalRow).where(ApprovalRow.run == run, ApprovalRow.step == step)
        newest = query.order_by(col(ApprovalRow.id).desc()).limit(1).execution_options(populate_existing=True)
        row = self._session.exec(newest).first()
        return self._approval(row) if row else None

    def why_asked_again(self, approval: Approval) -> str:
        """Why people are asked about its step once more; empty the first time."""
        same = (ApprovalRow.run == approval.run, ApprovalRow.step == approval.step, col(ApprovalRow.id) < approval.id)
        query = select(ApprovalRow.reason).where(*same).order_by(col(ApprovalRow.id).desc()).limit(1)
        return self._session.exec(query).first() or ""

    def of_timer(self, timer: int) -> Approval | None:
        """The approval that *timer* ends; None: it ends something else."""
        query = select(ApprovalRow).where(ApprovalRow.timer == timer)
        row = self._session.exec(query.execution_options(populate_existing=True)).first()
        return self._approval(row) if row else None

    def open(self) -> list[Approval]:
        """All that wait for people, oldest first."""
        query = select(ApprovalRow).where(ApprovalRow.state == ApprovalState.OPEN).order_by(col(ApprovalRow.id))
        return [self._approval(row) for row in self._session.exec(query)]

    def end(self, id: int, state: ApprovalState, *, at: datetime, reason: str = "") -> None:
        """Say how it came out."""
        values = {"state": state, "decided_at": at, "reason": reason}
        self._session.execute(update(ApprovalRow).where(col(ApprovalRow.id) == id).values(**values))

    def add_vote(self, id: int, vote: Vote) -> None:
        """Take down what somebody said."""
        row = VoteRow(
            approval=id,
            person_id=vote.person.id,
            person=vote.person.name,
            email=vote.person.email,
            groups=sorted(vote.person.groups),
            is_yes=vote.is_yes,
            at=vote.at,
            reason=vote.reason,
            answers=dict(vote.answers),
        )
        self._session.add(row)
        self._session.flush()

    def drop_vote(self, id: int, person: str) -> None:
        """What *person* said does not count any more."""
        self._session.execute(delete(VoteRow).where(col(VoteRow.approval) == id, col(VoteRow.person_id) == person))

    def _approval(self, row: ApprovalRow) -> Approval:
        query = select(VoteRow).where(VoteRow.approval == row.id).order_by(col(VoteRow.at), col(VoteRow.person_id))
        values = row.model_dump(exclude={"state", "previews"})
        return Approval(
            **values,
            state=ApprovalState(row.state),
            previews=tuple(StepPreview(**preview) for preview in row.previews),
            votes=tuple(_vote(vote) for vote in self._session.exec(query)),
        )


def _vote(row: VoteRow) -> Vote:
    person = Person(id=row.person_id, name=row.person, email=row.email, groups=frozenset(row.groups))
    return Vote(person=person, is_yes=row.is_yes, at=row.at, reason=row.reason, answers=row.answers)
