"""Jobs that take each other back: which of the two was last?"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a job and its inverse stand in one environment, by the last of their runs that succeeded."""

    #: The title of the job whose work holds now.
    title: str
    environment: str | None
    since: datetime
    by: str
    run: int
