"""Messages owed to Slack: an outbox that several front ends may empty together."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from bot.model.message import Message, MessageKind
from bot.store.rows import complete, table_of
from bot.store.tables import MessageRow


class Messages:
    """Messages, by key."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def owe(
        self,
        *,
        key: str,
        kind: MessageKind,
        channel: str,
        parent: str | None = None,
        run: int | None = None,
        timer: int | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> None:
        """Ask for a message. The same key again asks for one more edit of it, with the new *body* if there is one."""
        about = {"key": key, "kind": kind, "channel": channel, "parent": parent, "run": run, "timer": timer}
        new = self._insert()
        shown_anew = _SHOWN_ANEW | ({"body": new.excluded.body} if body else {})
        query = new.on_conflict_do_update(index_elements=["key"], set_=shown_anew)
        self._session.execute(query, complete(MessageRow, **about, body=dict(body or {})))

    def owe_once(
        self,
        *,
        key: str,
        kind: MessageKind,
        channel: str,
        parent: str | None = None,
        run: int | None = None,
        body: Mapping[str, Any],
        not_before: datetime | None = None,
    ) -> None:
        """Ask for a message, unless it was asked for before; it is not sent before *not_before*."""
        about = {"key": key, "kind": kind, "channel": channel, "parent": parent, "run": run, "not_before": not_before}
        row = complete(MessageRow, **about, body=dict(body))
        self._session.execute(self._insert().on_conflict_do_nothing(), row)

    def drop(self, key: str) -> None:
        """Do not send it, if it was not sent yet."""
        unsent = (col(MessageRow.key) == key, col(MessageRow.ts).is_(None), col(MessageRow.tries) == 0)
        self._session.execute(delete(MessageRow).where(*unsent))

    def channel_id(self, channel: str) -> str | None:
        """The id of a channel that goes by its name, as Slack said when something was posted there last."""
        query = select(MessageRow.channel_id).where(
            MessageRow.channel == channel, col(MessageRow.channel_id).is_not(None)
        )
        return self._session.exec(query.order_by(col(MessageRow.id).desc()).limit(1)).first()

    def at(self, channel_id: str, ts: str) -> Message | None:
        """The message that stands at this address in Slack."""
        query = select(MessageRow).where(MessageRow.channel_id == channel_id, MessageRow.ts == ts)
        row = self._session.exec(query.order_by(col(MessageRow.id)).limit(1)).first()
        return _message(row) if row else None

    def get(self, key: str) -> Message | None:
        """The message of this key."""
        row = self._row(key)
        return _message(row) if row else None

    def claim(self, *, by: str, now: datetime, lease_s: float, limit: int) -> list[Message]:
        """Messages that do not show their newest revision, leased to *by*; a reply only once its parent is there.

        A first word goes before edits and replies: somebody pressed a button and sees nothing yet.
        *by* names one front end, and still names it after a restart, so that it need not wait for its own old leases.
        """
        parent = aliased(MessageRow)
        query = (
            select(MessageRow)
            .outerjoin(parent, col(parent.key) == col(MessageRow.parent))
            .where(
                col(MessageRow.gave_up).is_(False),
                col(MessageRow.wanted) > col(MessageRow.sent),
                or_(col(MessageRow.not_before).is_(None), col(MessageRow.not_before) <= now),
                # An own lease is from before a crash: a front end claims again only once its last claim is done.
                or_(
                    col(MessageRow.leased_until).is_(None),
                    col(MessageRow.leased_until) <= now,
                    col(MessageRow.leased_by) == by,
                ),
                or_(col(MessageRow.parent).is_(None), col(parent.ts).is_not(None)),
            )
            .order_by(or_(col(MessageRow.ts).is_not(None), col(MessageRow.parent).is_not(None)), col(MessageRow.id))
            .limit(limit)
            .with_for_update(of=MessageRow, skip_locked=True)
        )
        rows = self._session.exec(query).all()
        for row in rows:
            row.leased_by, row.leased_until = by, now + timedelta(seconds=lease_s)
        self._session.flush()
        return [_message(row) for row in rows]

    def show_again(self, *keys: str) -> None:
        """Ask for one more edit of those of these messages that there are."""
        self._session.execute(update(_TABLE).where(_TABLE.c.key.in_(keys)).values(**_SHOWN_ANEW))

    def show_boards(self, stack: str | None = None) -> None:
        """Ask for one more edit of each board of *stack*; None: of every board."""
        whose = f"board:{stack}:" if stack else "board:"
        boards = col(MessageRow.key).startswith(whose, autoescape=True)
        # Written out: with a value that comes beside the query, SQLite does not see that there is an index of them.
        which = (boards, text("kind = 'board'"))
        self._session.execute(update(MessageRow).where(*which).values(wanted=MessageRow.wanted + 1))

    def trying(self, id: int) -> None:
        """Say that it is about to be posted: `tries` is not 0 any more, and whoever tries next looks for it first."""
        self._change(id, tries=MessageRow.tries + 1)

    def posted(self, id: int, *, revision: int, channel_id: str, ts: str) -> None:
        """Say that Slack shows *revision* of it now, at this address."""
        self._change(id, sent=revision, channel_id=channel_id, ts=ts, tries=0, error="", **_FREE)

    def failed(self, id: int, *, error: str, retry_at: datetime) -> None:
        """Say that it could not be sent; it is tried again at *retry_at*."""
        self._change(id, tries=MessageRow.tries + 1, error=error, **_FREE | {"not_before": retry_at})

    def refused(self, id: int, *, revision: int, error: str) -> None:
        """Say that Slack will never take *revision*; whatever is newer by now is tried."""
        is_newest = col(MessageRow.wanted) <= revision
        self._change(id, tries=MessageRow.tries + 1, error=error, **_FREE, gave_up=is_newest)

    def free(self, id: int, *, not_before: datetime | None = None) -> None:
        """Give the lease back unsent; it is due again at *not_before*."""
        self._change(id, **_FREE | {"not_before": not_before})

    def undeliverable(self) -> dict[str, str]:
        """The channels that took no message, with Slack's word for it; without those that took one since."""
        given_up = select(MessageRow.id, MessageRow.channel, MessageRow.error).where(col(MessageRow.gave_up))
        refused = {(id, channel): error for id, channel, error in self._session.exec(given_up)}
        # Told to somebody alone instead, who was told why.
        told = select(MessageRow.id, MessageRow.body).where(col(MessageRow.key).startswith("restricted:"))
        refused |= {(id, body["channel"]): body["error"] for id, body in self._session.exec(told)}
        return {channel: error for (id, channel), error in refused.items() if not self._took_one(channel, since=id)}

    def _took_one(self, channel: str, *, since: int | None) -> bool:
        """Was a message posted in *channel* that is newer than the one of this id? In it, and not to somebody alone."""
        newer = (col(MessageRow.channel) == channel, col(MessageRow.id) > since, col(MessageRow.ts).is_not(None))
        query = select(MessageRow.id).where(*newer, ~col(MessageRow.channel_id).startswith("D"))
        return self._session.exec(query.limit(1)).first() is not None

    def _change(self, id: int, **values: Any) -> None:
        self._session.execute(update(_TABLE).where(_TABLE.c.id == id).values(**values))

    def _insert(self) -> "postgresql.Insert | sqlite.Insert":
        is_postgresql = self._session.get_bind().dialect.name == "postgresql"
        return postgresql.insert(_TABLE) if is_postgresql else sqlite.insert(_TABLE)

    def _row(self, key: str) -> MessageRow | None:
        query = select(MessageRow).where(MessageRow.key == key)
        return self._session.exec(query.execution_options(populate_existing=True)).first()


_TABLE = table_of(MessageRow)
_SHOWN_ANEW: dict[str, Any] = {"wanted": _TABLE.c.wanted + 1, "gave_up": False, "idle_since": None}
_FREE: dict[str, Any] = {"leased_by": None, "leased_until": None, "not_before": None}


def _message(row: MessageRow) -> Message:
    hidden = {"kind", "not_before", "leased_by", "leased_until", "gave_up", "idle_since"}
    return Message(**row.model_dump(exclude=hidden), kind=MessageKind(row.kind))
