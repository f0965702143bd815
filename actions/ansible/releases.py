"""The versions that servers keep, of which one is current."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar

from pydantic import JsonValue

from actions.ansible.cli import ask_hosts
from actions.api import Check, CheckContext, Field, StackPath, Version

#: Folders are releases, the link is the current one; told by GNU find in a way that is easy to take apart.
_TOLD = "-maxdepth 1 ( -type d -o -type l ) -printf %y|%f|%T@|%l;"


class Release(Version):
    """One version that all servers keep."""

    is_current: bool = Field(default=False, description="do visitors get it now, on all servers?")


class Releases(Check[Release]):
    """The versions that all servers of an inventory keep in a folder of releases; a link says which is current."""

    lists_all: ClassVar[bool] = True

    inventory: StackPath = Field(description="inventory of the servers", examples=["payload/production.ini"])
    hosts: str = Field(default="all", pattern=r"^[^-@]", description="which of its hosts", examples=["web"])
    vars: dict[str, JsonValue] = Field(
        default={}, description="variables for the inventory", examples=[{"root": "/srv/shop"}]
    )
    folder: str = Field(
        default="{{ site_root }}/releases",
        description="where each keeps them, in Ansible's words",
        examples=["/srv/releases"],
    )
    current: str = Field(
        default="{{ site_root }}/current", description="the link to the current one", examples=["/srv/current"]
    )
    timeout_s: float = Field(default=15, gt=0, le=120, description="seconds to wait for the servers", examples=[15])

    def list_versions(self, ctx: CheckContext) -> Sequence[Release]:
        """What is kept on every server."""
        command = f"find {self.folder} {self.current} {_TOLD}"
        inventory = ctx.path(self.inventory)
        return _kept(ask_hosts(inventory, self.hosts, command, values=self.vars, timeout_s=self.timeout_s))


def _kept(said: dict[str, str]) -> list[Release]:
    """The versions that each host names; those of before count when they are everywhere."""
    kept: list[dict[str, datetime]] = []
    current: list[str] = []
    for told in said.values():
        entries = [entry.split("|") for entry in told.strip().split(";") if entry.count("|") == 3]
        kept.append({name: datetime.fromtimestamp(float(at), UTC) for kind, name, at, _ in entries if kind == "d"})
        current += [target.rpartition("/")[2] for kind, _, _, target in entries if kind == "l"]
    everywhere = set.intersection(*map(set, kept)) - {"releases"} if kept else set()
    return [
        Release(
            number=name,
            published_at=min(found[name] for found in kept),
            title=f"{'runs now, ' if current.count(name) == len(kept) else ''}of {kept[0][name]:%Y-%m-%d %H:%M} UTC",
            is_current=current.count(name) == len(kept),
        )
        for name in sorted(everywhere)
    ]
