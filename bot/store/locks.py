"""Locks and their queues. Call inside one transaction with what the holder does about it.

Whoever needs a timer's row as well holds that one first: the end of a run and the end of a reservation both do.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.model.lock import Claim, Lock, reservation_key
from bot.model.run import Run
from bot.model.timer import TimerState
from bot.store.tables import LockRequestRow, LockRow, RunRow, TimerRow


class Locks:
    """Names that one run or person holds; others queue in order. Under a person's, runs of that person may work."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def ask(self, name: str, run: Run, *, now: datetime) -> bool:
        """Hold *name* for *run*, or queue for it. True: held (also when it was held before).

        A run whose starter holds the lock as a person works under that, if no other one does.
        """
        row = self._row(name)
        if row.run is None and row.person_id == run.started_by_id:
            self._change(name, run=run.number)
            return True
        if row.run == run.number:
            return True
        return self._ask(row, now, run=run.number, holder=run.started_by, why=run.title)

    def reserve(self, name: str, *, person_id: str, holder: str, why: str, length: timedelta, now: datetime) -> bool:
        """Hold *name* for a person, or queue for it. True: held now, for *length*."""
        values = {"person_id": person_id, "length_s": length.total_seconds()}
        return self._ask(self._row(name), now, holder=holder, why=why, **values)

    def pass_on(self, *, from_run: int, to_run: int) -> None:
        """Let *to_run* hold what *from_run* holds, ahead of everybody who waits."""
        self._session.execute(update(LockRow).where(col(LockRow.run) == from_run).values(run=to_run))

    def release(self, run: int, now: datetime) -> list[Lock]:
        """Give up what *run* holds or waits for. Returns the locks that somebody else holds now because of it."""
        self.leave_queues(run)
        names = self._session.exec(select(LockRow.name).where(LockRow.run == run)).all()
        return [lock for name in names if (lock := self._leave(name, now)) is not None]

    def leave_queues(self, run: int) -> None:
        """Let *run* wait no more. To change the run as well, do this first: whoever hands a lock over does, too."""
        self._session.execute(delete(LockRequestRow).where(col(LockRequestRow.run) == run))

    def leave_queue(self, claim: int) -> None:
        """Give up one place."""
        self._session.execute(delete(LockRequestRow).where(col(LockRequestRow.id) == claim))

    def end_reservation(self, name: str, now: datetime) -> Lock | None:
        """Take a lock from the person who holds it and give it to the first in line; None: nobody gets it.

        A run that works under it keeps it until it is over.
        """
        row = self._row(name)
        if row.run is None:
            return self._free(name, now)
        works = self._session.exec(select(RunRow.started_by, RunRow.title).where(RunRow.number == row.run)).one()
        self._give(name, now, run=row.run, holder=works[0], why=works[1])
        return None

    def let_own_in(self, name: str) -> Lock | None:
        """Let the first waiting run of the person who holds a lock work under it; None: there is none."""
        row = self._row(name)
        query = select(LockRequestRow).join(RunRow, col(RunRow.number) == col(LockRequestRow.run))
        query = query.where(LockRequestRow.name == name, RunRow.started_by_id == row.person_id)
        own = self._session.exec(_first_of(query)).first()
        self._change(name, run=own.run if own else None)
        if own is None:
            return None
        self.leave_queue(own.id or 0)
        return self.of(name)

    def put_first(self, name: str, claim: int) -> bool:
        """Let one who waits go before all others; False: they wait no more."""
        most = self._session.exec(
            select(func.coalesce(func.max(LockRequestRow.ahead), 0)).where(LockRequestRow.name == name)
        ).one()
        first = update(LockRequestRow).where(col(LockRequestRow.id) == claim, col(LockRequestRow.name) == name)
        return bool(self._session.execute(first.values(ahead=most + 1)).rowcount)  # type: ignore[attr-defined]  # has it

    def of(self, name: str) -> Lock | None:
        """The lock as it stands; None when nobody holds it."""
        row = self._session.get(LockRow, name, populate_existing=True)
        return self._lock(row) if row else None

    def lock_row(self, name: str) -> Lock | None:
        """The lock as it stands, held against other transactions until this one ends; None when nobody holds it."""
        return self._lock(self._row(name))

    def all(self) -> list[Lock]:
        """Everything that is held, by name."""
        held = col(LockRow.since).is_not(None)
        query = select(LockRow).where(held).order_by(LockRow.name).execution_options(populate_existing=True)
        return [lock for row in self._session.exec(query) if (lock := self._lock(row)) is not None]

    def queue(self, name: str) -> tuple[Claim, ...]:
        """Who waits for it, first in line first."""
        query = select(LockRequestRow).where(LockRequestRow.name == name).order_by(*_IN_ORDER)
        return tuple(_claim(row) for row in self._session.exec(query.execution_options(populate_existing=True)))

    def _leave(self, name: str, now: datetime) -> Lock | None:
        """The run that holds a lock is over; who works there now, or holds it."""
        row = self._row(name)
        return self._free(name, now) if row.person_id is None else self.let_own_in(name)

    def _free(self, name: str, now: datetime) -> Lock | None:
        first = _first_of(select(LockRequestRow).where(LockRequestRow.name == name))
        return self._hand_over(name, self._session.exec(first).first(), now)

    def _ask(self, row: LockRow, now: datetime, **values: Any) -> bool:
        if row.since is None:
            self._give(row.name, now, **values)
            return True
        self._session.execute(insert(LockRequestRow).values(name=row.name, **values))
        return False

    def _lock(self, row: LockRow) -> Lock | None:
        if row.since is None:
            return None
        key = reservation_key(row.name)
        end = select(TimerRow).where(TimerRow.key == key, TimerRow.state == TimerState.WAITING)
        timer = self._session.exec(end).first() if row.person_id else None
        return Lock(
            name=row.name,
            run=row.run,
            holder=row.holder,
            since=row.since,
            why=row.why,
            person_id=row.person_id,
            until=timer.at if timer else None,
            timer=timer.id if timer else None,
            queue=self.queue(row.name),
        )

    def _row(self, name: str) -> LockRow:
        """The lock's row, held against other transactions until this one ends."""
        dialect = postgresql if self._session.get_bind().dialect.name == "postgresql" else sqlite
        new = dialect.insert(LockRow).values(name=name, holder="", why="")
        # An update holds it: one that is there and free may be forgotten between two looks.
        self._session.execute(new.on_conflict_do_update(index_elements=["name"], set_={"name": name}))
        query = select(LockRow).where(LockRow.name == name)
        return self._session.exec(query.execution_options(populate_existing=True)).one()

    def _give(self, name: str, now: datetime, *, holder: str, why: str, **values: Any) -> None:
        values.pop("length_s", None)
        who = {"run": None, "person_id": None, **values}
        self._change(name, holder=holder, why=why, since=now, **who)

    def _change(self, name: str, **values: Any) -> None:
        self._session.execute(update(LockRow).where(col(LockRow.name) == name).values(**values))

    def _hand_over(self, name: str, to: LockRequestRow | None, now: datetime) -> Lock | None:
        if to is None:
            self._change(name, run=None, person_id=None, holder="", why="", since=None)
            return None
        claim = _claim(to)
        self._give(name, now, run=claim.run, person_id=claim.person_id, holder=claim.holder, why=claim.why)
        self._session.delete(to)
        self._session.flush()
        return Lock(
            name=name,
            run=claim.run,
            holder=claim.holder,
            since=now,
            why=claim.why,
            person_id=claim.person_id,
            until=now + claim.length if claim.length else None,
            queue=self.queue(name),
        )


_IN_ORDER = (col(LockRequestRow.ahead).desc(), col(LockRequestRow.id))


def _first_of(query: SelectOfScalar[LockRequestRow]) -> SelectOfScalar[LockRequestRow]:
    """The first in line, held: a run that leaves the queue at this very moment either gets it or is passed over."""
    return query.order_by(*_IN_ORDER).limit(1).with_for_update(of=LockRequestRow)


def _claim(row: LockRequestRow) -> Claim:
    return Claim(
        id=row.id or 0,
        run=row.run,
        holder=row.holder,
        why=row.why,
        person_id=row.person_id,
        length=timedelta(seconds=row.length_s) if row.length_s is not None else None,
    )
