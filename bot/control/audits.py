"""Looking at the audit, and handing it out."""

from dataclasses import asdict

from bot.base.clock import Clock
from bot.base.text import format_moment, plural
from bot.control.access import Access
from bot.model.audit import AuditFilter
from bot.model.message import MessageKind
from bot.model.person import Person
from bot.store.store import Store

#: What one has to be admin of to see everything that anybody asked.
_EVERYTHING = "*"


class Audits:
    """The audit, for those who may see all of it."""

    def __init__(self, *, store: Store, access: Access, clock: Clock) -> None:
        self._store = store
        self._access = access
        self._clock = clock

    def export(self, only: AuditFilter, *, by: Person, origin: str, key: str, channel: str) -> None:
        """Owe *channel* the records that *only* takes as a file, once per *key*. Raises NotAllowed."""
        self._access.demand(by, "admin", _EVERYTHING, origin=origin)
        with self._store.read() as tx:
            # It goes through years of records: nobody who writes has to wait for that.
            broken, count = tx.audit.first_broken(), plural(tx.audit.count(), "record")
        with self._store.begin() as tx:
            if tx.messages.get(key):
                return
            tx.audit.add(
                at=self._clock.now(),
                by=by,
                origin=origin,
                verb="audit",
                target=_EVERYTHING,
                detail=_words(only),
            )
            whole = f"All {count} fit." if broken is None else f"Record {broken} does not fit the one before it!"
            text = f"The audit, for {by.name}: {_words(only)}. {whole} The file is in this thread."
            tx.messages.owe(key=key, kind=MessageKind.FIXED, channel=channel, body={"text": text})
            body = {**asdict(only), "since": only.since.isoformat() if only.since else None}
            tx.messages.owe(key=f"{key}:file", kind=MessageKind.AUDIT, channel=channel, parent=key, body=body)


def _words(only: AuditFilter) -> str:
    said = [
        f"since {format_moment(only.since)}" if only.since else "",
        f"of {only.person}" if only.person else "",
        f"on {only.target}" if only.target else "",
    ]
    return " ".join(["records", *filter(None, said)] if any(said) else ["all records"])
