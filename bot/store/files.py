"""Queries about files that people gave to forms, and the runs that got them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from bot.model.file import GivenFile
from bot.store.form_tables import FileRow, FileUseRow
from bot.store.tables import RunRow


class Files:
    """Files, by references that nobody guesses."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, file: GivenFile, *, at: datetime) -> None:
        """Know a file."""
        row = FileRow(
            ref=file.ref,
            person=file.person,
            source=file.source,
            name=file.name,
            size=file.size,
            sha256=file.sha256,
            at=at,
        )
        self._session.add(row)

    def get(self, ref: str) -> GivenFile | None:
        """One file; None: it is not known (any more)."""
        row = self._session.get(FileRow, ref)
        return _given(row) if row else None

    def from_source(self, source: str, *, person: str) -> GivenFile | None:
        """The file that *person* gave already."""
        query = select(FileRow).where(FileRow.source == source, FileRow.person == person)
        row = self._session.exec(query).first()
        return _given(row) if row else None

    def came(self, ref: str, *, sha256: str) -> None:
        """Its content is there now."""
        row = self._session.get(FileRow, ref)
        if row:
            row.sha256 = sha256
            self._session.add(row)

    def hold(self, refs: Collection[str]) -> set[str]:
        """Keep others from forgetting these until the transaction ends; those that are still known."""
        query = select(FileRow.ref).where(col(FileRow.ref).in_(refs)).order_by(FileRow.ref)
        return set(self._session.exec(query.with_for_update(read=True, key_share=True)))

    def use(self, refs: Sequence[str], *, run: int) -> None:
        """A run gets these files, so they stay as long as it does."""
        for ref in sorted(set(refs)):
            self._session.add(FileUseRow(ref=ref, run=run))

    def is_of_job(self, ref: str, *, stack: str, job: str) -> bool:
        """Has a run of this very job got the file?"""
        query = (
            select(FileUseRow.ref)
            .join(RunRow, col(RunRow.number) == col(FileUseRow.run))
            .where(FileUseRow.ref == ref, RunRow.stack == stack, RunRow.job == job)
        )
        return self._session.exec(query).first() is not None

    def refs(self) -> set[str]:
        """All that are known."""
        return set(self._session.exec(select(FileRow.ref)))


def _given(row: FileRow) -> GivenFile:
    return GivenFile(ref=row.ref, person=row.person, source=row.source, name=row.name, size=row.size, sha256=row.sha256)
