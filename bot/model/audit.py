"""The audit: who asked what, when, from where, and the answer."""

from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase


@dataclass(frozen=True, kw_only=True)
class AuditRecord:
    """One request and its answer. Append-only; each record carries the hash of the one before it."""

    id: int
    at: datetime
    person_id: str
    person: str
    origin: str
    verb: str
    target: str
    #: "allowed", "denied", "refused" ...
    answer: str
    detail: str
    hash: str


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """Which records are meant; what is empty asks for nothing."""

    since: datetime | None = None
    #: A part of the name, or the whole id, of who asked.
    person: str = ""
    #: A glob over what was asked of: "shop/*/production".
    target: str = ""

    def takes(self, record: AuditRecord) -> bool:
        """Is *record* one of them?"""
        asked = self.person.casefold()
        return (
            (self.since is None or record.at >= self.since)
            and (not asked or asked in record.person.casefold() or asked == record.person_id.casefold())
            and (not self.target or fnmatchcase(record.target, self.target))
        )
