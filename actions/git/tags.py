"""The tags of a git remote."""

import re
from typing import ClassVar

from actions.api import Check, CheckContext, Field, Version
from actions.git.address import Remote
from actions.git.cli import refs


class Tags(Check[Version]):
    """List the tags of a git remote, and see when one was moved to another commit."""

    lists_all: ClassVar[bool] = True
    appeared: ClassVar[str] = "was tagged"
    changed: ClassVar[str] = "was moved"
    left: ClassVar[str] = "was deleted"

    remote: Remote = Field(
        description="its address, as git clone takes it; without a password",
        examples=["ssh://git@127.0.0.1/acme/shop.git"],
    )
    pattern: re.Pattern[str] = Field(
        default=re.compile(".*"), description="a regular expression that the whole tag matches", examples=[r"v\d.*"]
    )

    def list_versions(self, ctx: CheckContext) -> list[Version]:
        """One version per tag; its state is the commit."""
        del ctx
        return [Version(number=tag, state=commit) for tag, commit in refs(self.remote, "tags", self.pattern).items()]
