"""The hosts of an inventory."""

from typing import ClassVar

from actions.ansible.cli import hosts_of
from actions.api import Check, CheckContext, Field, StackPath, Version


class Hosts(Check[Version]):
    """The hosts of an inventory by their names there, for forms that let people choose some. None of them is asked."""

    lists_all: ClassVar[bool] = True

    inventory: StackPath = Field(
        description="inventory: a file (INI, YAML, a plugin's configuration) or a folder of them",
        examples=["payload/production.ini"],
    )
    hosts: str = Field(
        default="all", pattern=r"^[^-@]", description="only these hosts or groups of it", examples=["web", "web:!web3"]
    )
    timeout_s: float = Field(default=15, gt=0, le=120, description="seconds to wait for Ansible", examples=[15])

    def list_versions(self, ctx: CheckContext) -> list[Version]:
        """One for each host; empty when none is of that name."""
        found = hosts_of(ctx.path(self.inventory), self.hosts, timeout_s=self.timeout_s)
        return [Version(number=name) for name in found]
