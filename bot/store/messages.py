"""Messages owed to Slack: an outbox that several front ends may empty together."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from bot.model.message import Message, MessageKind
from bot.store.tables import MessageRow, RunRow


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
    ) -> Message:
        """Ask for a message. The same key again asks for one more edit of it, with the new *body* if there is one."""
        row = self._row(key)
        if row is None:
            row = MessageRow(key=key, kind=kind, channel=channel, parent=parent, run=run, timer=timer)
        else:
            row.wanted += 1
            row.gave_up = False
        row.body = dict(body or row.body)
        self._session.add(row)
        self._session.flush()
        return _message(row, row.wanted)

    def get(self, key: str) -> Message | None:
        """The message of this key."""
        row = self._row(key)
        return _message(row, row.wanted) if row else None

    def claim(self, *, by: str, now: datetime, lease_s: float, limit: int) -> list[Message]:
        """Messages that do not show their newest revision, leased to *by*; a reply only once its parent is there.

        A first word goes before edits and replies: somebody pressed a button and sees nothing yet.
        *by* names one front end, and still names it after a restart, so that it need not wait for its own old leases.
        """
        parent = aliased(MessageRow)
        query = (
            select(MessageRow, _newest())
            .outerjoin(RunRow, col(RunRow.number) == col(MessageRow.run))
            .outerjoin(parent, col(parent.key) == col(MessageRow.parent))
            .where(
                col(MessageRow.gave_up).is_(False),
                _newest() > col(MessageRow.sent),
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
        claimed = []
        for row, newest in self._session.exec(query).all():
            row.leased_by, row.leased_until = by, now + timedelta(seconds=lease_s)
            claimed.append(_message(row, newest))
        self._session.flush()
        return claimed

    def trying(self, id: int) -> None:
        """Say that it is about to be posted: `tries` is not 0 any more, and whoever tries next looks for it first."""
        self._change(id, tries=MessageRow.tries + 1)

    def posted(self, id: int, *, revision: int, channel_id: str, ts: str) -> None:
        """Say that Slack shows *revision* of it now, at this address."""
        self._change(id, sent=revision, channel_id=channel_id, ts=ts, tries=0, error="", **_FREE)

    def failed(self, id: int, *, error: str, retry_at: datetime | None) -> None:
        """Say that it could not be sent; *retry_at* None: give it up."""
        self._change(
            id, tries=MessageRow.tries + 1, error=error, **_FREE | {"not_before": retry_at}, gave_up=retry_at is None
        )

    def free(self, id: int, *, not_before: datetime | None = None) -> None:
        """Give the lease back unsent; it is due again at *not_before*."""
        self._change(id, **_FREE | {"not_before": not_before})

    def undeliverable(self) -> list[tuple[str, str]]:
        """Key and error of the messages that were given up."""
        return list(self._session.exec(select(MessageRow.key, MessageRow.error).where(col(MessageRow.gave_up))).all())

    def _change(self, id: int, **values: Any) -> None:
        self._session.execute(update(MessageRow).where(col(MessageRow.id) == id).values(**values))

    def _row(self, key: str) -> MessageRow | None:
        query = select(MessageRow).where(MessageRow.key == key)
        return self._session.exec(query.execution_options(populate_existing=True)).first()


_FREE: dict[str, Any] = {"leased_by": None, "leased_until": None, "not_before": None}


def _newest() -> ColumnElement[int]:
    """The revision a message should show: that of its run when it shows one, else its own count."""
    shows_run = (col(MessageRow.kind) == MessageKind.RUN.value) & (col(RunRow.revision) > col(MessageRow.wanted))
    return case((shows_run, col(RunRow.revision)), else_=col(MessageRow.wanted))


def _message(row: MessageRow, wanted: int) -> Message:
    hidden = {"kind", "wanted", "not_before", "leased_by", "leased_until", "gave_up", "error"}
    return Message(**row.model_dump(exclude=hidden), kind=MessageKind(row.kind), wanted=wanted)
