"""The audit: who asked what, when, from where, and the answer."""

from dataclasses import dataclass
from datetime import datetime


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
