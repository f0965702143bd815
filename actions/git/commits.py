"""The newest commits of a git remote."""

import re
from typing import ClassVar

from actions.api import Check, CheckContext, Field, Version
from actions.git.address import Remote
from actions.git.cli import refs


class Commits(Check[Version]):
    """See when a branch of a git remote was pushed to."""

    lists_all: ClassVar[bool] = True
    changed: ClassVar[str] = "was pushed to"
    left: ClassVar[str] = "was deleted"

    remote: Remote = Field(
        description="its address, as git clone takes it; without a password",
        examples=["ssh://git@127.0.0.1/acme/shop.git"],
    )
    branches: re.Pattern[str] = Field(
        description="a regular expression that the whole name of a branch matches", examples=["main|release/.+"]
    )

    def list_versions(self, ctx: CheckContext) -> list[Version]:
        """One version per branch; its state is the newest commit."""
        del ctx
        found = refs(self.remote, "heads", self.branches)
        return [Version(number=branch, state=commit, title=commit[:12]) for branch, commit in found.items()]
