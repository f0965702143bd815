"""Locks: names that only one may hold."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A name that only one run or person may hold; others queue in order."""

    name: str
    #: The run that holds it; None when a person does.
    run: int | None
    #: Who: the person that holds it, or that started the run.
    holder: str
    since: datetime
    why: str = ""
    #: Numbers of the runs that wait for it, first in line first.
    queue: tuple[int, ...] = ()
