"""Queries about the steps of runs."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from bot.model.plan import AnyStep, Uses
from bot.model.run import HostResult, Progress, StepRecord, StepStatus
from bot.store.rows import add_rows, complete, table_of
from bot.store.tables import StepRow

_TABLE = table_of(StepRow)


class Steps:
    """Steps, by run and id."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, *, run: int, id: str, position: int, title: str, uses: str | None) -> None:
        """Write a step that has not begun; nothing happens when it is there already."""
        if self._session.get(StepRow, (run, id)) is None:
            self._session.add(
                StepRow(run=run, id=id, position=position, title=title, uses=uses, status=StepStatus.PENDING)
            )
            self._session.flush()

    def add_all(self, run: int, steps: Sequence[AnyStep], *, apart: int) -> None:
        """Write the steps of a new run, *apart* positions from one another."""
        new = [
            complete(
                StepRow,
                run=run,
                id=step.id,
                position=position * apart,
                title=step.title,
                uses=step.uses if isinstance(step, Uses) else None,
                status=StepStatus.PENDING,
            )
            for position, step in enumerate(steps, start=1)
        ]
        add_rows(self._session, StepRow, new)

    def take_over(self, run: int, record: StepRecord) -> None:
        """Write that *run* need not do this step of an older run any more, instead of what it has of this id."""
        self.add(run=run, id=record.id, position=record.position, title=record.title, uses=record.uses)
        self.change(
            run,
            record.id,
            status=record.status,
            outputs=record.outputs,
            fields=record.fields,
            reason=record.reason,
            started_at=record.started_at,
            ended_at=record.ended_at,
            taken_from=record.taken_from or record.run,
        )

    def begin_with(self, run: int, record: StepRecord) -> None:
        """Write how far an older run came with this step, which *run* has still to do."""
        self.add(run=run, id=record.id, position=record.position, title=record.title, uses=record.uses)
        self.change(run, record.id, hosts=[asdict(host) for host in record.hosts], outputs=record.outputs)

    def of(self, run: int) -> list[StepRecord]:
        """The steps of *run* in the order in which people read them."""
        query = select(StepRow).where(StepRow.run == run).order_by(col(StepRow.position), col(StepRow.id))
        return [_record(row) for row in self._session.exec(query.execution_options(populate_existing=True))]

    def get(self, run: int, id: str) -> StepRecord | None:
        """One step."""
        row = self._session.get(StepRow, (run, id), populate_existing=True)
        return _record(row) if row else None

    def change(self, run: int, id: str, **values: Any) -> None:
        """Set columns of one step."""
        self._session.execute(update(_TABLE).where(_TABLE.c.run == run, _TABLE.c.id == id).values(**values))

    def change_those(self, run: int, statuses: Sequence[StepStatus], **values: Any) -> None:
        """Set columns of all steps of *run* that are in *statuses*."""
        which = (_TABLE.c.run == run, _TABLE.c.status.in_(statuses))
        self._session.execute(update(_TABLE).where(*which).values(**values))


def _record(row: StepRow) -> StepRecord:
    values = row.model_dump(exclude={"status", "hosts", "progress"})
    return StepRecord(
        **values,
        status=StepStatus(row.status),
        hosts=tuple(HostResult(**host) for host in row.hosts),
        progress=Progress(**row.progress) if row.progress else None,
    )
