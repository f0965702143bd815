"""What nobody asks for any more, found and removed bit by bit: SQLite has one writer, and others want to write, too.

Each of them removes *limit* rows at most, so it is called until it finds fewer; what others hold at this moment stays
for the next time. The audit is never touched.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, inspect, or_, tuple_, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, col, select

from bot.model.message import MessageKind
from bot.model.timer import TimerState
from bot.store.announce_tables import MarkRow
from bot.store.form_tables import DraftRow, FileRow, FileUseRow
from bot.store.start_tables import StartRow, TriggerRow
from bot.store.starts import WAITING
from bot.store.tables import (
    ApprovalRow,
    EventRow,
    LockRow,
    MessageRow,
    RunRow,
    StepRow,
    TimerRow,
    VersionRow,
    VoteRow,
    WatcherRow,
)

_OF_A_RUN = (StepRow, EventRow, MessageRow, TimerRow, ApprovalRow, FileUseRow)
#: They stand in their channels for years. A version's goes with the version.
_STANDING = (MessageKind.BOARD, MessageKind.VERSION)
#: They are edited, or found to be pinned, when their time comes once more.
_BY_THE_CLOCK = (MessageKind.SCHEDULED, MessageKind.PIN)


class Forget:
    """Finds what is old and removes it."""

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
                col(RunRow.number) < select(func.max(RunRow.number)).scalar_subquery(),
                or_(col(parent.number).is_(None), col(parent.ended_at).is_not(None)),
                ~exists().where(col(TimerRow.run) == col(RunRow.number), col(TimerRow.state) == TimerState.WAITING),
            )
            .order_by(col(RunRow.ended_at))
            .limit(limit)
        )
        return [(number, part) for number, part in self._session.exec(query) if number is not None]

    def runs(self, numbers: Sequence[int]) -> None:
        """Remove everything about these runs."""
        held = select(RunRow.number).where(col(RunRow.number).in_(numbers)).with_for_update(skip_locked=True)
        free = self._session.exec(held).all()
        self._timers(select(TimerRow.id).where(col(TimerRow.run).in_(free)))
        approvals = select(ApprovalRow.id).where(col(ApprovalRow.run).in_(free))
        self._session.execute(delete(VoteRow).where(col(VoteRow.approval).in_(approvals)))
        for table in _OF_A_RUN:
            self._session.execute(delete(table).where(col(table.run).in_(free)))
        self._session.execute(delete(RunRow).where(col(RunRow.number).in_(free)))

    def note_idle(self, now: datetime, limit: int) -> int:
        """Put a date on messages of no run, and on what triggers remember, that were asked for since the last time."""
        messages = self._note(MessageRow, now, limit, col(MessageRow.run).is_(None))
        return max(messages, self._note(TriggerRow, now, limit, col(TriggerRow.until).is_(None)))

    def timers(self, before: datetime, limit: int) -> int:
        """What people set, and is over."""
        is_over = (col(TimerRow.run) == 0, col(TimerRow.state) != TimerState.WAITING, col(TimerRow.at) < before)
        return self._timers(select(TimerRow.id).where(*is_over).limit(limit).with_for_update(skip_locked=True))

    def messages(self, before: datetime, limit: int) -> int:
        """Messages that are about no run, and neither about a version nor by the clock."""
        others = (col(MessageRow.timer).is_(None), col(MessageRow.kind).not_in(_STANDING + _BY_THE_CLOCK))
        return self._remove(MessageRow, limit, *_idle(before), *others)

    def messages_by_the_clock(self, before: datetime, limit: int) -> int:
        """Announcements at a time."""
        return self._remove(MessageRow, limit, *_idle(before), col(MessageRow.kind).in_(_BY_THE_CLOCK))

    def versions(self, before: datetime, limit: int) -> int:
        """Versions that are gone. Their watchers are held: one that comes back this moment is not removed."""
        query = (
            select(VersionRow.id)
            .join(WatcherRow, col(WatcherRow.id) == col(VersionRow.watcher))
            .where(col(VersionRow.gone_at) < before)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        gone = self._session.exec(query).all()
        self._session.execute(delete(VersionRow).where(col(VersionRow.id).in_(gone)))
        return len(gone)

    def messages_about_versions(self, before: datetime, limit: int) -> int:
        """Messages about versions that are not kept any more."""
        stack, name, number = (MessageRow.body[key].as_string() for key in ("stack", "resource", "number"))
        is_kept = exists().where(col(VersionRow.watcher) == stack + "/" + name, col(VersionRow.number) == number)
        return self._remove(MessageRow, limit, *_idle(before), col(MessageRow.kind) == MessageKind.VERSION, ~is_kept)

    def marks(self, before: datetime, limit: int) -> int:
        """What people said of versions that are not kept any more."""
        is_kept = exists().where(
            col(VersionRow.watcher) == col(MarkRow.watcher), col(VersionRow.number) == col(MarkRow.number)
        )
        return self._remove(MarkRow, limit, col(MarkRow.at) < before, ~is_kept)

    def starts(self, before: datetime, limit: int) -> int:
        """What triggers owed; until then the same event starts nothing again."""
        return self._remove(StartRow, limit, col(StartRow.not_before) < before, col(StartRow.state) != WAITING)

    def triggers(self, before: datetime, limit: int) -> int:
        """What was started last, where nothing was since."""
        return self._remove(TriggerRow, limit, col(TriggerRow.idle_since) < before)

    def locks(self, _before: datetime, limit: int) -> int:
        """Names that nobody holds: there is one for each environment that ever was."""
        return self._remove(LockRow, limit, col(LockRow.since).is_(None))

    def drafts(self, before: datetime, limit: int) -> int:
        """Answers that were never sent."""
        return self._remove(DraftRow, limit, col(DraftRow.at) < before)

    def files(self, before: datetime, limit: int) -> int:
        """What no run has got."""
        is_used = exists().where(col(FileUseRow.ref) == col(FileRow.ref))
        return self._remove(FileRow, limit, col(FileRow.at) < before, ~is_used)

    def _timers(self, which: Any) -> int:
        ids = self._session.exec(which).all()
        self._session.execute(delete(MessageRow).where(col(MessageRow.timer).in_(ids)))
        self._session.execute(delete(TimerRow).where(col(TimerRow.id).in_(ids)))
        return len(ids)

    def _note(self, table: type[MessageRow | TriggerRow], now: datetime, limit: int, which: ColumnElement[bool]) -> int:
        new = self._some(table, limit, which, col(table.idle_since).is_(None))
        return self._done(update(table).where(_key(table).in_(new)).values(idle_since=now))

    def _remove(self, table: type[SQLModel], limit: int, *which: ColumnElement[bool]) -> int:
        return self._done(delete(table).where(_key(table).in_(self._some(table, limit, *which))))

    def _some(self, table: type[SQLModel], limit: int, *which: ColumnElement[bool]) -> Any:
        return select(*inspect(table).primary_key).where(*which).limit(limit).with_for_update(skip_locked=True)

    def _done(self, statement: Any) -> int:
        done = self._session.execute(statement.execution_options(synchronize_session=False))
        return int(done.rowcount)  # type: ignore[attr-defined]  # a delete's result has it


def _key(table: type[SQLModel]) -> Any:
    return tuple_(*inspect(table).primary_key)


def _idle(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return (col(MessageRow.run).is_(None), col(MessageRow.idle_since) < before)
