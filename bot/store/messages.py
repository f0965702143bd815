"""Messages owed to Slack: an outbox that several front ends may empty together."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, delete, or_, update
from sqlalchemy.dialects import postgresql, sqlite
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
        dialect = postgresql if self._session.get_bind().dialect.name == "postgresql" else sqlite
        row = MessageRow(key=key, kind=kind, channel=channel, parent=parent, run=run, body=dict(body))
        values = {**row.model_dump(exclude={"id"}), "not_before": not_before}
        self._session.execute(dialect.insert(MessageRow).values(**values).on_conflict_do_nothing())

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
        return _message(row, row.wanted) if row else None

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

    def show_again(self, *keys: str) -> None:
        """Ask for one more edit of those of these messages that there are."""
        shown_anew = {"wanted": MessageRow.wanted + 1, "gave_up": False}
        self._session.execute(update(MessageRow).where(col(MessageRow.key).in_(keys)).values(**shown_anew))

    def show_boards(self, stack: str | None = None) -> None:
        """Ask for one more edit of each board of *stack*; None: of every board."""
        whose = f"board:{stack}:" if stack else "board:"
        boards = col(MessageRow.key).startswith(whose, autoescape=True)
        which = (boards, col(MessageRow.kind) == MessageKind.BOARD.value)
        self._session.execute(update(MessageRow).where(*which).values(wanted=MessageRow.wanted + 1))

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
    """The revision a message should show: that of its run when it tells of one, else its own count."""
    of_run = col(MessageRow.kind).in_([MessageKind.RUN.value, MessageKind.STEP.value])
    shows_run = of_run & (col(RunRow.revision) > col(MessageRow.wanted))
    return case((shows_run, col(RunRow.revision)), else_=col(MessageRow.wanted))


def _message(row: MessageRow, wanted: int) -> Message:
    hidden = {"kind", "wanted", "not_before", "leased_by", "leased_until", "gave_up", "error"}
    return Message(**row.model_dump(exclude=hidden), kind=MessageKind(row.kind), wanted=wanted)
