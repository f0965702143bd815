"""Runs that are old enough to be forgotten, with all rows that are about them. The audit stays."""

from datetime import datetime

from sqlalchemy import delete, exists, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from bot.model.run import RunStatus
from bot.model.timer import TimerState
from bot.store.form_tables import FileUseRow
from bot.store.tables import ApprovalRow, EventRow, MessageRow, RunRow, StepRow, TimerRow, VoteRow

_OF_A_RUN = (StepRow, EventRow, MessageRow, TimerRow, ApprovalRow, FileUseRow)


class Forget:
    """Finds old runs and removes them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def runs_before(self, moment: datetime, *, limit: int) -> list[tuple[int, int]]:
        """Number and last part of runs that ended before *moment* and from which nothing follows any more.

        The newest run of all stays: SQLite would give its number to the next one.
        """
        parent = aliased(RunRow)
        query = (
            select(RunRow.number, RunRow.part)
            .outerjoin(parent, col(parent.number) == col(RunRow.parent))
            .where(
                col(RunRow.ended_at) < moment,
                col(RunRow.status).in_([status for status in RunStatus if status.is_over]),
                col(RunRow.number) < select(func.max(RunRow.number)).scalar_subquery(),
                or_(col(parent.number).is_(None), col(parent.ended_at).is_not(None)),
                ~exists().where(col(TimerRow.run) == col(RunRow.number), col(TimerRow.state) == TimerState.WAITING),
            )
            .order_by(col(RunRow.number))
            .limit(limit)
        )
        return [(number, part) for number, part in self._session.exec(query) if number is not None]

    def run(self, number: int) -> None:
        """Remove everything about a run."""
        timers = select(TimerRow.id).where(TimerRow.run == number)
        self._session.execute(delete(MessageRow).where(col(MessageRow.timer).in_(timers)))
        approvals = select(ApprovalRow.id).where(ApprovalRow.run == number)
        self._session.execute(delete(VoteRow).where(col(VoteRow.approval).in_(approvals)))
        for table in _OF_A_RUN:
            self._session.execute(delete(table).where(col(table.run) == number))
        self._session.execute(delete(RunRow).where(col(RunRow.number) == number))
