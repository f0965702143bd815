"""Times: moments of the clock on the wall, where people are, without their holidays."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Times:
    """When something happens by the clock: by a cron line, or on days of a calendar."""

    #: Five fields; empty: at *moments* only.
    cron: str = ""
    #: Without a zone: as the clock on the wall shows them.
    moments: tuple[datetime, ...] = ()
    zone: str = "UTC"
    #: On which days nothing happens: public holidays of "DE" or "DE-BE", or "2026-12-24".
    holidays: tuple[str, ...] = ()
    #: How late a missed moment is still made up for.
    late_s: float = 0.0

    @property
    def in_words(self) -> str:
        """As its author wrote it: 0 9 * * mon, Europe/Berlin."""
        when = self.cron or " and ".join(f"{moment:%Y-%m-%d %H:%M}" for moment in self.moments)
        return f"{when}, {self.zone}"
