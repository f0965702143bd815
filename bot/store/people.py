"""People as they were last seen, and what each of them keeps at hand."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select

from bot.model.person import JobName, Person
from bot.store.tables import FavouriteRow, PersonRow, RunRow

#: The newest runs of a person say what they use; older habits do not count.
_RUNS_COUNTED = 200


class People:
    """People, by id."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, id: str) -> Person | None:
        """Who this is, with the address and groups that were known last."""
        row = self._session.get(PersonRow, id, populate_existing=True)
        return _person(row) if row else None

    def names(self, ids: Sequence[str]) -> dict[str, str]:
        """The names of those of *ids* who are known."""
        query = select(PersonRow.id, PersonRow.name).where(col(PersonRow.id).in_(ids))
        return dict(self._session.exec(query).all()) if ids else {}

    def all(self) -> list[Person]:
        """Everybody who was ever seen."""
        return [_person(row) for row in self._session.exec(select(PersonRow).order_by(PersonRow.id))]

    def keep(self, person: Person) -> None:
        """Write down who this is now."""
        values = {
            "name": person.name,
            "email": person.email,
            "groups": sorted(person.groups),
            "is_guest": person.is_guest,
        }
        new = self._insert(PersonRow).values(id=person.id, **values)
        self._session.execute(new.on_conflict_do_update(index_elements=["id"], set_=values))

    def opened_home(self, id: str, now: datetime) -> None:
        """Say that this person looks at their home."""
        self._session.execute(update(PersonRow).where(col(PersonRow.id) == id).values(home_opened_at=now))

    def at_home_since(self, moment: datetime) -> list[str]:
        """Who opened their home since *moment*."""
        return list(self._session.exec(select(PersonRow.id).where(col(PersonRow.home_opened_at) >= moment)))

    def favourites(self, id: str) -> list[JobName]:
        """The jobs with this person's star, the first starred first."""
        query = select(FavouriteRow).where(FavouriteRow.person == id).order_by(col(FavouriteRow.at), FavouriteRow.job)
        return [JobName(stack=row.stack, job=row.job) for row in self._session.exec(query)]

    def star(self, id: str, job: JobName, now: datetime) -> None:
        """Put a job among the favourites; once is enough."""
        new = self._insert(FavouriteRow).values(person=id, stack=job.stack, job=job.job, at=now)
        self._session.execute(new.on_conflict_do_nothing())

    def unstar(self, id: str, job: JobName) -> None:
        """Take a job off the favourites."""
        mine = (col(FavouriteRow.person) == id, col(FavouriteRow.stack) == job.stack, col(FavouriteRow.job) == job.job)
        self._session.execute(delete(FavouriteRow).where(*mine))

    def most_used(self, id: str, *, limit: int) -> Sequence[JobName]:
        """The jobs that this person started most often lately."""
        newest = (
            select(RunRow.stack, RunRow.job, RunRow.number)
            .where(RunRow.started_by_id == id, col(RunRow.undo_of).is_(None))
            .order_by(col(RunRow.number).desc())
            .limit(_RUNS_COUNTED)
            .subquery()
        )
        query = (
            select(newest.c.stack, newest.c.job)
            .group_by(newest.c.stack, newest.c.job)
            .order_by(func.count().desc(), func.max(newest.c.number).desc())
            .limit(limit)
        )
        return [JobName(stack=stack, job=job) for stack, job in self._session.exec(query)]

    def _insert(self, table: type[SQLModel]) -> "postgresql.Insert | sqlite.Insert":
        """Two front ends may write down the same thing at the same moment."""
        is_postgresql = self._session.get_bind().dialect.name == "postgresql"
        return postgresql.insert(table) if is_postgresql else sqlite.insert(table)


def _person(row: PersonRow) -> Person:
    return Person(id=row.id, name=row.name, email=row.email, groups=frozenset(row.groups), is_guest=row.is_guest)
