"""What a cloud must be able to do so that its servers can be started and stopped here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Power(StrEnum):
    """How a server stands."""

    RUNNING = "running"
    STOPPED = "stopped"
    #: Between the two, in either direction.
    CHANGING = "changing"
    #: Deleted for good, or in a state that no start or stop ends.
    GONE = "gone"


@dataclass(frozen=True, kw_only=True)
class Server:
    """One server, as its cloud saw it a moment ago."""

    id: str
    #: What people call it; its id if nobody gave it a name.
    name: str
    power: Power
    #: Where it is reached inside the cloud's network; empty while it has no address.
    address: str
    tags: Mapping[str, str]


class Provider(Protocol):
    """One maker's cloud. Every method raises ActionFailed when the cloud says no."""

    def find(self, which: Sequence[str] | Mapping[str, str]) -> list[Server]:
        """The servers with these ids or names, in this order; or all that have all of these tags, by name.

        Deleted ones are left out. Raises ActionFailed if there is none, or a name means none or more than one.
        """

    def look(self, id: str) -> Server:
        """One server as it stands now."""

    def start(self, id: str) -> None:
        """Have it started; returns before it runs."""

    def stop(self, id: str) -> None:
        """Have it shut down; returns before it stands."""

    def restart(self, id: str) -> None:
        """Have its system restarted; returns before it is back."""
