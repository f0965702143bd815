"""Queries about what people follow from Slack."""

from sqlalchemy import delete
from sqlmodel import Session, col, select

from bot.model.follow import Follow, Thing
from bot.model.watch import CheckUse
from bot.store.announce_tables import FollowRow


class Follows:
    """What is followed, by name."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[Follow]:
        """Everything, by name."""
        query = select(FollowRow).order_by(col(FollowRow.name)).execution_options(populate_existing=True)
        return [_follow(row) for row in self._session.exec(query)]

    def add(self, follow: Follow) -> None:
        """Write one down that is not there yet."""
        thing = follow.thing
        row = FollowRow(
            name=follow.name,
            thing=thing.name,
            check=thing.use.check,
            fields=dict(thing.use.with_),
            range=thing.range,
            channel=follow.channel,
            channel_name=follow.channel_name,
            by_id=follow.by_id,
            by=follow.by,
            since=follow.since,
        )
        self._session.add(row)
        self._session.flush()

    def remove(self, name: str) -> None:
        """Follow it no more."""
        self._session.execute(delete(FollowRow).where(col(FollowRow.name) == name))


def _follow(row: FollowRow) -> Follow:
    use = CheckUse(check=row.check, with_=row.fields)
    return Follow(
        thing=Thing(name=row.thing, use=use, range=row.range),
        channel=row.channel,
        channel_name=row.channel_name,
        by_id=row.by_id,
        by=row.by,
        since=row.since,
    )
